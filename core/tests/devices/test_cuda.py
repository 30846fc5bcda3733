"""What of the CUDA side needs neither a GPU nor its simulator."""

import ctypes
from types import SimpleNamespace

import numpy as np
import pytest

from pronghorn import devices
from pronghorn.devices.cpu import kernel as cpu_kernel
from pronghorn.devices.cuda import (
    blas,
    composed,
    driver,
    kernel,
    launch,
    prange,
    staging,
    status,
    twin,
)
from pronghorn.devices.cuda import stream as streams
from pronghorn.errors import DeviceError, FunctionError, ShapeError

ROW, MATRIX = np.zeros(5, np.float32), np.zeros((5, 3), np.float32)


# Loops.


@cpu_kernel
def half(x, y):
    for i in prange(1, x.size):
        y[i] = max(x[i], 0.5) * 0.5


@kernel
def outer(x, y, z):
    for i in prange(x.size):
        twice = 2.0 * x[i]
        for j in prange(y.size):
            z[i, j] = twice * y[j]


@kernel
def positive_only(x, y):
    for i in prange(x.size):
        if x[i] < 0.0:
            continue
        y[i] = math_floor(x[i])


def math_floor(x):
    return np.floor(x)


def test_a_twin_spreads_its_loop_over_all_threads_of_the_grid():
    text = twin(half).text(ROW, ROW)
    assert "i = 1 + cuda.grid(1)" in text
    assert "i += cuda.gridsize(1)" in text
    assert "_larger(x[i], _real(0.5)) * _real(0.5)" in text


def test_a_loop_inside_is_spread_over_the_threads_along_x():
    text = outer.text(ROW, ROW, MATRIX)
    assert "i = cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y" in text
    assert "j += cuda.blockDim.x" in text


def test_continue_does_not_skip_the_step_to_the_next_round():
    assert "for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):" in positive_only.text(ROW, ROW)


def test_whole_numbers_of_math_are_integers_as_on_the_cpu():
    assert "int(math.floor(x))" in positive_only.text(ROW, ROW)


def no_loop(x):
    x[0] = 1.0


def two_loops(x):
    for i in prange(x.size):
        x[i] = 1.0
    for j in prange(x.size):
        x[j] = 2.0


def writes_outside(x, y):
    y[0] = 0.0
    for i in prange(x.size):
        x[i] = 1.0


def sums(x, y):
    total = 0.0
    for i in prange(x.size):
        total += x[i]


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (no_loop, "no prange loop to spread over threads"),
        (two_loops, "a second prange"),
        (writes_outside, "every thread would write this"),
        (sums, "a sum over rounds of prange"),
    ],
)
def test_loops_that_threads_cannot_share_are_refused_where_they_stand(function, reason):
    with pytest.raises(FunctionError, match=rf"test_cuda\.py:\d+: .*{reason}"):
        kernel(function)


def test_arrays_of_the_host_are_refused():
    with pytest.raises(TypeError, match="x is an array of the host; bring it to the GPU"):
        outer.bind(ROW, ROW, MATRIX)


@pytest.mark.parametrize("rounds", [0, 1, 31, 1000, 33_000, 10**9])
@pytest.mark.parametrize("across", [None, 1, 10, 700])
def test_geometry(monkeypatch, rounds, across):
    monkeypatch.setattr(launch, "multiprocessors", lambda: 132)
    blocks, threads = launch.geometry(rounds, across)
    x, y = threads if isinstance(threads, tuple) else (1, threads)
    assert 32 <= x * y <= 256
    assert 1 <= blocks <= 8 * 132
    assert blocks * y >= rounds or blocks == 8 * 132
    if rounds * x >= 2 * 132 * 32:
        assert blocks >= 66, "half of the GPU would be idle, with a warp for each multiprocessor"


def test_a_composed_kernel_makes_its_calls_in_order():
    made = []

    @composed("f")
    def both(x, f):
        return [lambda: made.append(f(x)), lambda: made.append("second")]

    both.specialize(f=math_floor)(2.5)
    assert made == [2.0, "second"]
    with pytest.raises(FunctionError, match="kernel both needs a function for 'f'"):
        both.bind(2.5)
    with pytest.raises(TypeError, match=r"takes 1 arguments \(x\), not 2"):
        both.specialize(f=math_floor).bind(1, 2)
    with pytest.raises(FunctionError, match="has no function slot 'g'"):
        both.specialize(g=math_floor)


# The driver.


class FakeDriver:
    """A driver library with one GPU, or one that answers `cuInit` with an error."""

    def __init__(self, initial=0):
        self.initial = initial

    def cuInit(self, flags):
        return self.initial

    def cuGetErrorString(self, status, text):
        text._obj.value = b"out of order"
        return 0

    def cuDeviceGetCount(self, count):
        count._obj.value = 1
        return 0

    def cuDriverGetVersion(self, version):
        version._obj.value = 13010
        return 0

    def cuDeviceGet(self, handle, number):
        handle._obj.value = 40 + number
        return 0

    def cuDeviceGetName(self, name, size, handle):
        assert (size, handle.value) == (256, 40)
        name.value = b"Fake 9000"
        return 0

    def cuDeviceTotalMem_v2(self, memory, handle):
        memory._obj.value = 8 << 30
        return 0

    def cuDeviceGetAttribute(self, value, which, handle):
        value._obj.value = {75: 9, 76: 0, 16: 132}[which]
        return 0


@pytest.fixture
def fresh():
    """Nothing is remembered of the driver, before and afterwards."""

    def forget():
        for remembered in (driver.gpus, driver.version, status.require, devices.get):
            remembered.cache_clear()

    forget()
    yield
    forget()


@pytest.mark.usefixtures("fresh")
def test_the_driver_describes_its_gpus(monkeypatch):
    monkeypatch.setattr(driver, "_library", FakeDriver)
    assert driver.gpus() == (driver.Gpu("Fake 9000", (9, 0), 8 << 30, 132),)
    assert driver.version() == "13.1"


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("initial", "reason"),
    [
        (100, "finds no GPU; see what `nvidia-smi` lists, and whether CUDA_VISIBLE_DEVICES"),
        (803, "cannot start: error 803, out of order; see whether `nvidia-smi` works"),
    ],
)
def test_a_driver_without_a_gpu_is_an_error_with_a_cure(monkeypatch, initial, reason):
    monkeypatch.setattr(driver, "_library", lambda: FakeDriver(initial))
    with pytest.raises(DeviceError, match=reason):
        devices.get("cuda")


@pytest.mark.usefixtures("fresh")
def test_a_machine_without_a_driver_is_an_error_with_a_cure(monkeypatch):
    monkeypatch.setattr(driver, "LIBRARIES", ("libcuda-is-not-there.so.1",))
    with pytest.raises(DeviceError, match=r"driver is not installed here \(libcuda-is-not-there"):
        devices.get("cuda")


@pytest.mark.usefixtures("fresh")
def test_a_gpu_without_a_compiler_is_an_error_with_a_cure(monkeypatch):
    monkeypatch.setattr(driver, "_library", FakeDriver)
    monkeypatch.setattr(status, "_has_compiler", lambda: False)
    with pytest.raises(DeviceError, match=r"libNVVM is missing\): pip install 'pronghorn\[cuda\]'"):
        devices.get("cuda")


@pytest.mark.usefixtures("fresh")
def test_the_variable_chooses_the_device(monkeypatch):
    monkeypatch.setattr(driver, "LIBRARIES", ())
    monkeypatch.setenv("PRONGHORN_DEVICE", "cuda")
    monkeypatch.setattr(driver, "LIBRARIES", ("libcuda-is-not-there.so.1",))
    with pytest.raises(DeviceError, match="driver is not installed"):
        devices.default()


# cuBLAS.


class FakeBlas:
    """The functions of cuBLAS on memory of the host, columns first, as its manual says."""

    def __init__(self, status=0):
        self.status = status
        self.cublasSgemm_v2 = self._gemm(np.float32)
        self.cublasDgemm_v2 = self._gemm(np.float64)
        self.cublasSgemmStridedBatched = self._batched(np.float32)

    def cublasCreate_v2(self, handle):
        handle._obj.value = 77
        return 0

    def cublasSetStream_v2(self, handle, queue):
        assert (handle.value, queue.value) == (77, 5)
        return 0

    def cublasGetVersion_v2(self, handle, version):
        version._obj.value = 130203
        return 0

    @staticmethod
    def cublasGetStatusString(status):
        return b"something is wrong"

    def _gemm(self, dtype):
        def gemm(handle, way_a, way_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):
            assert handle.value == 77
            assert (alpha._obj.value, beta._obj.value) == (1.0, 0.0)
            left = _columns_first(a, dtype, m.value, k.value, lda.value, way_a.value)
            right = _columns_first(b, dtype, k.value, n.value, ldb.value, way_b.value)
            _columns_first(c, dtype, m.value, n.value, ldc.value, 0)[...] = left @ right
            return self.status

        return gemm

    def _batched(self, dtype):
        size, single = np.dtype(dtype).itemsize, self._gemm(dtype)

        def gemm(*args):
            *head, a, lda, step_a, b, ldb, step_b, beta, c, ldc, step_c, count = args
            for i in range(count.value):
                left, right, to = (
                    _moved(place, i * step.value * size)
                    for place, step in ((a, step_a), (b, step_b), (c, step_c))
                )
                single(*head, left, lda, right, ldb, beta, to, ldc)
            return self.status

        return gemm


def _moved(pointer, steps):
    return ctypes.c_void_p(pointer.value + steps)


def _columns_first(pointer, dtype, rows, columns, leading, turned):
    """The matrix (rows, columns) at a pointer; `turned` says that its transpose lies there."""
    if turned:
        return _columns_first(pointer, dtype, columns, rows, leading, 0).T
    kind = np.ctypeslib.as_ctypes_type(dtype)
    flat = np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(kind)), (columns, leading))
    return flat.T[:rows]


class HostArray(SimpleNamespace):
    """An array of the host under the interface of one of the GPU."""

    def __init__(self, array):
        interface = array.__array_interface__
        super().__init__(
            array=array, shape=array.shape, dtype=array.dtype, __cuda_array_interface__=interface
        )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("turn_a", [False, True])
@pytest.mark.parametrize("turn_b", [False, True])
def test_cublas_is_given_what_makes_the_product(dtype, turn_a, turn_b):
    random = np.random.default_rng(1)
    a, b = random.random((4, 3)).astype(dtype), random.random((3, 6)).astype(dtype)
    c = HostArray(np.empty((4, 6), dtype))
    left = HostArray(np.ascontiguousarray(a.T) if turn_a else a)
    right = HostArray(np.ascontiguousarray(b.T) if turn_b else b)
    blas.Blas(FakeBlas(), queue=5).product(left, right, c, turn_a, turn_b)()
    np.testing.assert_allclose(c.array, a @ b, rtol=1e-6)


def test_cublas_multiplies_many_matrices():
    random = np.random.default_rng(1)
    a, b = (random.random(shape).astype("f") for shape in ((3, 4, 2), (3, 6, 2)))
    c = HostArray(np.empty((3, 4, 6), "f"))
    made = blas.Blas(FakeBlas(), queue=5)
    made.product(HostArray(a), HostArray(b), c, turn_b=True)()
    np.testing.assert_allclose(c.array, a @ b.swapaxes(1, 2), rtol=1e-6)


def test_a_failing_product_says_why():
    failing = blas.Blas(FakeBlas(status=13), queue=5)
    matrix = HostArray(np.ones((2, 2), np.float32))
    with pytest.raises(DeviceError, match="the matrix product with 13, something is wrong"):
        failing.product(matrix, matrix, HostArray(np.ones((2, 2), np.float32)))()
    assert failing.version == "13.2.3"


def test_without_cublas_there_is_none(monkeypatch):
    monkeypatch.setattr(blas, "_library", lambda: None)
    blas.find.cache_clear()
    assert blas.find() is None
    assert blas.describe() == "Pronghorn's own kernels"
    blas.find.cache_clear()


# Graphs.


class FakeCore:
    """A `cuda.core` stream: counts what is recorded and launched."""

    def __init__(self, fails=False):
        self.fails, self.events = fails, []

    def create_graph_builder(self):
        return FakeBuilder(self)


class FakeBuilder:
    def __init__(self, core):
        self.core = core

    def begin_building(self, mode):
        self.core.events.append(f"begin {mode}")

    def end_building(self):
        self.core.events.append("end")

    def complete(self):
        if self.core.fails:
            raise RuntimeError("no graphs today")
        return self

    def upload(self, stream):
        assert stream is self.core

    def launch(self, stream):
        self.core.events.append("launch")


class OnGpu:
    on_gpu = True

    def __init__(self, events, name):
        self.events, self.name = events, name

    def __call__(self):
        self.events.append(self.name)


def _stream(core):
    queue = SimpleNamespace(synchronize=lambda: core.events.append("wait"))
    return streams.Stream(queue, 1, core)


@pytest.fixture
def graphs(monkeypatch):
    monkeypatch.setattr(streams, "cuda", SimpleNamespace(defer_cleanup=_nothing))
    monkeypatch.delenv("PRONGHORN_CUDA_GRAPHS", raising=False)


class _nothing:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


@pytest.mark.usefixtures("graphs")
def test_a_step_is_run_once_then_recorded_and_then_replayed():
    core = FakeCore()
    program = streams.Program([OnGpu(core.events, "a"), OnGpu(core.events, "b")], _stream(core))
    program()
    assert core.events == ["a", "b"]
    core.events.clear()
    program()
    assert core.events == ["begin thread_local", "a", "b", "end", "launch"]
    core.events.clear()
    program()
    assert core.events == ["launch"]


@pytest.mark.usefixtures("graphs")
def test_python_runs_between_graphs_when_the_gpu_is_done():
    core = FakeCore()
    calls = [OnGpu(core.events, n) for n in "abcd"]
    calls.insert(2, lambda: core.events.append("python"))
    program = streams.Program(calls, _stream(core))
    for _ in range(2):
        program()
    core.events.clear()
    program()
    assert core.events == ["launch", "wait", "python", "launch"]


@pytest.mark.usefixtures("graphs")
def test_what_cannot_be_recorded_is_launched_call_by_call():
    core = FakeCore(fails=True)
    program = streams.Program([OnGpu(core.events, "a"), OnGpu(core.events, "b")], _stream(core))
    program()
    with pytest.warns(RuntimeWarning, match="not replayed as a CUDA graph.*no graphs today"):
        program()
    assert core.events[-2:] == ["a", "b"]
    core.events.clear()
    program()
    assert core.events == ["a", "b"]


@pytest.mark.usefixtures("graphs")
def test_graphs_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("PRONGHORN_CUDA_GRAPHS", "0")
    core = FakeCore()
    program = streams.Program([OnGpu(core.events, "a"), OnGpu(core.events, "b")], _stream(core))
    for _ in range(3):
        program()
    assert core.events == ["a", "b"] * 3


# Copies.


class FakeEvent:
    def __init__(self, log):
        self.log, self.number = log, sum(made == "event" for made in log)
        log.append("event")

    def record(self, queue):
        self.log.append(f"record {self.number}")

    def synchronize(self):
        self.log.append(f"wait {self.number}")


class Target(SimpleNamespace):
    """A device array that keeps what was copied into it."""

    def copy_to_device(self, host, stream):
        self.received = host.copy()


def test_large_copies_go_through_buffers_in_turn(monkeypatch):
    log: list[str] = []
    fake = SimpleNamespace(pinned_array=np.empty, event=lambda timing: FakeEvent(log))
    monkeypatch.setattr(staging, "cuda", fake)
    sender = staging.Staging(SimpleNamespace(queue=3))
    host = np.arange(6000).reshape(60, 100)
    for scale in range(3):
        out = Target(shape=(60, 100), size=6000, dtype=np.dtype(np.float32))
        sender.send(host * scale, out)
        assert out.received.dtype == np.float32
        np.testing.assert_array_equal(out.received, host * scale)
    waits = [entry for entry in log if entry != "event"]
    assert waits == ["wait 0", "record 0", "wait 1", "record 1", "wait 0", "record 0"]


def test_small_copies_do_without():
    out = Target(shape=(3,), size=3, dtype=np.dtype(np.float32))
    staging.Staging(SimpleNamespace(queue=3)).send(np.array([1, 2, 3]), out)
    np.testing.assert_array_equal(out.received, np.float32([1, 2, 3]))


@pytest.mark.parametrize(("name", "made"), [("conv2d_bias", 3), ("conv2d_transposed_bias", 2)])
def test_the_bias_of_a_convolution_is_as_long_as_what_it_is_added_to(name, made):
    from pronghorn.devices.kernels.cuda import convolutions

    x, y, w = np.ones((1, 4, 4, 2)), np.ones((1, 3, 3, 3)), np.ones((2, 2, 2, 3))
    ends = (x, y) if made == 3 else (y, x)
    kernel = getattr(convolutions, name)
    with pytest.raises(ShapeError, match=r"do not make a convolution: .*\(4,\) float64"):
        kernel(ends[0], w, np.ones(4), ends[1], 1, 1, 0, 0, 1, 1)
