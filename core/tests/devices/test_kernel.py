"""Kernels: their slots, what they may be bound to, pairs of them, and the CPU's arrays."""

import math
import sys
import types

import numpy as np
import pytest

from pronghorn import devices
from pronghorn.devices import kernels, threads
from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.function import Function
from pronghorn.devices.kernels.cpu import (
    add,
    bias_gradient,
    copy,
    fill,
    gather,
    map_backward_x,
    map_backward_y,
    map_forward,
    map_inplace,
    scale,
    scale_inplace_x,
    scale_inplace_y,
)
from pronghorn.devices.pair import KernelPair, pairs
from pronghorn.errors import DeviceError, FunctionError

CUBE = Function(lambda x: x * x * x)
SIZES = [0, 1, 7, 64, 1000]


def numbers(*shape, dtype=np.float32):
    rng = np.random.default_rng(sum(shape))
    return rng.standard_normal(shape).astype(dtype)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_maps(size, dtype):
    x, dy = numbers(size, dtype=dtype), numbers(size, dtype=dtype)
    y, dx = np.empty_like(x), np.empty_like(x)
    map_forward.specialize(f=CUBE)(x, y)
    np.testing.assert_allclose(y, x**3, rtol=1e-6)
    for backward in (map_backward_x, map_backward_y):
        backward.specialize(f=CUBE)(x, dy, dx)
        np.testing.assert_allclose(dx, dy * x**3, rtol=1e-6)
    for inplace in (scale_inplace_x, scale_inplace_y):
        changed = dy.copy()
        inplace.specialize(f=CUBE)(x, changed)
        np.testing.assert_allclose(changed, dx, rtol=1e-6)
    map_inplace.specialize(f=CUBE)(x)
    np.testing.assert_allclose(x, y, rtol=1e-6)


@pytest.mark.parametrize("size", SIZES)
def test_plain_loops(size):
    x, y = numbers(size), np.empty(size, np.float32)
    copy(x, y)
    np.testing.assert_array_equal(y, x)
    add(x, y)
    np.testing.assert_array_equal(y, 2 * x)
    scale(y, 0.25)
    np.testing.assert_array_equal(y, x / 2)
    fill(y, 3)
    assert (y == 3).all()


def test_copy_of_integers():
    x, y = np.array([1, 2**62], np.int64), np.zeros(2, np.int64)
    copy(x, y)
    np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (7, 1), (128, 33)])
def test_bias_gradient(shape):
    dz = numbers(*shape)
    db = np.empty(shape[1], np.float32)
    bias_gradient(dz, db)
    np.testing.assert_allclose(db, dz.astype(float).sum(0), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", ["uint8", "bool", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize("index_dtype", [np.int32, np.int64])
def test_gather_converts(dtype, index_dtype):
    source = (np.arange(30).reshape(10, 3) % 2 if dtype == "bool" else np.arange(30)).astype(dtype)
    source = source.reshape(10, 3)
    index = np.array([9, 0, 0, 4], index_dtype)
    out = np.empty((4, 3), np.float32)
    gather(source, index, out)
    np.testing.assert_array_equal(out, source[index].astype(np.float32))


def test_any_shape_for_elementwise():
    x = numbers(3, 4, 5)
    y = np.empty((12, 5), np.float32)
    copy(x, y)
    np.testing.assert_array_equal(y, x.reshape(12, 5))
    with pytest.raises(ValueError, match=r"different sizes, shapes \[\(3,\), \(4,\)\]"):
        copy(np.zeros(3), np.zeros(4))


def test_slots():
    with pytest.raises(FunctionError, match=r"map_forward needs a function for 'f'"):
        map_forward(np.zeros(3), np.zeros(3))
    with pytest.raises(FunctionError, match=r"no function slot 'g'; it has f"):
        map_forward.specialize(g=CUBE)
    assert repr(map_forward.specialize(f=CUBE)) == "Kernel(map_forward(x, y)[f=function])"


def test_parameters_that_the_kernel_does_not_give_stay_at_their_defaults():
    x, y = np.array([-2.0, 2.0]), np.zeros(2)
    made = map_forward.specialize(f=lambda v, alpha=0.5, top=None: max(alpha * v, v))
    made(x, y)
    assert list(y) == [-1, 2]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.zeros(3),), TypeError, r"takes 2 arguments \(x, y\), not 1"),
        ((np.zeros(3), "no"), TypeError, "y is a str"),
        ((np.zeros(3), np.zeros(6)[::2]), ValueError, "y is not a C-contiguous array"),
        ((np.zeros(3), np.zeros(3, complex)), TypeError, "dtype complex128"),
        ((np.zeros(3), np.zeros(3, ">f8")), TypeError, "dtype"),
        ((np.zeros(3), np.frombuffer(bytes(24))), ValueError, "y is written to"),
    ],
)
def test_arguments_that_do_not_fit(arguments, error, message):
    with pytest.raises(error, match=message):
        copy.bind(*arguments)


def test_read_only_array_may_be_read():
    y = np.ones(3)
    copy(np.frombuffer(bytes(24)), y)
    assert (y == 0).all()


def test_numbers_of_every_kind():
    @kernel
    def kinds(out, flag, whole, part):
        for i in range(out.size):
            out[i] = part + whole if flag else -1

    out = np.zeros(2, np.float32)
    for whole in (3, np.int32(3), np.uint8(3)):
        for part in (0.5, np.float32(0.5), np.float64(0.5)):
            for flag in (True, np.True_):
                out[:] = 0
                kinds(out, flag, whole, part)
                assert (out == 3.5).all()
    kinds(out, False, 3, 0.5)
    assert (out == -1).all()


def test_bound_call_keeps_its_arrays():
    y = np.zeros(1000)
    call = add.bind(np.ones(1000), y)
    for _ in range(3):
        np.full(1000, 7.0)
        call()
    assert (y == 3).all()


def test_work_decides(monkeypatch):
    asked = []
    monkeypatch.setattr(threads, "chunks", lambda work: asked.append(work) or 0)

    @kernel(work=lambda x, n: n * x.size)
    def weighty(x, n):
        for i in prange(x.size):
            x[i] += n

    @kernel
    def serial(x):
        for i in range(x.size):
            x[i] += 1

    weighty(np.zeros(10), 5)
    add(np.zeros(30), np.zeros(30))
    serial(np.zeros(3))
    assert asked == [50, 30]


def test_work_of_functions(monkeypatch):
    asked = []
    monkeypatch.setattr(threads, "chunks", lambda work: asked.append(work) or 0)
    functions = (lambda x: x * x, lambda x: math.tanh(x) + math.exp(x), lambda x: math.sin(x))
    for dtype in (np.float32, np.float64):
        for function in functions:
            map_inplace.specialize(f=function)(np.zeros(10, dtype))
    assert asked == [10, 90, 610, 10, 1210, 610]


def test_pair_finds_the_side(monkeypatch):
    package = types.ModuleType("kernels_of_test")
    package.__path__ = []
    side = types.ModuleType("kernels_of_test.cpu")
    side.copy, side.map_forward = copy, map_forward
    monkeypatch.setitem(sys.modules, "kernels_of_test", package)
    monkeypatch.setitem(sys.modules, "kernels_of_test.cpu", side)
    find = pairs("kernels_of_test")
    assert find("copy") == KernelPair("kernels_of_test", "copy")
    cpu = devices.get("cpu")
    assert find("copy").on(cpu) is copy
    filled = find("map_forward").specialize(f=CUBE)
    y = np.zeros(3)
    filled.on(cpu)(np.full(3, 2.0), y)
    assert (y == 8).all()
    with pytest.raises(DeviceError, match="no kernel 'missing' for cpu"):
        find("missing").on(cpu)
    other = types.SimpleNamespace(name="gpu", side="gpu")
    with pytest.raises(DeviceError, match="no kernels for gpu"):
        find("copy").on(other)
    with pytest.raises(AttributeError):
        find("__path__")


def test_core_pairs():
    y = np.ones(4)
    kernels.scale.on(devices.get("cpu"))(y, 2.0)
    assert (y == 2).all()


def test_unknown_device():
    with pytest.raises(DeviceError, match="'tpu'"):
        devices.get("tpu")
    with pytest.raises(DeviceError, match="NVIDIA's GPUs are 'cuda'"):
        devices.get("gpu")


def test_switched_off_compiler(monkeypatch):
    from numba.core import config

    monkeypatch.setattr(config, "DISABLE_JIT", 1)
    with pytest.raises(DeviceError, match="NUMBA_DISABLE_JIT is set"):
        map_forward.specialize(f=CUBE)(np.zeros(3), np.zeros(3))


class TestHost:
    host = devices.get("cpu")

    def test_one_host(self):
        assert devices.get("cpu") is devices.get("cpu")
        assert (self.host.name, self.host.side) == ("cpu", "cpu")

    @pytest.mark.parametrize("shape", [(), (0,), (3,), (5, 7)])
    def test_new_arrays_suit_vectors(self, shape):
        for make in (self.host.empty, self.host.zeros):
            made = make(shape, "float32")
            assert made.shape == shape
            assert made.dtype == np.float32
            assert made.ctypes.data % 64 == 0 or not made.size
        assert not self.host.zeros(shape, "int64").any()

    def test_there_and_back(self):
        given = np.arange(6).reshape(2, 3)
        made = self.host.from_host(given)
        given[:] = 0
        back = self.host.to_host(made)
        made[:] = 1
        np.testing.assert_array_equal(back, np.arange(6).reshape(2, 3))

    def test_copies_convert(self):
        made = self.host.zeros((3,), np.float32)
        self.host.copy_in(np.array([1, 2, 3], np.uint8), made)
        out = np.zeros(3)
        self.host.copy_out(made, out)
        assert list(out) == [1, 2, 3]

    def test_views(self):
        flat = self.host.from_host(np.arange(12.0))
        part = self.host.view(flat, 2, (2, 3))
        np.testing.assert_array_equal(part, [[2, 3, 4], [5, 6, 7]])
        part[0, 0] = 100
        assert flat[2] == 100
        for offset, shape in ((-1, (2,)), (7, (2, 3))):
            with pytest.raises(DeviceError, match="a view of"):
                self.host.view(flat, offset, shape)
