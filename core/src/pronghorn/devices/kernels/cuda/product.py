"""Matrix products: cuBLAS where it is installed, else tiles in shared memory."""

import ast

import numpy as np

from pronghorn.devices.cuda import BLOCK, blas, composed, cuda, kernel, prange, real
from pronghorn.devices.cuda.target import SIMULATED
from pronghorn.devices.kernels.cuda.elementwise import map_inplace
from pronghorn.errors import ShapeError

SIDE = 2 if SIMULATED else 16
"""Threads along each side of a tile; BLOCK in all."""

EACH = 2 if SIMULATED else 4
"""Rows, and columns, of the product that are a thread's."""

TILE = SIDE * EACH
MOST = 65535
"""Blocks along the z axis of a grid."""
DEPTH = 2 if SIMULATED else 16


def plain():
    """A matrix as it is."""
    return False


def turned():
    """The transpose of a matrix."""
    return True


def none(bias, column):
    """Nothing is added to a product."""
    return 0.0


def element(bias, column):
    """The bias of a column is added to a product."""
    return bias[column]


def same(x):
    """No activation."""
    return x


def tile_grid(a, b, bias, c, depth):
    """A block for each tile of a product; the rows, of which there may be many, along x."""
    return (-(-c.shape[1] // TILE), -(-c.shape[2] // TILE), min(c.shape[0], MOST)), BLOCK


@kernel(functions=("turn_a", "turn_b", "shift", "activate"), grid=tile_grid)
def tiles(a, b, bias, c, depth):
    """c[i] (m, n) = activate(a[i] b[i] + shift(bias)), a[i] (m, depth) and b[i] (depth, n) turned
    if they say so.

    The block brings a strip of a and one of b into shared memory, DEPTH at a time. A thread sums
    EACH rows times EACH columns, SIDE apart, so that neighbours read and write neighbours.
    """
    # One more than needed, so that the threads that write a column meet different banks.
    left = cuda.shared.array((DEPTH, TILE + 1), real)
    right = cuda.shared.array((DEPTH, TILE + 1), real)
    sums = cuda.local.array((EACH, EACH), real)
    x, y = cuda.threadIdx.x % SIDE, cuda.threadIdx.x // SIDE
    top, edge = cuda.blockIdx.x * TILE, cuda.blockIdx.y * TILE
    for i in range(cuda.blockIdx.z, c.shape[0], cuda.gridDim.z):
        for p in range(EACH):
            for q in range(EACH):
                sums[p, q] = 0.0
        for start in range(0, depth, DEPTH):
            for e in prange(TILE * DEPTH):
                # Neighbouring threads read neighbouring elements, whichever way the matrix lies.
                across, along = e % TILE, e // TILE
                deep, wide = e % DEPTH, e // DEPTH
                if turn_a():
                    inside = top + across < c.shape[1] and start + along < depth
                    left[along, across] = a[i, start + along, top + across] if inside else 0.0
                else:
                    inside = top + wide < c.shape[1] and start + deep < depth
                    left[deep, wide] = a[i, top + wide, start + deep] if inside else 0.0
                if turn_b():
                    inside = edge + wide < c.shape[2] and start + deep < depth
                    right[deep, wide] = b[i, edge + wide, start + deep] if inside else 0.0
                else:
                    inside = edge + across < c.shape[2] and start + along < depth
                    right[along, across] = b[i, start + along, edge + across] if inside else 0.0
            cuda.syncthreads()
            for k in range(DEPTH):
                for p in range(EACH):
                    for q in range(EACH):
                        sums[p, q] += left[k, y + p * SIDE] * right[k, x + q * SIDE]
            cuda.syncthreads()
        for p in range(EACH):
            row = top + y + p * SIDE
            for q in range(EACH):
                column = edge + x + q * SIDE
                if row < c.shape[1] and column < c.shape[2]:
                    c[i, row, column] = activate(sums[p, q] + shift(bias, column))


@kernel(functions=("activate",))
def finish(bias, c):
    """c (m, n) = activate(c + bias), bias (n,) on every row."""
    for i in prange(c.shape[0]):
        for j in prange(c.shape[1]):
            c[i, j] = activate(c[i, j] + bias[j])


def finished(bias, c, activate):
    """The calls that make activate(c + bias) of c, where that changes anything."""
    if bias is not None:
        return [finish.specialize(activate=activate).bind(bias, c)]
    if is_identity(activate):
        return []
    return [map_inplace.specialize(f=activate).bind(c)]


def by_library(library, a, b, bias, c, turn_a, turn_b, activate):
    """The calls of a product by cuBLAS, and what is done to it afterwards."""
    return [library.product(a, b, c, turn_a, turn_b), *finished(bias, c, activate)]


def by_tiles(a, b, bias, c, turn_a, turn_b, activate):
    """The call of a product without a library."""
    chosen = tiles.specialize(
        turn_a=turned if turn_a else plain,
        turn_b=turned if turn_b else plain,
        shift=none if bias is None else element,
        activate=activate,
    )
    depth = a.shape[-2] if turn_a else a.shape[-1]
    unused = c.reshape((c.size,))
    a, b, c = (x if x.ndim == 3 else x.reshape((1, *x.shape)) for x in (a, b, c))
    return [chosen.bind(a, b, unused if bias is None else bias, c, depth)]


def calls_of(a, b, bias, c, activate, turn_a=False, turn_b=False):
    """The calls that compute c = activate(a b + bias), a and b turned where it says so."""
    check(a, b, bias, c, turn_a, turn_b)
    library = blas.find()
    if library is None:
        return by_tiles(a, b, bias, c, turn_a, turn_b, activate)
    return by_library(library, a, b, bias, c, turn_a, turn_b, activate)


def check(a, b, bias, c, turn_a, turn_b):
    """Raise ShapeError unless the matrices fit: a library would read past their ends."""
    *batch, m, k = (*a.shape[:-2], a.shape[-1], a.shape[-2]) if turn_a else a.shape
    *others, depth, n = (*b.shape[:-2], b.shape[-1], b.shape[-2]) if turn_b else b.shape
    fits = k == depth and batch == others and tuple(c.shape) == (*batch, m, n)
    fits = fits and (bias is None or tuple(bias.shape) == (n,))
    if not fits or len({np.dtype(array.dtype) for array in (a, b, c)}) > 1:
        given = ", ".join(f"{tuple(array.shape)} {array.dtype}" for array in (a, b, c))
        raise ShapeError(f"these matrices do not make a product: {given}")


def is_identity(function):
    """Whether an activation gives what it is given."""
    body = getattr(function, "source", None)
    if body is None:
        return function is same
    first = body.tree.body[0]
    return (
        isinstance(first, ast.Return)
        and isinstance(first.value, ast.Name)
        and first.value.id == body.tree.args.args[0].arg
    )


@composed("activate")
def product(a, b, c, activate=same):
    """c (m, n) = activate(a b); a (m, k), b (k, n)."""
    return calls_of(a, b, None, c, activate)


@composed("activate")
def product_bias(a, b, bias, c, activate=same):
    """c (m, n) = activate(a b + bias); a (m, k), b (k, n), bias (n,)."""
    return calls_of(a, b, bias, c, activate)


@composed("activate")
def product_tn(a, b, c, activate=same):
    """c (m, n) = activate(aᵀ b); a (k, m), b (k, n)."""
    return calls_of(a, b, None, c, activate, turn_a=True)


@composed("activate")
def product_nt(a, b, c, activate=same):
    """c (m, n) = activate(a bᵀ); a (m, k), b (n, k)."""
    return calls_of(a, b, None, c, activate, turn_b=True)


@composed("activate")
def batch_product(a, b, c, activate=same):
    """c[i] (m, n) = activate(a[i] b[i]) for every i; a[i] (m, k), b[i] (k, n)."""
    return calls_of(a, b, None, c, activate)


@composed("activate")
def batch_product_tn(a, b, c, activate=same):
    """c[i] (m, n) = activate(a[i]ᵀ b[i]) for every i; a[i] (k, m), b[i] (k, n)."""
    return calls_of(a, b, None, c, activate, turn_a=True)


@composed("activate")
def batch_product_nt(a, b, c, activate=same):
    """c[i] (m, n) = activate(a[i] b[i]ᵀ) for every i; a[i] (m, k), b[i] (n, k)."""
    return calls_of(a, b, None, c, activate, turn_b=True)
