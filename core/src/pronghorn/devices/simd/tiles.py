"""Winograd's transforms of tiles of vectors: 3 x 3 convolutions with a fourth of the products.

The 4 x 4 outputs of a 3 x 3 window are polynomials' products, which are known by their values at
six points along each axis. So a tile of 6 x 6 inputs and the window are both evaluated at 6 x 6
points, multiplied point by point, and the outputs found from the 36 products, where the plain sums
take 144. All three steps are small matrices that are applied from the left and from the right.

The points are 0, 5/8, -5/8, 3/2, -3/2 and infinity: of all such points that are eighths the ones
with the smallest error, about twice that of plain sums. With the textbook's 0, 1, -1, 2, -2 and
infinity it is four times.

The gradient of the window is found the same way: the transposed matrices bring the outputs'
gradients to the points and, when all tiles' products with the inputs are added up, the points'
gradients to the window. Its error is three to four times that of plain sums.

Reference: A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from pronghorn.devices.simd import emit
from pronghorn.devices.simd.emit import Value, index, moved
from pronghorn.devices.simd.registers import INDEX, Vector, element, llvm_vector, vector_of
from pronghorn.devices.simd.vectors import Lowering, place

SIDE, SPAN, POINTS = 4, 6, 36
"""Of a tile: outputs along an axis, inputs along an axis, points."""

A, B = 5 / 8, 3 / 2
A2, B2 = A * A, B * B
AT_A, AT_B = 1 / (2 * A2 * (A2 - B2)), 1 / (2 * B2 * (B2 - A2))
"""One over the product of the distances of a point from the others."""

Matrix = tuple[tuple[float, ...], ...]


def _values(a: float, b: float) -> Matrix:
    """From even and odd parts, divided by a and by b, to values at a, -a, b and -b."""
    return (
        (1, 0, 0, 0, 0, 0),
        (0, 1, a, 0, 0, 0),
        (0, 1, -a, 0, 0, 0),
        (0, 0, 0, 1, b, 0),
        (0, 0, 0, 1, -b, 0),
        (0, 0, 0, 0, 0, 1),
    )


IMAGE = (
    (
        (A2 * B2, 0, -A2 - B2, 0, 1, 0),
        (0, 0, -B2, 0, 1, 0),
        (0, -B2, 0, 1, 0, 0),
        (0, 0, -A2, 0, 1, 0),
        (0, -A2, 0, 1, 0, 0),
        (0, A2 * B2, 0, -A2 - B2, 0, 1),
    ),
    _values(A, B),
)
"""From inputs to points, as two matrices of which the first is applied first."""
WINDOW = (
    (
        (1 / (A2 * B2), 0, 0),
        (AT_A, 0, AT_A * A2),
        (0, AT_A * A, 0),
        (AT_B, 0, AT_B * B2),
        (0, AT_B * B, 0),
        (0, 0, 1),
    ),
    _values(1, 1),
)
"""From the elements of a window to points."""
OUTPUT = (
    (
        (1, 0, 0, 0, 0, 0),
        (0, 1, 1, 0, 0, 0),
        (0, 1, -1, 0, 0, 0),
        (0, 0, 0, 1, 1, 0),
        (0, 0, 0, 1, -1, 0),
        (0, 0, 0, 0, 0, 1),
    ),
    (
        (1, 1, 0, 1, 0, 0),
        (0, 0, A, 0, B, 0),
        (0, A2, 0, B2, 0, 0),
        (0, 0, A2 * A, 0, B2 * B, 1),
    ),
)
"""From points to outputs."""


def _turned(factors: tuple[Matrix, ...]) -> tuple[Matrix, ...]:
    """The transposed product."""
    return tuple(tuple(zip(*matrix, strict=True)) for matrix in reversed(factors))


@intrinsic(prefer_literal=True)
def image_points(
    typing: Any, where: Any, row: Any, step: Any, to: Any, to_step: Any, bits: Any
) -> Lowering:
    """Evaluate SPAN x SPAN vectors at all points.

    Rows of the source are `row` elements apart and the vectors of a row `step`; the values are
    `to_step` apart.
    """
    return _to_points(IMAGE, where, row, step, to, to_step, bits)


@intrinsic(prefer_literal=True)
def window_points(
    typing: Any, where: Any, row: Any, step: Any, to: Any, to_step: Any, bits: Any
) -> Lowering:
    """Evaluate the 3 x 3 vectors of a window; the rest is as in `image_points`."""
    return _to_points(WINDOW, where, row, step, to, to_step, bits)


@intrinsic(prefer_literal=True)
def gradient_points(
    typing: Any, where: Any, row: Any, step: Any, to: Any, to_step: Any, bits: Any
) -> Lowering:
    """From the gradients of SIDE x SIDE outputs to those of all points; as in `image_points`."""
    return _to_points(_turned(OUTPUT), where, row, step, to, to_step, bits)


@intrinsic(prefer_literal=True)
def window_gradient(
    typing: Any, where: Any, row: Any, step: Any, to: Any, to_step: Any, bits: Any
) -> Lowering:
    """From the gradients of all points to those of a 3 x 3 window; as in `image_points`."""
    return _to_points(_turned(WINDOW), where, row, step, to, to_step, bits)


@intrinsic(prefer_literal=True)
def outputs_of_points(
    typing: Any, where: Any, step: Any, bias: Any, to: Any, to_step: Any, bits: Any
) -> Lowering:
    """Write the SIDE x SIDE outputs, each with the vector at `bias` added, `to_step` apart.

    The values at the points are `step` elements apart.
    """
    kind: Any = vector_of(where, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        where, bias, to = (
            place(context, builder, signature.args[i], args[i], index(0)) for i in (0, 2, 3)
        )
        vector = llvm_vector(context.data_model_manager, kind)
        row = builder.mul(args[1], index(SPAN))
        tile = _loaded(builder, where, row, args[1], SPAN, vector)
        added = emit.load(builder, bias, vector)
        outputs = [builder.fadd(value, added) for value in _transformed(builder, OUTPUT, tile)]
        _store(builder, outputs, to, args[4])
        return context.get_dummy_value()

    fits = _fit(kind, to) and _fit(kind, bias)
    return fits and (types.void(where, INDEX, bias, to, INDEX, bits), code)


def _to_points(
    factors: tuple[Matrix, ...], where: Any, row: Any, step: Any, to: Any, to_step: Any, bits: Any
) -> Lowering:
    kind: Any = vector_of(where, bits)

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Value:
        where, to = (place(context, builder, signature.args[i], args[i], index(0)) for i in (0, 3))
        vector = llvm_vector(context.data_model_manager, kind)
        tile = _loaded(builder, where, args[1], args[2], len(factors[0][0]), vector)
        _store(builder, _transformed(builder, factors, tile), to, args[4])
        return context.get_dummy_value()

    return _fit(kind, to) and (types.void(where, INDEX, INDEX, to, INDEX, bits), code)


def _loaded(
    builder: Any, where: Value, row: Value, step: Value, size: int, vector: Any
) -> list[list[Value]]:
    """The vectors of a square, row by row."""

    def at(i: int, j: int) -> Value:
        return moved(builder, where, builder.mul(row, index(i)), builder.mul(step, index(j)))

    return [[emit.load(builder, at(i, j), vector) for j in range(size)] for i in range(size)]


def _store(builder: Any, vectors: list[Value], to: Value, step: Value) -> None:
    for i, vector in enumerate(vectors):
        emit.store(builder, vector, moved(builder, to, builder.mul(step, index(i))))


def _transformed(builder: Any, factors: tuple[Matrix, ...], tile: list[list[Value]]) -> list[Value]:
    """L X L^T, row by row, where L is the product of the factors."""
    columns = [_applied(builder, factors, list(column)) for column in zip(*tile, strict=True)]
    rows = [_applied(builder, factors, list(row)) for row in zip(*columns, strict=True)]
    return [value for row in rows for value in row]


def _applied(builder: Any, factors: tuple[Matrix, ...], vectors: list[Value]) -> list[Value]:
    for matrix in factors:
        vectors = [_combined(builder, row, vectors) for row in matrix]
    return vectors


def _combined(builder: Any, row: tuple[float, ...], vectors: list[Value]) -> Value:
    """The sum of the vectors, each times its element of `row`, of which most are 0 or 1."""
    terms = [(factor, v) for factor, v in zip(row, vectors, strict=True) if factor != 0]
    terms.sort(key=lambda term: term[0] != 1)
    total = None
    for factor, vector in terms:
        if total is None:
            total = vector if factor == 1 else builder.fmul(_everywhere(factor, vector), vector)
        elif factor in (1, -1):
            total = (builder.fadd if factor == 1 else builder.fsub)(total, vector)
        else:
            total = emit.multiply_add(builder, _everywhere(factor, vector), vector, total)
    return total


def _everywhere(factor: float, like: Value) -> ir.Constant:
    """A vector of the same number in all lanes."""
    number = ir.Constant(like.type.element, float(factor))
    return ir.Constant(like.type, [number] * like.type.count)


def _fit(kind: Vector | None, to: types.Type) -> bool | None:
    return (kind is not None and element(to) == kind.dtype) or None
