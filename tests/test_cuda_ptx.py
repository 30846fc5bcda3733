"""Every CUDA kernel of the official packs, compiled for a real architecture without a GPU."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import kernel_cases
import numpy as np
import pytest

from pronghorn import registry
from pronghorn.components.activation import Activation
from pronghorn.components.context import EagerContext
from pronghorn.components.metric import Metric
from pronghorn.components.objective import Objective
from pronghorn.components.optimizer import Optimizer
from pronghorn.devices import rules
from pronghorn.devices.cuda import blas, kernels, status, target
from pronghorn.devices.function import Function
from pronghorn.devices.host import CpuDevice
from pronghorn.devices.kernels.cuda import map_forward
from pronghorn.devices.kernels.cuda.product import finish

ARCHITECTURE = (9, 0)

DOUBLE = {
    "add_metric_parts",
    "add_penalty",
    "dropout_mask",
    "fill",
    "masked_coefficient",
    "metric_parts",
    "score_counts",
    "reduce_sum",
}
"""Kernels whose sums are float64 on purpose, or whose arrays tell no float type."""

TRIGONOMETRIC = {"sin", "cos", "tan"}
"""Functions that CUDA's library computes in float64, with a table, for very large arguments."""


class Here(CpuDevice):
    """Arrays of the host, as stand-ins for arrays of a GPU."""

    name = side = "cuda"


class Compiled:
    """Takes what would be launched, and compiles it once for each text."""

    def __init__(self) -> None:
        self.ptx: dict[tuple[str, str], str] = {}

    def bind(self, kernel, *args):
        given = [a.reshape(-1) if self._flat(kernel, a) else a for a in args]
        key = (kernel.name, kernel.text(*given))
        if key not in self.ptx:
            self.ptx[key] = kernel.ptx(*given, capability=ARCHITECTURE)
        return lambda: None

    @staticmethod
    def _flat(kernel, argument):
        return kernel.elementwise and isinstance(argument, np.ndarray)

    def since(self, before: int) -> Iterator[tuple[str, str]]:
        """Name and PTX of the kernels compiled after the first `before`."""
        for (name, _), ptx in list(self.ptx.items())[before:]:
            yield name, ptx


@pytest.fixture(scope="module")
def compiled():
    if not status._has_compiler():
        pytest.skip("NVIDIA's libNVVM is not installed here")
    made = Compiled()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels.Kernel, "bind", lambda kernel, *args: made.bind(kernel, *args))
        patch.setattr(blas, "find", lambda: None)
        patch.setattr(target.cuda, "device_array", np.empty)
        # Numba asks the current GPU when a kernel calls another function.
        patch.setattr("numba.cuda.dispatcher.get_current_device", lambda: _Gpu)
        yield made


class _Gpu:
    compute_capability = ARCHITECTURE
    id = 0


@pytest.fixture
def new(compiled):
    """What a test compiles, by name."""
    before = len(compiled.ptx)
    return lambda: list(compiled.since(before))


def assert_float32(found, allowed=DOUBLE):
    for name, ptx in found:
        wide = [line.strip() for line in ptx.splitlines() if ".f64" in line]
        assert not wide or name in allowed, f"{name} computes in float64: {wide[:5]}"
        assert "__local_depot" not in ptx, f"{name} keeps arrays in local memory"


# Kernels.


def packages() -> list[str]:
    """All kernels packages that are in this repository."""
    root = Path(__file__).parents[1]
    files = [
        *root.glob("core/src/**/kernels/cpu/__init__.py"),
        *root.glob("plugins/*/src/**/kernels/cpu/__init__.py"),
        *root.glob("plugins/*/src/**/kernels/cpu.py"),
    ]
    folders = [f.parent if f.name == "cpu.py" else f.parents[1] for f in files]
    return [".".join(f.parts[f.parts.index("src") + 1 :]) for f in folders]


@pytest.mark.parametrize("package", packages())
def test_every_kernel_has_its_twin_and_a_case(package):
    on_cpu = kernel_cases.names(package, "cpu")
    assert on_cpu, package
    assert on_cpu <= kernel_cases.names(package, "cuda")
    assert on_cpu <= {case.name for case in kernel_cases.CASES if case.package == package}


@pytest.mark.parametrize("case", kernel_cases.CASES, ids=str)
def test_kernel(compiled, new, case):
    case.pair.on(Here()).bind(*case.make(kernel_cases.Numbers("float32")))
    assert_float32(new())


CORE_CASES = [case for case in kernel_cases.CASES if case.package == kernel_cases.CORE]


@pytest.mark.parametrize("case", CORE_CASES, ids=str)
def test_kernel_in_float64(compiled, case):
    case.pair.on(Here()).bind(*case.make(kernel_cases.Numbers("float64")))


def test_epilogue_of_a_library_product(compiled, new):
    finish.specialize(activate=kernel_cases.positive).bind(np.ones(5, "f"), np.ones((4, 5), "f"))
    assert_float32(new())


def test_nothing_spills(compiled, tmp_path):
    assembler = shutil.which("ptxas")
    if assembler is None:
        pytest.skip("NVIDIA's ptxas is not installed here")
    for case in kernel_cases.CASES:
        case.pair.on(Here()).bind(*case.make(kernel_cases.Numbers("float32")))
    assert len(compiled.ptx) > 50
    for number, (name, ptx) in enumerate(compiled.since(0)):
        file = tmp_path / f"{number}.ptx"
        file.write_text(ptx)
        done = subprocess.run(
            [assembler, "-arch=sm_90", "-v", file, "-o", tmp_path / "out"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "0 bytes spill stores, 0 bytes spill loads" in done.stderr, f"{name}: {done.stderr}"


# Functions and components.


MATH = [name for name in rules.DERIVATIVES if name not in ("atan2", "copysign", "fmod", "hypot")]


@pytest.mark.parametrize("name", [*MATH, "lgamma", "gamma"])
def test_function_of_math(compiled, new, name):
    x = np.zeros(4, np.float32)
    map_forward.specialize(f=_function(f"math.{name}(x) * 1.0")).bind(x, x)
    if name not in TRIGONOMETRIC:
        assert_float32(new())


@pytest.mark.parametrize(
    "text",
    ["math.atan2(x, 0.5)", "math.copysign(1.0, x)", "math.fmod(x, 0.5)", "math.hypot(x, 2.0)",
     "math.pow(x, 0.5)", "x ** 0.5", "x ** 3", "2.0 ** x", "abs(x)", "min(x, 0.5, 0.2)",
     "max(x, 0.0)", "x // 0.5", "x % 0.5", "float(int(x))", "x if x > 0 else 2 * x",
     "1.0 if math.isnan(x) else 0.0"],
)  # fmt: skip
def test_expression(compiled, new, text):
    x = np.zeros(4, np.float32)
    map_forward.specialize(f=_function(text)).bind(x, x)
    assert_float32(new())


def _function(text):
    import math

    return Function.from_text(f"def f(x):\n    return {text}\n", {"math": math})


def identifiers(kind):
    return [entry.identifier for entry in registry.entries(kind)]


def context():
    return EagerContext(Here(), "float32")


@pytest.mark.parametrize("identifier", identifiers("activations"))
def test_activation(compiled, new, identifier):
    activation, x, dx = Activation.get(identifier), *np.ones((2, 3, 4), np.float32)
    activation.forward(x, dx, context())
    activation.backward(x, x, dx, dx, context())
    assert_float32(new())


@pytest.mark.parametrize("identifier", identifiers("objectives"))
def test_objective(compiled, new, identifier):
    objective = Objective.get(identifier)
    p, g = np.ones((2, 3, 4), np.float32)
    t = np.zeros((3, 1), np.float32) if objective.sparse else p
    losses = np.ones(3, np.float32)
    for output in (None, "linear", "softmax", "sigmoid"):
        activation = None if output is None else Activation.get(output)
        objective.record(context(), t, p, losses, losses.copy(), g, activation)
    objective.record(context(), t, p, losses, losses.copy())
    assert_float32(new())


@pytest.mark.parametrize("identifier", identifiers("metrics"))
def test_metric(compiled, new, identifier):
    metric = Metric.get(identifier)
    p = np.ones((3, 4), np.float32)
    t = np.zeros((3, 1), np.float32) if metric.sparse else p
    metric.record(context(), t, p, np.zeros(metric.width))
    assert_float32(new())


@pytest.mark.parametrize("identifier", identifiers("optimizers"))
def test_optimizer(compiled, new, identifier):
    optimizer = Optimizer.get(identifier)
    arrays = np.ones((2 + len(optimizer.slots), 6), np.float32)
    hyper = np.ones(len(optimizer.scalar_names) or 1, np.float32)
    optimizer.record(context(), arrays[0], arrays[1], [*arrays[2:]], hyper)
    assert_float32(new())
