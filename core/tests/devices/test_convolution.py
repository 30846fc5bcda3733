"""Convolutions beside their definition, written with NumPy in float64."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

from pronghorn.devices.convolution import axes
from pronghorn.devices.convolution.plan import Walk
from pronghorn.devices.convolution.winograd import Tiles, plan
from pronghorn.devices.kernels import cpu
from pronghorn.devices.kernels.cpu import (
    conv2d,
    conv2d_bias,
    conv2d_input_gradient,
    conv2d_weight_gradient,
)
from pronghorn.devices.product.layout import Shape

TOLERANCE = {"float32": 3e-6, "float64": 1e-14}
"""Of the sum of all products' sizes."""


@dataclass(frozen=True)
class Case:
    """Shapes of input and kernel, places of the output, and the numbers of the window."""

    x: tuple[int, ...]
    w: tuple[int, ...]
    places: tuple[int, ...]
    way: tuple[int, ...]

    @property
    def y(self):
        return (self.x[0], *self.places, self.w[-1])

    def kernel(self, name):
        return getattr(cpu, f"conv{len(self.places)}d{name}")


CASES = {
    "plain": Case((2, 6, 7, 3), (3, 2, 3, 5), (4, 6), (1, 1, 0, 0, 1, 1)),
    "one pixel": Case((1, 1, 1, 1), (1, 1, 1, 1), (1, 1), (1, 1, 0, 0, 1, 1)),
    "strided, padded, filters of two panels": Case(
        (3, 9, 8, 4), (3, 3, 4, 40), (5, 4), (2, 2, 1, 1, 1, 1)
    ),
    "full": Case((2, 5, 5, 17), (2, 4, 17, 33), (6, 8), (1, 1, 1, 3, 1, 1)),
    "a sequence, dilated": Case((1, 40, 1, 9), (4, 1, 9, 70), (12, 1), (3, 1, 0, 0, 2, 1)),
    "strides beyond the window": Case((2, 7, 6, 2), (2, 2, 2, 16), (2, 2), (3, 4, 0, 0, 1, 2)),
    "many small images": Case((70, 3, 3, 1), (3, 3, 1, 32), (1, 1), (1, 1, 0, 0, 1, 1)),
    "bands of a large image": Case((1, 70, 300, 8), (3, 3, 8, 4), (70, 300), (1, 1, 1, 1, 1, 1)),
    "bands, strided": Case((1, 90, 200, 8), (3, 5, 8, 4), (45, 67), (2, 3, 1, 2, 1, 1)),
    "dilated, strided, lopsided": Case((5, 11, 12, 3), (5, 4, 3, 20), (4, 4), (3, 3, 1, 2, 2, 1)),
    "a volume": Case((2, 4, 5, 6, 3), (2, 3, 2, 3, 5), (3, 3, 5), (1, 1, 1, 0, 0, 0, 1, 1, 1)),
    "a volume, strided, padded, dilated": Case(
        (2, 7, 6, 9, 4), (3, 2, 3, 4, 18), (4, 3, 4), (2, 3, 2, 1, 1, 2, 1, 2, 2)
    ),
    "bands of a large volume": Case(
        (1, 9, 40, 50, 8), (2, 3, 3, 8, 5), (9, 40, 50), (1, 1, 1, 1, 1, 1, 1, 1, 1)
    ),
    "tiles": Case((2, 16, 13, 32), (3, 3, 32, 32), (16, 13), (1, 1, 1, 1, 1, 1)),
    "tiles, valid": Case((3, 11, 18, 64), (3, 3, 64, 96), (9, 16), (1, 1, 0, 0, 1, 1)),
    "tiles, full, a panel not filled": Case(
        (2, 23, 22, 48), (3, 3, 48, 48), (25, 24), (1, 1, 2, 2, 1, 1)
    ),
    "tiles, wide margins, lopsided": Case(
        (5, 4, 5, 32), (3, 3, 32, 32), (12, 9), (1, 1, 5, 1, 1, 1)
    ),
    "tiles, many": Case((20, 9, 10, 48), (3, 3, 48, 32), (9, 10), (1, 1, 1, 1, 1, 1)),
    "tiles, dilated": Case((2, 18, 13, 32), (3, 3, 32, 32), (16, 13), (1, 1, 1, 3, 2, 3)),
    "deep": Case((2, 4, 4, 300), (3, 3, 300, 70), (4, 4), (1, 1, 1, 1, 1, 1)),
    "deep, strided": Case((3, 5, 5, 20), (3, 3, 20, 600), (3, 3), (2, 2, 1, 1, 1, 1)),
}


def slices(case):
    """For each element of the window: it, and the cells of input and output that it joins."""
    steps, margins, gaps = np.reshape(case.way, (3, -1))
    for tap, place in product(np.ndindex(case.w[:-2]), np.ndindex(case.places)):
        cell = np.array(place) * steps - margins + np.array(tap) * gaps
        if (cell >= 0).all() and (cell < case.x[1:-1]).all():
            yield tap, (slice(None), *cell), (slice(None), *place)


def operands(case, dtype):
    rng = np.random.default_rng(5)
    shapes = case.x, case.w, case.y, case.w[-1:]
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def close(found, expected, dtype, terms):
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[dtype] * terms)


@pytest.fixture(params=CASES, ids=lambda name: name)
def case(request):
    return CASES[request.param]


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_forward(case, dtype):
    x, w, _, bias = operands(case, dtype)
    expected = np.zeros(case.y)
    for tap, cell, place in slices(case):
        expected[place] += x[cell].astype(float) @ w[tap].astype(float)
    y = np.full(case.y, np.nan, dtype)
    case.kernel("")(x, w, y, *case.way)
    depth = w[..., 0].size
    close(y, expected, dtype, depth)
    kernel = case.kernel("_bias").specialize(activate=lambda x: max(x, 0.5))
    kernel(x, w, bias, y, *case.way)
    close(y, np.maximum(expected + bias, 0.5), dtype, depth)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_input_gradient(case, dtype):
    _, w, dy, _ = operands(case, dtype)
    expected = np.zeros(case.x)
    for tap, cell, place in slices(case):
        expected[cell] += dy[place].astype(float) @ w[tap].astype(float).T
    dx = np.full(case.x, np.nan, dtype)
    case.kernel("_input_gradient")(dy, w, dx, *case.way)
    terms = w[..., 0, :].size
    close(dx, expected, dtype, terms)
    kernel = case.kernel("_transposed").specialize(activate=lambda x: max(x, 0.5))
    kernel(dy, w, dx, *case.way)
    close(dx, np.maximum(expected, 0.5), dtype, terms)
    bias = np.linspace(-1.0, 1.0, case.x[-1]).astype(dtype)
    case.kernel("_transposed_bias")(dy, w, bias, dx, *case.way)
    close(dx, expected + bias, dtype, terms)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_weight_gradient(case, dtype):
    x, _, dy, _ = operands(case, dtype)
    expected = np.zeros(case.w)
    for tap, cell, place in slices(case):
        expected[tap] += x[cell].astype(float).T @ dy[place].astype(float)
    dw = np.full(case.w, np.nan, dtype)
    case.kernel("_weight_gradient")(x, dy, dw, *case.way)
    close(dw, expected, dtype, dy[..., 0].size)


def weighted(case, dtype):
    """A kernel for each channel, on the diagonal of one for all, and its case."""
    *window, channels, _ = case.w
    w = np.random.default_rng(6).standard_normal((*window, channels)).astype(dtype)
    whole = w[..., None] * np.eye(channels, dtype=dtype)
    return w, whole, Case(case.x, whole.shape, case.places, case.way)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if len(case.places) == 2])
def test_a_window_for_each_channel(name, dtype):
    w, whole, case = weighted(CASES[name], dtype)
    x, _, dy, bias = operands(case, dtype)
    found, expected = np.full((2, *case.y), np.nan, dtype)
    cpu.depthwise2d.specialize(activate=lambda x: x)(x, w, found, *case.way)
    conv2d(x, whole, expected, *case.way)
    close(found, expected, dtype, w[..., 0].size)
    kernel = cpu.depthwise2d_bias.specialize(activate=lambda x: max(x, 0.5))
    kernel(x, w, bias, found, *case.way)
    close(found, np.maximum(expected + bias, 0.5), dtype, w[..., 0].size)
    found, expected = np.full((2, *case.x), np.nan, dtype)
    cpu.depthwise2d_input_gradient(dy, w, found, *case.way)
    cpu.conv2d_input_gradient(dy, whole, expected, *case.way)
    close(found, expected, dtype, w[..., 0].size)
    dw, all_channels = np.full(w.shape, np.nan, dtype), np.empty_like(whole)
    cpu.depthwise2d_weight_gradient(x, dy, dw, *case.way)
    conv2d_weight_gradient(x, dy, all_channels, *case.way)
    close(dw, np.diagonal(all_channels, axis1=2, axis2=3), dtype, dy[..., 0].size)


def test_again_with_other_numbers():
    case = CASES["strided, padded, filters of two panels"]
    x, w, y, bias = operands(case, "float32")
    bound = conv2d_bias.specialize(activate=lambda x: x).bind(x, w, bias, y, *case.way)
    x *= 2.0
    w[1] = 0.0
    bias[:] = 3.0
    bound()
    expected = np.empty_like(y)
    conv2d(x, w, expected, *case.way)
    np.testing.assert_allclose(y, expected + 3.0, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("dtype", "images", "channels"),
    [
        ("float32", 64, 32),
        ("float64", 64, 32),
        ("float32", 6, 256),
    ],
)
def test_nothing_depends_on_the_threads(dtype, images, channels, monkeypatch):
    x, w = (images, 12, 12, channels), (3, 3, channels, channels)
    case = Case(x, w, (10, 10), (1, 1, 0, 0, 1, 1))
    x, w, dy, _ = operands(case, dtype)
    found = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("NUMBA_NUM_THREADS", threads)
        y, dx, dw = np.empty_like(dy), np.empty_like(x), np.empty_like(w)
        conv2d(x, w, y, *case.way)
        conv2d_input_gradient(dy, w, dx, *case.way)
        conv2d_weight_gradient(x, dy, dw, *case.way)
        found.append((y, dx, dw))
    for other in found[1:]:
        for one, same in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, same)


@pytest.fixture(autouse=True)
def tiles_for_few_products(monkeypatch):
    monkeypatch.setattr(plan, "LEAST", 0)


def walk(images, side, channels, filters, window=3, step=1, dilation=1, real="float32"):
    places = (side - (window - 1) * dilation - 1) // step + 1
    axis = axes.forward(side, places, window, step, 0, dilation)
    return Walk(images, axis, axes.ONE, axis, channels, filters, Shape(8, 2, 512, real))


def test_tiles_are_taken_where_they_pay():
    assert Tiles(walk(128, 26, 32, 32)).pay
    assert Tiles(walk(8, 16, 512, 512)).pay
    assert Tiles(walk(32, 34, 32, 16)).pay
    assert Tiles(walk(8, 28, 64, 64, dilation=2)).pay
    assert not Tiles(walk(1, 6, 64, 64)).pay
    assert not Tiles(walk(128, 28, 1, 32)).pay
    assert not Tiles(walk(1, 16, 512, 512)).pay
    assert not Tiles(walk(128, 26, 1024, 1024)).pay
    for other in ({"window": 5}, {"step": 2}, {"real": "float64"}):
        assert not Tiles(walk(128, 26, 32, 32, **other)).pay


def test_tiles_are_not_compiled_for_little_work(monkeypatch):
    few = Tiles(walk(4, 26, 32, 32))
    assert few.pay
    assert few.gradients_pay
    monkeypatch.undo()
    assert not few.pay
    assert not few.gradients_pay
    assert Tiles(walk(32, 26, 32, 32)).pay


def test_gradients_are_taken_from_tiles_where_it_pays():
    assert Tiles(walk(128, 26, 32, 32)).gradients_pay
    assert not Tiles(walk(128, 26, 32, 24)).gradients_pay
    assert not Tiles(walk(1, 6, 64, 64)).gradients_pay


def test_the_error_of_tiles():
    case = Case((2, 26, 26, 128), (3, 3, 128, 32), (24, 24), (1, 1, 0, 0, 1, 1))
    x, w, y, _ = operands(case, "float32")
    expected = np.zeros(case.y)
    for tap, cell, place in slices(case):
        expected[place] += x[cell].astype(float) @ w[tap].astype(float)
    conv2d(x, w, y, *case.way)
    error = (y - expected) / expected.std()
    assert error.std() < 1.5e-6
    assert abs(error).max() < 1.5e-5
    expected = np.zeros(case.w)
    for tap, cell, place in slices(case):
        expected[tap] += x[cell].astype(float).T @ y[place].astype(float)
    conv2d_weight_gradient(x, y, w, *case.way)
    error = (w - expected) / expected.std()
    assert error.std() < 1.5e-6
    assert abs(error).max() < 1.5e-5


def test_an_empty_batch_is_nothing_to_do():
    x, w, y = np.zeros((0, 4, 4, 1)), np.ones((3, 3, 1, 2)), np.zeros((0, 2, 2, 2))
    conv2d(x, w, y, 1, 1, 0, 0, 1, 1)
    dw = np.full(w.shape, np.nan)
    conv2d_weight_gradient(x, y, dw, 1, 1, 0, 0, 1, 1)
    np.testing.assert_array_equal(dw, 0.0)


def test_shapes_that_do_not_fit():
    x, w, y = np.zeros((2, 4, 4, 3)), np.ones((3, 3, 2, 2)), np.zeros((2, 2, 2, 2))
    with pytest.raises(ValueError, match=r"x \(2, 4, 4, 3\), w \(3, 3, 2, 2\)"):
        conv2d(x, w, y, 1, 1, 0, 0, 1, 1)
    with pytest.raises(TypeError, match="all float32 or all float64"):
        conv2d(x[..., :2].astype("f"), w, y, 1, 1, 0, 0, 1, 1)
    with pytest.raises(ValueError, match="down must be positive"):
        conv2d(x[..., :2].copy(), w, y, 0, 1, 0, 0, 1, 1)
