"""The GPU computes what the CPU computes: each kernel, each component, and training.

`pytest -m gpu` runs this on a machine with an NVIDIA GPU. `test_cuda_simulator.py` runs it on any
machine, under Numba's simulator, which leaves out what needs a real GPU.
"""

import kernel_cases
import numpy as np
import pytest

from pronghorn import devices, hooks, registry
from pronghorn.components.activation import Activation
from pronghorn.components.context import EagerContext
from pronghorn.components.metric import Metric
from pronghorn.components.objective import Objective
from pronghorn.components.optimizer import Optimizer
from pronghorn.errors import DeviceError
from pronghorn.layers import Activation as ActivationLayer
from pronghorn.layers import Dense, Dropout
from pronghorn.models import Sequential

pytestmark = pytest.mark.gpu

FLOATS = ["float32", "float64"]
# float32 sums are taken in another order; elementary functions differ in their last digits.
CLOSE = {"rtol": 2e-5, "atol": 2e-6}


@pytest.fixture(scope="module")
def gpu():
    try:
        device = devices.get("cuda")
    except DeviceError as error:
        pytest.skip(str(error))
    if "simulated" not in str(device):
        yield device
        return
    # Only in the simulator are negative indices of a shape an error outside kernels too.
    from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeCUDAArray, "shape", property(lambda array: array._ary.shape))
        yield device


@pytest.fixture
def real_gpu(gpu):
    if "simulated" in str(gpu):
        pytest.skip("too much work for the simulator")
    return gpu


def on(device, arguments):
    return [device.from_host(a) if isinstance(a, np.ndarray) else a for a in arguments]


def run_both(gpu, run, arguments):
    """The arrays among the arguments after `run(device, arguments)`, of the CPU and of the GPU."""
    cpu = devices.get("cpu")
    results = []
    for device in (cpu, gpu):
        given = on(device, arguments)
        run(device, given)
        results.append([device.to_host(a) for a in given if hasattr(a, "dtype")])
    return zip(*results, strict=True)


def assert_close(gpu, run, arguments):
    for expected, found in run_both(gpu, run, arguments):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, **CLOSE)


# Kernels.


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", kernel_cases.CASES, ids=str)
def test_kernel(gpu, case, dtype):
    if dtype == "float64" and "simulated" in str(gpu) and case.package != kernel_cases.CORE:
        pytest.skip("in the simulator, the core's kernels are enough of float64")
    made = case.make(kernel_cases.Numbers(dtype))
    scratch = [made[i] for i in case.scratch]
    arrays = [a for a in made if isinstance(a, np.ndarray)]

    def run(device, arguments):
        case.pair.on(device).bind(*arguments)()

    for before, (expected, found) in zip(arrays, run_both(gpu, run, made), strict=True):
        if not any(before is array for array in scratch):
            np.testing.assert_allclose(found, expected, **CLOSE)


PLAIN = (1, 1, 0, 0, 1, 1)
"""Windows that move cell by cell and stay inside the image."""

LARGE = {
    "add": lambda n: [n(300_000), n(300_000)],
    "bias_gradient": lambda n: [n(5000, 70), n(70)],
    "conv2d_bias": lambda n: [n(40, 26, 26, 32), n(3, 3, 32, 48), n(48), n(40, 24, 24, 48), *PLAIN],
    "conv2d_input_gradient": lambda n: [
        n(40, 24, 24, 48),
        n(3, 3, 32, 48),
        n(40, 26, 26, 32),
        *PLAIN,
    ],
    "conv2d_weight_gradient": lambda n: [
        n(40, 26, 26, 32),
        n(40, 24, 24, 48),
        n(3, 3, 32, 48),
        *PLAIN,
    ],
    "dropout_forward": lambda n: [n(70_001), n(70_001), n.mask(70_001), n.clock(), 12345, 0.3],
    "gather": lambda n: [n(500, 130), n.random.integers(0, 500, 300), n(300, 130)],
    "metric_rows": lambda n: [n(5000, 2), n(5000, 2), 0.5, np.ones(2)],
    "objective_rows": lambda n: [n(900, 30), n(900, 30), n(900), 0.25, n(900, 30), n(900)],
    "product": lambda n: [n(300, 257), n(257, 190), n(300, 190)],
    "product_bias": lambda n: [n(300, 257), n(257, 190), n(190), n(300, 190)],
    "product_nt": lambda n: [n(300, 257), n(190, 257), n(300, 190)],
    "product_tn": lambda n: [n(257, 300), n(257, 190), n(300, 190)],
    "random_normal": lambda n: [n(70_001), n.clock(), 77],
    "reduce_sum": lambda n: [n(5000), np.ones(1)],
    "softmax": lambda n: [n(300, 1000), n(300, 1000)],
    "softmax_backward": lambda n: [n(300, 1000), n(300, 1000), n(300, 1000)],
    "sum_map": lambda n: [n(300_000), n(18)],
}


@pytest.mark.parametrize("name", LARGE)
def test_large_kernel(real_gpu, name):
    case = next(c for c in kernel_cases.CASES if c.name == name)
    made = LARGE[name](kernel_cases.Numbers("float32"))

    def run(device, arguments):
        case.pair.on(device).bind(*arguments)()

    for expected, found in run_both(real_gpu, run, made):
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * scale)


@pytest.mark.parametrize("name", ["product", "product_bias", "product_nt", "product_tn"])
def test_own_product(real_gpu, monkeypatch, name):
    from pronghorn.devices.cuda import blas

    monkeypatch.setattr(blas, "find", lambda: None)
    test_large_kernel(real_gpu, name)


@pytest.mark.parametrize("name", ["conv2d_bias", "conv2d_input_gradient", "conv2d_weight_gradient"])
def test_a_convolution_whose_windows_do_not_fit_at_once(gpu, monkeypatch, name):
    from pronghorn.devices.kernels.cuda import convolutions

    monkeypatch.setattr(convolutions, "WINDOWS", 1)
    case = next(c for c in kernel_cases.CASES if c.name == name)
    test_kernel(gpu, case, "float32")


# Components.


def identifiers(kind):
    return [entry.identifier for entry in registry.entries(kind)]


@pytest.mark.parametrize("identifier", identifiers("activations"))
def test_activation(gpu, identifier):
    activation = Activation.get(identifier)
    random = np.random.default_rng(2)
    x, dy = (random.normal(size=(3, 4)).astype(np.float32) for _ in range(2))

    def run(device, arrays):
        x, y, dy, dx = arrays
        ctx = EagerContext(device, "float32")
        activation.forward(x, y, ctx)
        activation.backward(x, y, dy, dx, ctx)

    assert_close(gpu, run, [x, np.zeros_like(x), dy, np.zeros_like(x)])


@pytest.mark.parametrize("identifier", identifiers("objectives"))
def test_objective(gpu, identifier):
    objective = Objective.get(identifier)
    t, p = targets(objective.sparse)

    def run(device, arrays):
        t, p, coefficient, losses, g = arrays
        objective.record(EagerContext(device, "float32"), t, p, coefficient, losses, g)

    coefficient = np.float32([0.2, 0.3, 0.5])
    assert_close(gpu, run, [t, p, coefficient, np.zeros_like(coefficient), np.zeros_like(p)])


@pytest.mark.parametrize("identifier", identifiers("metrics"))
def test_metric(gpu, identifier):
    metric = Metric.get(identifier)
    t, p = targets(metric.sparse)

    def run(device, arrays):
        metric.record(EagerContext(device, "float32"), *arrays)

    assert_close(gpu, run, [t, p, np.zeros(metric.width)])


def targets(sparse):
    """Targets and predictions of three rows of four classes."""
    p = np.random.default_rng(3).random((3, 4)).astype(np.float32)
    p /= p.sum(axis=1, keepdims=True)
    classes = np.float32([[2], [0], [3]])
    t = classes if sparse else np.eye(4, dtype=np.float32)[classes[:, 0].astype(int)]
    return t, p


@pytest.mark.parametrize("identifier", identifiers("optimizers"))
def test_optimizer(gpu, identifier):
    optimizer = Optimizer.get(identifier)
    random = np.random.default_rng(4)
    numbers = optimizer.scalars(3)
    arrays = [random.random(6).astype(np.float32) for _ in range(2 + len(optimizer.slots))]
    hyper = np.array([*numbers.values()] or [0.0], np.float32)

    def run(device, arrays):
        params, gradients, *slots, hyper = arrays
        optimizer.record(EagerContext(device, "float32"), params, gradients, slots, hyper)

    assert_close(gpu, run, [*arrays, hyper])


# The device.


def test_copies_convert_the_dtype_both_ways(gpu):
    array = gpu.zeros((2, 3), np.float32)
    gpu.copy_in(np.arange(6).reshape(2, 3), array)
    host = np.empty((2, 3), np.int16)
    gpu.copy_out(array, host)
    np.testing.assert_array_equal(host, np.arange(6).reshape(2, 3))
    with pytest.raises(ValueError, match=r"cannot copy shape \(3,\) into shape \(2, 3\)"):
        gpu.copy_in(np.zeros(3), array)


def test_views_share_memory(gpu):
    array = gpu.from_host(np.arange(10, dtype=np.float32))
    view = gpu.view(array, 4, (2, 3))
    np.testing.assert_array_equal(gpu.to_host(view), [[4, 5, 6], [7, 8, 9]])
    gpu.copy_in(np.zeros((2, 3), np.float32), view)
    np.testing.assert_array_equal(gpu.to_host(array), [0, 1, 2, 3, 0, 0, 0, 0, 0, 0])
    with pytest.raises(DeviceError, match="a view of 6 elements from 5 leaves an array of 10"):
        gpu.view(array, 5, (6,))


def test_many_large_copies_arrive_unmixed(real_gpu):
    hosts = [np.full(1 << 16, number, np.float32) for number in range(8)]
    arrays = [real_gpu.empty((1 << 16,), np.float32) for _ in hosts]
    for host, array in zip(hosts, arrays, strict=True):
        real_gpu.copy_in(host, array)
        host[:] = -1.0
    for number, array in enumerate(arrays):
        np.testing.assert_array_equal(real_gpu.to_host(array), np.float32(number))


# Training.


def small_model(device, optimizer="adam"):
    layers = [
        Dense(4, input_dim=3, activation="relu"),
        Dropout(0.3),
        Dense(3),
        ActivationLayer("softmax"),
    ]
    model = Sequential(layers, seed=3).to(device)
    model.compile(loss="categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def small_data(rows=6):
    random = np.random.default_rng(0)
    classes = random.integers(0, 3, rows)
    x = random.random((rows, 3)).astype(np.float32) + classes[:, None]
    return x, np.eye(3, dtype=np.float32)[classes]


def test_training_gives_the_weights_of_the_cpu(gpu):
    x, y = small_data()
    trained = {}
    for name in ("cpu", gpu.name):
        model = small_model(name)
        losses = [model.train_on_batch(x, y) for _ in range(2)]
        trained[name] = (losses, model.predict(x), *model.get_weights())
    for expected, found in zip(trained["cpu"], trained[gpu.name], strict=True):
        np.testing.assert_allclose(found, expected, **CLOSE)


def test_a_model_moves_between_devices_with_its_optimizer(gpu):
    x, y = small_data()
    stays, moves = small_model("cpu"), small_model("cpu")
    for model in (stays, moves):
        model.train_on_batch(x, y)
    moves.to(gpu.name)
    for model in (stays, moves):
        model.train_on_batch(x, y)
    moves.to("cpu")
    for expected, found in zip(stays.get_weights(), moves.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, **CLOSE)


def test_the_variable_puts_new_models_on_the_gpu(gpu, monkeypatch):
    monkeypatch.setenv("PRONGHORN_DEVICE", "cuda")
    model = Sequential([Dense(2, input_dim=3)], seed=1)
    assert model.device is gpu
    x = small_data()[0]
    expected = x @ model.get_weights()[0]
    np.testing.assert_allclose(model.predict(x), expected, **CLOSE)


def test_a_kernel_that_the_gpu_lacks_is_named(gpu):
    from pronghorn.devices.pair import KernelPair

    with pytest.raises(DeviceError, match="has no kernel 'no_such_kernel' for cuda"):
        KernelPair(kernel_cases.CORE, "no_such_kernel").on(gpu)


def test_gradients_are_shown_on_the_gpu_when_they_are_complete(gpu):
    seen = []

    class Shows:
        @hooks.hookimpl
        def pronghorn_gradients_ready(self, model, gradients):
            seen.append(gpu.to_host(gradients))
            gpu.copy_in(np.zeros(gradients.shape, np.float32), gradients)

    name = hooks.register(Shows())
    try:
        x, y = small_data()
        model = small_model(gpu.name, "sgd")
        before = model.get_weights()
        for _ in range(3):
            model.train_on_batch(x, y)
    finally:
        hooks.unregister(name)
    assert len(seen) == 3
    assert np.abs(seen[-1]).max() > 0
    for expected, found in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_replayed_steps_are_the_launched_ones(real_gpu, monkeypatch):
    x, y = small_data(256)
    weights = []
    for wanted in ("1", "0"):
        monkeypatch.setenv("PRONGHORN_CUDA_GRAPHS", wanted)
        model = small_model("cuda")
        model.fit(x, y, batch_size=60, nb_epoch=5, verbose=0)
        weights.append(model.get_weights())
    for replayed, launched in zip(*weights, strict=True):
        np.testing.assert_array_equal(replayed, launched)


def test_a_classifier_learns(real_gpu):
    x, y = small_data(600)
    model = Sequential([Dense(32, input_dim=3, activation="tanh"), Dense(3, activation="softmax")])
    model.to("cuda").compile(loss="categorical_crossentropy", optimizer="adam", metrics=["acc"])
    model.fit(x, y, batch_size=32, nb_epoch=30, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.95
