"""Products of every shape against NumPy in float64, and nothing touched around them."""

import ctypes
import math
import mmap
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from pronghorn.devices import kernels, threads
from pronghorn.devices.function import Function
from pronghorn.devices.kernels.cpu import (
    batch_product,
    batch_product_nt,
    batch_product_tn,
    product,
    product_bias,
    product_nt,
    product_tn,
)
from pronghorn.devices.product import code, kernel, layout
from pronghorn.devices.simd import target_for
from pronghorn.errors import FunctionError

GUARD = 40
KINDS = {"nn": product, "tn": product_tn, "nt": product_nt, "bias": product_bias}


@Function
def square_plus_one(x):
    return x * x + 1.0


class Guarded:
    """A matrix with canaries before and after it, at an odd place in memory."""

    def __init__(self, shape, dtype, values=None):
        self.size = math.prod(shape)
        self.memory = np.full(self.size + 2 * GUARD + 1, np.nan, dtype)
        self.array = self.memory[GUARD + 1 : GUARD + 1 + self.size].reshape(shape)
        if values is not None:
            self.array[...] = values

    def check(self):
        assert np.isnan(self.memory[: GUARD + 1]).all()
        assert np.isnan(self.memory[GUARD + 1 + self.size :]).all()


def operands(kind, rows, depth, columns, dtype):
    rng = np.random.default_rng([rows, depth, columns])
    a, b = rng.standard_normal((rows, depth)), rng.standard_normal((depth, columns))
    bias = rng.standard_normal(columns)
    a, b, bias = a.astype(dtype), b.astype(dtype), bias.astype(dtype)
    lying = [a.T if kind == "tn" else a, b.T if kind == "nt" else b]
    lying += [bias] if kind == "bias" else []
    exact = a.astype(np.float64) @ b + (bias if kind == "bias" else 0.0)
    spread = abs(a).astype(np.float64) @ abs(b) + abs(bias) + 1.0
    return lying, exact, spread


def check(kind, rows, depth, columns, dtype, activated=False):
    """Compute one product and hold it to the bound for sums in any order."""
    lying, exact, spread = operands(kind, rows, depth, columns, dtype)
    inputs = [Guarded(x.shape, dtype, x) for x in lying]
    c = Guarded((rows, columns), dtype)
    multiply = KINDS[kind]
    if activated:
        multiply = multiply.specialize(activate=square_plus_one)
        exact, spread = exact**2 + 1, 2 * (abs(exact) + 1) * spread
    multiply(*(x.array for x in inputs), c.array)
    bound = np.finfo(dtype).eps * (depth / 4 + 4) * spread
    wrong = ~(abs(c.array - exact) <= bound)
    assert not wrong.any(), (kind, rows, depth, columns, np.argwhere(wrong)[:3])
    for guarded in (*inputs, c):
        guarded.check()


@pytest.fixture
def tasks(monkeypatch):
    """Cuts each product into so many tasks."""

    def cut(count):
        monkeypatch.setattr(threads, "chunks", lambda work: count if count > 1 else 0)

    return cut


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_every_small_size(kind, dtype):
    rng = np.random.default_rng(len(kind))
    for size in range(71):
        for axis in range(3):
            shape = rng.integers(0, 71, 3)
            shape[axis] = size
            check(kind, *map(int, shape), dtype, activated=size % 3 == 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_larger_sizes(kind, dtype):
    for shape in [(128, 784, 512), (300, 70, 257), (1, 784, 129), (2, 1500, 40), (65, 2100, 33)]:
        check(kind, *shape, dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
def test_few_rows(kind, dtype):
    for rows in (1, 2, 3):
        for depth, columns in [(1, 1), (33, 47), (784, 10), (10, 300), (130, 129)]:
            check(kind, rows, depth, columns, dtype, activated=columns % 2 == 0)


@pytest.mark.parametrize("count", [2, 3, 7])
def test_any_number_of_tasks(tasks, count):
    tasks(count)
    rng = np.random.default_rng(count)
    for _ in range(40):
        rows, depth, columns = (int(n) for n in rng.integers(0, 150, 3))
        for kind in KINDS:
            check(kind, rows, depth, columns, np.float32, activated=rows % 2 == 0)


@pytest.mark.parametrize("kind", KINDS)
def test_result_does_not_depend_on_the_tasks(tasks, kind):
    lying, _, _ = operands(kind, 130, 2100, 75, np.float32)
    found = []
    for count in (1, 2, 5):
        tasks(count)
        c = np.empty((130, 75), np.float32)
        KINDS[kind](*map(np.ascontiguousarray, lying), c)
        found.append(c)
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


@pytest.mark.parametrize("kind", KINDS)
def test_cut_into_many_chunks(monkeypatch, kind):
    monkeypatch.setattr(layout, "PANEL_BYTES", 2048)
    monkeypatch.setattr(layout, "LEFT_BYTES", 2048)
    monkeypatch.setattr(layout, "PAGES", 1)
    monkeypatch.setattr(layout, "REUSE", 1)
    rng = np.random.default_rng(5)
    for _ in range(60):
        check(kind, *(int(n) for n in rng.integers(3, 200, 3)), np.float32, activated=True)
        check(kind, *(int(n) for n in rng.integers(3, 200, 3)), np.float64)


@pytest.mark.parametrize("features", ["avx2 fma", "sse2"])
def test_shapes_of_other_cpus(monkeypatch, features):
    target = target_for(frozenset(features.split()), "x86_64")
    monkeypatch.setattr(kernel, "host", lambda: target)
    rng = np.random.default_rng(6)
    for _ in range(60):
        shape = [int(n) for n in rng.integers(0, 71, 3)]
        for kind in KINDS:
            check(kind, *shape, np.float32, activated=shape[0] % 2 == 0)


@pytest.mark.slow
@pytest.mark.parametrize("features", ["", "+sse4.2", "+avx2,+fma"])
def test_code_for_other_cpus(features, tmp_path):
    """The same in a process that compiles for a CPU that has no more than these features."""
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": "x86-64",
        "NUMBA_CPU_FEATURES": features,
        "PRONGHORN_CACHE": str(tmp_path),
    }
    test = f"{__file__}::test_larger_sizes"
    subprocess.run([sys.executable, "-m", "pytest", "-q", test], env=environment, check=True)


def test_scratch_memory_is_large_enough(monkeypatch):
    rooms = []

    class Roomy:
        def zeros(self, shape, dtype):
            rooms.append(Guarded(shape, dtype, 0.0))
            return rooms[-1].array

    monkeypatch.setattr(kernel, "CpuDevice", Roomy)
    for kind in KINDS:
        for rows in (1, 2, 3, 9):
            for depth, columns in [(0, 5), (1, 1), (2, 40), (33, 47), (300, 10), (130, 129)]:
                check(kind, rows, depth, columns, np.float32, activated=columns % 2 == 0)
    for room in rooms:
        room.check()


BEFORE_A_WALL = """
import sys
from pathlib import Path
sys.path.insert(0, {folder!r})
import test_product
test_product.multiply_between_walls()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pages are protected by mprotect")
def test_nothing_outside_is_read(tmp_path):
    """Arrays between pages that may not be read: one access outside ends the process."""
    script = BEFORE_A_WALL.format(folder=str(Path(__file__).parent))
    subprocess.run([sys.executable, "-c", script], check=True)


def multiply_between_walls():
    rng = np.random.default_rng(9)
    for _ in range(60):
        rows, depth, columns = (int(n) for n in rng.integers(1, 71, 3))
        for kind in KINDS:
            for at_end in (False, True):
                lying, exact, _ = operands(kind, rows, depth, columns, np.float32)
                arrays = [walled(x.shape, at_end) for x in lying]
                for array, x in zip(arrays, lying, strict=True):
                    array[...] = x
                c = walled((rows, columns), at_end)
                KINDS[kind](*arrays, c)
                assert np.allclose(c, exact, atol=1e-3)


def walled(shape, at_end):
    """A float32 array that begins, or ends, where a page that may not be touched does."""
    size = 4 * math.prod(shape)
    page = mmap.PAGESIZE
    inner = -(-size // page) * page
    memory = mmap.mmap(-1, inner + 2 * page)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    for wall in (start, start + page + inner):
        assert protect(ctypes.c_void_p(wall), ctypes.c_size_t(page), 0) == 0
    offset = page + (inner - size if at_end else 0)
    return np.frombuffer(memory, np.float32, math.prod(shape), offset).reshape(shape)


def test_values_that_are_not_finite_go_where_they_belong():
    a, b = np.ones((9, 40), np.float32), np.ones((40, 37), np.float32)
    a[3, 5], b[7, 11] = np.nan, np.inf
    c = np.empty((9, 37), np.float32)
    product(a, b, c)
    expected = a @ b
    np.testing.assert_array_equal(np.isnan(c), np.isnan(expected))
    np.testing.assert_array_equal(np.isinf(c), np.isinf(expected))


def test_activation_with_its_defaults():
    def leaky(x, slope=0.25):
        return x if x > 0.0 else slope * x

    a, b, c = np.eye(3), np.array([[-4.0, 4.0]] * 3), np.empty((3, 2))
    product.specialize(activate=leaky)(a, b, c)
    np.testing.assert_array_equal(c, [[-1.0, 4.0]] * 3)


def test_identity_is_no_activation():
    assert code.epilogue(Function(lambda x: x), "float32") == 0
    assert code.epilogue(None, "float32") == 0
    assert code.epilogue(square_plus_one, "float32") != 0


def test_a_call_allocates_nothing():
    a, b, c = np.ones((64, 50)), np.ones((50, 40)), np.empty((64, 40))
    call = product.bind(a, b, c)
    call()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()
        for _ in range(1000):
            call()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before[0] < 1000
    assert after - before[0] < 1000


def test_a_bound_product_keeps_its_arrays():
    c = np.empty((3, 3), np.float32)
    call = product.bind(np.ones((3, 4), np.float32), np.ones((4, 3), np.float32), c)
    np.ones((3, 4), np.float32)
    call()
    np.testing.assert_array_equal(c, np.full((3, 3), 4.0))


def test_shapes_that_do_not_fit():
    a, b, c = np.ones((3, 4)), np.ones((5, 6)), np.ones((3, 6))
    with pytest.raises(ValueError, match=r"a \(3, 4\), b \(5, 6\), c \(3, 6\) do not fit"):
        product(a, b, c)
    with pytest.raises(ValueError, match="do not fit"):
        product_bias(a, b[:4], np.ones(5), c)
    with pytest.raises(ValueError, match="do not fit"):
        product(a, b[0], c)


def test_dtypes_and_layouts_that_do_not_fit():
    a, b, c = np.ones((4, 4)), np.ones((4, 4)), np.ones((4, 4))
    with pytest.raises(TypeError, match="b is float32, but c is float64"):
        product(a, b.astype(np.float32), c)
    with pytest.raises(TypeError, match="float32 or float64, not int64"):
        product(*(x.astype(np.int64) for x in (a, b, c)))
    with pytest.raises(ValueError, match="a is not a C-contiguous array"):
        product(np.ones((4, 8))[:, ::2], b, c)
    with pytest.raises(ValueError, match="a and c share memory"):
        product(c, b, c)


def test_activation_that_cannot_be_compiled_is_shown():
    def nonsense(x):
        return x + "one"

    a = np.ones((4, 4))
    with pytest.raises(FunctionError, match=r'x \+ "one"'):
        product.specialize(activate=nonsense).bind(a, a, np.empty((4, 4)))


def test_the_pairs_find_the_products():
    class Cpu:
        side = "cpu"

    assert kernels.product_bias.on(Cpu()) is product_bias
    assert kernels.product.specialize(activate=square_plus_one).on(Cpu()).functions


def test_cut_is_within_its_bounds():
    shape = layout.Shape(8, 2, 512, "float32")
    for rows, columns, depth in [(1, 1, 1), (128, 512, 784), (5000, 4000, 3000), (10, 10, 10**6)]:
        cut = layout.Cut(rows, columns, depth, True, False, shape, 2, 0)
        assert 1 <= cut.chunk_depth * shape.width * shape.itemsize <= layout.PANEL_BYTES
        assert cut.chunk_rows % shape.rows == 0
        assert cut.chunk_rows * cut.chunk_depth * shape.itemsize <= 2 * layout.LEFT_BYTES
        assert cut.room * shape.itemsize % layout.LINE == 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (7, 5, 33, 3), (4, 2, 20, 17), (3, 40, 70, 9)])
def test_products_of_many_matrices(dtype, shape):
    count, rows, columns, depth = shape
    random = np.random.default_rng(3)
    a, b = random.normal(size=(count, rows, depth)), random.normal(size=(count, depth, columns))
    a, b = a.astype(dtype), b.astype(dtype)
    turned_a, turned_b = (np.ascontiguousarray(x.swapaxes(1, 2)) for x in (a, b))
    for multiply, left, right in (
        (batch_product, a, b),
        (batch_product_tn, turned_a, b),
        (batch_product_nt, a, turned_b),
    ):
        c = np.full((count, rows, columns), np.nan, dtype)
        multiply(left, right, c)
        np.testing.assert_allclose(c, a @ b, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="do not fit"):
        batch_product(a, b, np.empty((count + 1, rows, columns), dtype))
