"""Vectors, panels and register blocks against NumPy, for several widths of register."""

import numpy as np
import pytest
from numba import njit

from pronghorn.devices import simd
from pronghorn.devices.simd import (
    add_inner_products,
    add_product,
    add_product_packing,
    crop_rows,
    fma,
    image_points,
    lanes_of,
    load,
    load_block,
    load_part,
    outputs_of_points,
    pad_rows,
    pointer,
    splat,
    store,
    store_block,
    store_part,
    target_for,
    transpose_rows,
    window_points,
    zero,
    zero_block,
)

DTYPES = [np.float32, np.float64]
CANARY = -77.0


def random(*shape, dtype):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


def guarded(rows, columns, dtype):
    """A flat array for a matrix with canaries around it, and where the matrix starts."""
    return np.full(rows * columns + 64, CANARY, dtype), 32


def inside(array, rows, columns):
    """The matrix in a guarded array; fails if a canary is gone."""
    end = 32 + rows * columns
    assert (array[:32] == CANARY).all()
    assert (array[end:] == CANARY).all()
    return array[32:end].reshape(rows, columns)


@pytest.mark.parametrize(
    ("features", "architecture", "name", "lanes"),
    [
        ("avx512f avx2 fma sse2", "x86_64", "AVX-512", 16),
        ("avx2 fma sse2", "x86_64", "AVX2 with FMA", 8),
        ("avx2 sse2", "x86_64", "SSE2", 4),
        ("sse2", "x86_64", "SSE2", 4),
        ("", "riscv64", "baseline", 4),
        ("neon", "aarch64", "NEON", 4),
        ("neon", "arm64", "NEON", 4),
    ],
)
def test_target_follows_the_features(features, architecture, name, lanes):
    target = target_for(frozenset(features.split()), architecture)
    assert (target.name, target.lanes("float32"), target.lanes("float64")) == (
        name,
        lanes,
        lanes // 2,
    )


@pytest.mark.parametrize("features", ["avx512f", "avx2 fma", "sse2"])
def test_blocks_fit_the_registers(features):
    target = target_for(frozenset(features.split()), "x86_64")
    registers = 32 if target.bits == 512 else 16
    assert target.rows * target.vectors + target.vectors + 1 <= registers
    assert target.rows * target.vectors >= 8
    assert 2 * target.thin_vectors + target.thin_vectors + 1 <= registers


def test_describe_tells_cpu_and_shapes():
    text = simd.describe()
    target = simd.host()
    assert target.cpu in text
    assert target.name in text
    assert f"{target.rows}x{target.vectors * target.lanes('float32')} float32" in text


@njit
def axpy_128(a, x, y):
    step = lanes_of(x, 128)
    for i in range(0, x.size, step):
        count = min(step, x.size - i)
        value = fma(splat(a, 0, 128), load_part(x, i, count, 128), load_part(y, i, count, 128))
        store_part(value, y, i, count)


@njit
def axpy_512(a, x, y):
    step = lanes_of(x, 512)
    for i in range(0, x.size, step):
        count = min(step, x.size - i)
        value = fma(splat(a, 0, 512), load_part(x, i, count, 512), load_part(y, i, count, 512))
        store_part(value, y, i, count)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axpy", [axpy_128, axpy_512])
@pytest.mark.parametrize("size", [0, 1, 3, 7, 8, 9, 16, 33])
def test_parts_of_vectors_touch_nothing_beyond(dtype, axpy, size):
    array, start = guarded(1, size, dtype)
    y = array[start : start + size]
    y[:] = random(size, dtype=dtype)
    x, a = random(size + 1, dtype=dtype)[1:], np.array([1.5], dtype)
    expected = a * x + y
    axpy(a, x, y)
    np.testing.assert_allclose(inside(array, 1, size)[0], expected, rtol=1e-6, atol=1e-6)


@njit
def copied(x, y):
    step = lanes_of(x, 256)
    for i in range(0, x.size, step):
        store(load(x, i, 256), y, i)
        store(zero(x, 256), x, i)


@pytest.mark.parametrize("dtype", DTYPES)
def test_whole_vectors_load_store_and_zero(dtype):
    x, y = random(32, dtype=dtype), np.zeros(32, dtype)
    before = x.copy()
    copied(x, y)
    np.testing.assert_array_equal(y, before)
    assert not x.any()


def test_types_that_do_not_fit_are_refused():
    @njit
    def mixed(x, y):
        store(load(x, 0, 256), y, 0)

    with pytest.raises(Exception, match="store"):
        mixed(np.zeros(8, np.float32), np.zeros(8, np.float64))


@njit
def pad(source, step, rows, columns, to, at, width):
    pad_rows(source, step, rows, columns, pointer(to, at), width, 256)


@njit
def crop(source, width, to, at, step, rows, columns):
    crop_rows(source, width, pointer(to, at), step, rows, columns, 256)


@njit
def transpose(source, step, rows, columns, to, at, width):
    transpose_rows(source, step, rows, columns, pointer(to, at), width, 256)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rows", [0, 1, 5])
@pytest.mark.parametrize("columns", [0, 1, 3, 8, 13, 16])
def test_pad_and_crop_are_inverse(dtype, rows, columns):
    x = random(rows, columns + 2, dtype=dtype)
    panel, start = guarded(rows, 16, dtype)
    pad(x.reshape(-1), columns + 2, rows, columns, panel, start, 16)
    padded = inside(panel, rows, 16)
    np.testing.assert_array_equal(padded[:, :columns], x[:, :columns])
    assert not padded[:, columns:].any()
    back, start = guarded(rows, columns + 2, dtype)
    crop(padded.reshape(-1), 16, back, start, columns + 2, rows, columns)
    matrix = inside(back, rows, columns + 2)
    np.testing.assert_array_equal(matrix[:, :columns], x[:, :columns])
    assert (matrix[:, columns:] == CANARY).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rows", [1, 4, 7, 8, 13, 16])
@pytest.mark.parametrize("columns", [1, 2, 8, 11, 24])
def test_transpose_rows(dtype, rows, columns):
    x = random(rows, columns, dtype=dtype)
    height = -(-columns // 8) * 8
    panel, start = guarded(height, 16, dtype)
    transpose(x.reshape(-1), columns, rows, columns, panel, start, 16)
    np.testing.assert_array_equal(inside(panel, height, 16)[:columns, :rows], x.T)


def block_function(rows, vectors, bits):
    """A jitted product of one block: plain, or with B packed on the way."""

    @njit
    def multiply(a, a_row, a_step, last, b, b_step, depth, c, at, c_step, packed):
        block = load_block(c, at, c_step, last, rows, vectors, bits)
        if packed.size:
            block = add_product_packing(
                block, a, 0, a_row, a_step, last, b, 0, b_step, depth, packed, 0
            )
        else:
            block = add_product(block, a, 0, a_row, a_step, last, b, 0, b_step, depth)
        store_block(block, c, at, c_step, last)

    return multiply


BLOCKS = {shape: block_function(*shape) for shape in [(8, 2, 512), (6, 2, 256), (3, 1, 128)]}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", BLOCKS, ids=str)
@pytest.mark.parametrize("turned", [False, True])
def test_block_adds_a_product(dtype, shape, turned):
    rows, vectors, bits = shape
    width = vectors * bits // (8 * np.dtype(dtype).itemsize)
    for valid in range(1, rows + 1):
        for depth in (0, 1, 2, 5, 16):
            a, b = random(valid, depth, dtype=dtype), random(depth, width + 3, dtype=dtype)
            stored = np.ascontiguousarray(a.T) if turned else a
            steps = (1, valid) if turned else (depth, 1)
            packed = np.zeros(depth * width if depth % 2 else 0, dtype)
            array, start = guarded(valid, width + 1, dtype)
            c = array[start : start + valid * (width + 1)].reshape(valid, width + 1)
            c[:] = random(valid, width + 1, dtype=dtype)
            expected = c.astype(np.float64)
            expected[:, :width] += a.astype(np.float64) @ b[:, :width]
            BLOCKS[shape](
                stored.reshape(-1), *steps, valid - 1, b.reshape(-1), width + 3, depth,
                array, start, width + 1, packed,
            )  # fmt: skip
            np.testing.assert_allclose(
                inside(array, valid, width + 1), expected, rtol=1e-5, atol=1e-5
            )
            if packed.size:
                np.testing.assert_array_equal(packed.reshape(depth, width), b[:, :width])


@njit
def bias_rows(bias, c, last):
    store_block(load_block(bias, 0, 0, last, 4, 1, 128), c, 0, 4, last)


@njit
def blank(c):
    store_block(zero_block(c, 4, 1, 128), c, 0, 4, 3)


def test_a_step_of_zero_repeats_a_row():
    bias, c = np.arange(4, dtype=np.float32), np.full((4, 4), CANARY, np.float32)
    bias_rows(bias, c.reshape(-1), 2)
    np.testing.assert_array_equal(c[:3], np.tile(bias, (3, 1)))
    assert (c[3] == CANARY).all()
    blank(c.reshape(-1))
    assert not c.any()


@njit
def inner(to, at, step, a, last_row, b, last_column, depth):
    add_inner_products(
        pointer(to, at), step, a, depth, last_row, b, depth, last_column, depth, 2, 4, 256
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("depth", [0, 1, 7, 8, 9, 40])
def test_inner_products_are_added(dtype, depth):
    for rows in (1, 2):
        for columns in (1, 2, 3, 4):
            a, b = random(rows, depth, dtype=dtype), random(columns, depth, dtype=dtype)
            array, start = guarded(rows, columns, dtype)
            c = array[start : start + rows * columns].reshape(rows, columns)
            c[:] = random(rows, columns, dtype=dtype)
            expected = c + a.astype(np.float64) @ b.T
            inner(array, start, columns, a.reshape(-1), rows - 1, b.reshape(-1), columns - 1, depth)
            np.testing.assert_allclose(inside(array, rows, columns), expected, rtol=1e-5, atol=1e-5)


@njit
def convolve_tile(image, window, bias, outputs, points, lanes):
    image_points(image, 6 * lanes, lanes, points[0], lanes, 128)
    window_points(window, 3 * lanes, lanes, points[1], lanes, 128)
    for i in range(36 * lanes):
        points[0, i] *= points[1, i]
    outputs_of_points(points[0], lanes, bias, outputs, lanes, 128)


@pytest.mark.parametrize("dtype", DTYPES)
def test_tiles_are_convolutions(dtype):
    lanes = 16 // np.dtype(dtype).itemsize
    image, window = random(6, 6, lanes, dtype=dtype), random(3, 3, lanes, dtype=dtype)
    bias, outputs = random(lanes, dtype=dtype), np.empty((4, 4, lanes), dtype)
    points = np.empty((2, 36 * lanes), dtype)
    convolve_tile(image, window, bias, outputs, points, lanes)
    expected = np.tile(bias.astype(float), (4, 4, 1))
    for i, j in np.ndindex(3, 3):
        expected += image[i : i + 4, j : j + 4].astype(float) * window[i, j]
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=60 * np.finfo(dtype).eps)
