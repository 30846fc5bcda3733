"""One case for each kernel of the official packs: arguments small enough for the CUDA simulator.

The tests run them on both sides and compare, and compile the CUDA side for a real architecture.
"""

import importlib
import importlib.util
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pronghorn.devices.kernel import BaseKernel
from pronghorn.devices.pair import KernelPair

CORE = "pronghorn.devices.kernels"
PACKS = (
    CORE,
    "pronghorn.activations.kernels",
    "pronghorn.layers.core.kernels",
    "pronghorn.regularizers.kernels",
    "pronghorn.layers.pooling.kernels",
    "pronghorn.layers.convolutional.kernels",
    "pronghorn.layers.embeddings.kernels",
    "pronghorn.layers.normalization.kernels",
    "pronghorn.layers.recurrent.kernels",
    "pronghorn.layers.wrappers.kernels",
    "pronghorn.layers.advanced_activations.kernels",
    "pronghorn.layers.noise.kernels",
    "pronghorn.metrics.kernels",
    "pronghorn.layers.merging.kernels",
    "pronghorn.layers.local.kernels",
    "pronghorn.layers.attention.kernels",
    "pronghorn.layers.convolutional_recurrent.kernels",
)

Arguments = list[Any]


def square(x):
    return 0.5 * x * x + 1.0


def positive(x):
    return x if x > 0.0 else 0.0


def slope(x):
    return 1.0 - math.tanh(x) * math.tanh(x)


def squared_error(t, p, g):
    total = 0.0
    for j in range(p.size):
        total += (p[j] - t[j]) ** 2
        g[j] = 2.0 * (p[j] - t[j])
    return total


def absolute_error(t, p):
    total = 0.0
    for j in range(p.size):
        total += abs(p[j] - t[j])
    return total


def two_sums(t, p):
    return p[0] * t[0], p[0] + 1.0


@dataclass(frozen=True)
class Case:
    """How to call a kernel.

    Attributes:
        package, name: of the kernel.
        make: gives the arguments, arrays of the host; the floats of this dtype.
        functions: what fills its function slots.
        scratch: places of the arguments whose contents afterwards are the kernel's own affair.
    """

    package: str
    name: str
    make: Callable[["Numbers"], Arguments]
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)
    scratch: Sequence[int] = ()

    def __str__(self) -> str:
        return f"{self.package.removeprefix('pronghorn.').removesuffix('.kernels')}:{self.name}"

    @property
    def pair(self) -> Any:
        return KernelPair(self.package, self.name).specialize(**self.functions)


class Numbers:
    """Repeatable random arrays."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.random = np.random.default_rng(7)

    def __call__(self, *shape: int) -> np.ndarray:
        return self.random.standard_normal(shape).astype(self.dtype)

    def zeros(self, *shape: int, dtype: Any = None) -> np.ndarray:
        return np.zeros(shape, self.dtype if dtype is None else dtype)

    def clock(self, step: int = 5) -> np.ndarray:
        return np.array([step], np.uint64)

    def mask(self, *shape: int) -> np.ndarray:
        return (self.random.random(shape) < 0.6).astype(np.uint8)


def _strides(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def _core() -> Iterator[Case]:
    def case(name: str, make: Any, scratch: Sequence[int] = (), **functions: Any) -> Case:
        return Case(CORE, name, make, functions, scratch)

    yield case("add", lambda n: [n(2, 5), n(10)])
    yield case("add_map", lambda n: [n(9), n(9)], f=square)
    yield case("batch_product", lambda n: [n(2, 5, 3), n(2, 3, 6), n(2, 5, 6)])
    yield case("batch_product_nt", lambda n: [n(3, 5, 3), n(3, 6, 3), n(3, 5, 6)])
    yield case("batch_product_tn", lambda n: [n(2, 3, 5), n(2, 3, 6), n(2, 5, 6)])
    yield case("bias_gradient", lambda n: [n(7, 5), n(5)])
    yield case("clip_norm", lambda n: [n(11), np.abs(n(3)), 0.7])
    yield case("clip_value", lambda n: [n(11), 0.5])
    x, w, y, way = (2, 4, 5, 3), (3, 2, 3, 4), (2, 2, 4, 4), (2, 1, 1, 0, 1, 2)
    yield case("conv2d", lambda n: [n(*x), n(*w), n(*y), *way], activate=positive)
    yield case("conv2d_bias", lambda n: [n(*x), n(*w), n(4), n(*y), *way], activate=positive)
    yield case("conv2d_input_gradient", lambda n: [n(*y), n(*w), n(*x), *way])
    yield case("conv2d_weight_gradient", lambda n: [n(*x), n(*y), n(*w), *way])
    yield case("conv2d_transposed", lambda n: [n(*y), n(*w), n(*x), *way], activate=positive)
    yield case(
        "conv2d_transposed_bias", lambda n: [n(*y), n(*w), n(3), n(*x), *way], activate=positive
    )
    yield from _volumes(case)
    yield from _depthwise(case)
    yield case("copy", lambda n: [n(9), n(9)])
    yield case("dropout_backward", lambda n: [n(70), n.mask(70), n(70), 0.3])
    yield case("dropout_forward", lambda n: [n(70), n(70), n.mask(70), n.clock(), 12345, 0.3])
    yield case("dropout_mask", lambda n: [n.mask(70), n.clock(), 12345, 0.3])
    yield case("fill", lambda n: [n(9), 2.5])
    yield case("gather", lambda n: [n(6, 5), np.array([4, 0, 4]), n(3, 5)])
    yield case("map_backward_x", lambda n: [n(9), n(9), n(9)], f=slope)
    yield case("map_backward_y", lambda n: [n(9), n(9), n(9)], f=square)
    yield case("map_forward", lambda n: [n(3, 3), n(3, 3)], f=square)
    yield case("map_inplace", lambda n: [n(9)], f=slope)
    yield case("masked_coefficient", lambda n: [n(9), n.mask(9), n(9)])
    yield case("metric_rows", lambda n: [n(7, 2), n(7, 2), 0.5, np.ones(2)], row=two_sums)
    yield case(
        "norm_constraint",
        lambda n: [n(2, 3, 1, 2, 2), n(2, 1, 2), 0.5, 1.0, 0.8, 1e-7],
        scratch=(1,),
    )
    yield case(
        "objective_losses", lambda n: [n(5, 3), n(5, 3), n(5), 0.25, n(5)], row=absolute_error
    )
    yield case(
        "objective_rows",
        lambda n: [n(5, 3), n(5, 3), n(5), 0.25, n(5, 3), n(5)],
        row=squared_error,
    )
    yield case("penalty_gradient", lambda n: [n(9), n(9), 0.1, 0.2])
    yield case("penalty_sums", lambda n: [n(25), 0.1, 0.2, n(3)])
    yield case("permute", lambda n: [n(24), _strides(4, 2, 3), _strides(1, 12, 4), n(24)])
    yield case("product", lambda n: [n(5, 3), n(3, 6), n(5, 6)], activate=positive)
    yield case("product_bias", lambda n: [n(5, 7), n(7, 6), n(6), n(5, 6)], activate=positive)
    yield case("product_nt", lambda n: [n(5, 3), n(6, 3), n(5, 6)])
    yield case("product_tn", lambda n: [n(3, 5), n(3, 6), n(5, 6)])
    yield case("random_normal", lambda n: [n(70), n.clock(), 77])
    yield case("random_uniform", lambda n: [n(70), n.clock(2**40), 2**33 + 5])
    yield case("reduce_sum", lambda n: [n(11), np.ones(1)])
    yield case("scale", lambda n: [n(9), 0.1])
    yield case("scale_inplace_x", lambda n: [n(9), n(9)], f=slope)
    yield case("scale_inplace_y", lambda n: [n(9), n(9)], f=square)
    yield case("sum_map", lambda n: [n(25), n(3)], f=square)
    yield case("tick", lambda n: [n.clock()])


def _volumes(case: Any) -> Iterator[Case]:
    x, w, y, way = (2, 3, 4, 3, 2), (2, 3, 2, 2, 3), (2, 3, 2, 2, 3), (1, 2, 1, 1, 1, 0, 1, 1, 1)
    yield case("conv3d", lambda n: [n(*x), n(*w), n(*y), *way], activate=positive)
    yield case("conv3d_bias", lambda n: [n(*x), n(*w), n(3), n(*y), *way], activate=positive)
    yield case("conv3d_input_gradient", lambda n: [n(*y), n(*w), n(*x), *way])
    yield case("conv3d_transposed", lambda n: [n(*y), n(*w), n(*x), *way], activate=positive)
    yield case(
        "conv3d_transposed_bias", lambda n: [n(*y), n(*w), n(2), n(*x), *way], activate=positive
    )
    yield case("conv3d_weight_gradient", lambda n: [n(*x), n(*y), n(*w), *way])


def _depthwise(case: Any) -> Iterator[Case]:
    x, w, y, way = (2, 4, 5, 3), (3, 2, 3), (2, 2, 4, 3), (2, 1, 1, 0, 1, 2)
    yield case("depthwise2d", lambda n: [n(*x), n(*w), n(*y), *way], activate=positive)
    yield case("depthwise2d_bias", lambda n: [n(*x), n(*w), n(3), n(*y), *way], activate=positive)
    yield case("depthwise2d_input_gradient", lambda n: [n(*y), n(*w), n(*x), *way])
    yield case("depthwise2d_weight_gradient", lambda n: [n(*x), n(*y), n(*w), *way])


def _packs() -> Iterator[Case]:
    activations, layers, regularizers = PACKS[1:4]

    yield Case(activations, "softmax", lambda n: [n(4, 6), n(4, 6)])
    yield Case(activations, "softmax_backward", lambda n: [n(4, 6), n(4, 6), n(4, 6)])
    yield Case(layers, "repeat_rows", lambda n: [n(3, 5), n(3, 2, 5)])
    yield Case(layers, "sum_repeats", lambda n: [n(3, 2, 5), n(3, 5)])
    yield Case(layers, "mask_steps", _steps_to_mask)
    yield Case(layers, "zero_masked", lambda n: [n.mask(4), n(4, 3)])
    yield Case(
        layers,
        "broadcast_drop",
        lambda n: [n(24), n.mask(6), _strides(3, 4, 2), _strides(2, 0, 1), 1.5, n(24)],
    )
    yield Case(
        layers, "activation_bias_gradient", lambda n: [n(7, 5), n(7, 5), n(5)], {"slope": slope}
    )
    yield Case(layers, "drop_channels", lambda n: [n(2, 4, 3), n.mask(2, 3), 1.5, n(2, 4, 3)])
    yield Case(layers, "features_beside", lambda n: [n(2, 3, 4), n(3, 8)])
    yield Case(layers, "features_apart", lambda n: [n(3, 8), n(2, 3, 4)])
    yield Case(layers, "largest_feature", lambda n: [n(3, 8), n(3, 4)])
    yield Case(layers, "largest_feature_gradient", _features)
    yield Case(layers, "mix", lambda n: [n(3, 4) for _ in range(4)])
    yield Case(layers, "mix_gradient", lambda n: [n(3, 4) for _ in range(6)])
    yield Case(
        regularizers,
        "eigenvalue",
        lambda n: [n(4, 3), 0.1, n(5, 3), n(4, 4), np.ones(1)],
    )
    yield Case(regularizers, "eigenvalue_gradient", _eigenvectors, scratch=(4, 5))
    yield Case(
        "pronghorn.metrics.kernels", "score_counts", lambda n: [n(30), n(30), np.ones((2, 7))]
    )


WINDOW = (2, 3, 2, 1, 2, 2, 1, 1, 0)
"""Deep, high, wide, ahead, down, across, front, top, left: windows that overlap, and leave a volume
of 2 by 5 by 4."""


def _pooling() -> Iterator[Case]:
    def case(name: str, make: Any, scratch: Sequence[int] = ()) -> Case:
        return Case(PACKS[4], name, make, scratch=scratch)

    x, y = (2, 2, 5, 4, 3), (2, 3, 3, 2, 3)
    yield case("max_pool", lambda n: [n(*x), n(*y), n.mask(*y), *WINDOW])
    yield case("max_pool_gradient", lambda n: [n(*y), n.mask(*y) * 9, n(*x), *WINDOW])
    yield case("average_pool", lambda n: [n(*x), n(*y), *WINDOW])
    yield case("average_pool_gradient", lambda n: [n(*y), n(*x), *WINDOW])
    yield case("global_max", lambda n: [n(2, 5, 3), n(2, 3)])
    yield case("global_max_gradient", _ties, scratch=(3,))
    yield case("global_average", lambda n: [n(2, 5, 3), n(2, 3), 0.2])
    yield case("global_average_gradient", lambda n: [n(2, 3), n(2, 5, 3), 0.2])


def _ties(n: Numbers) -> Arguments:
    x = n(2, 5, 3)
    x[:, 3] = x[:, 1] = 9.0
    return [x, x.max(axis=1), n(2, 3), n(2, 3), n(2, 5, 3)]


def _images() -> Iterator[Case]:
    package = PACKS[5]
    yield Case(package, "shift", lambda n: [n(2, 2, 3, 4, 3), n(2, 3, 5, 3, 3), 1, 1, -1])
    small, large = (2, 2, 3, 2, 3), (2, 2, 6, 6, 3)
    yield Case(package, "enlarge", lambda n: [n(*small), n(*large), 1, 2, 3])
    yield Case(package, "enlarge_gradient", lambda n: [n(*large), n(*small), 1, 2, 3])
    yield Case(package, "sum_rows", lambda n: [n(7, 3), n(2, 3)])
    yield Case(package, "slope_sums", lambda n: [n(7, 3), n(7, 3), n(2, 3)], {"slope": slope})
    yield Case(package, "sum_parts", lambda n: [n(4, 3), n(3)])


def _words() -> Iterator[Case]:
    package, words = PACKS[6], np.array([3, 0, 3, 1, 7, -2, 3], np.int32)
    yield Case(package, "embed", lambda n: [words, n(5, 3), n(5), n(7, 3)])
    yield Case(package, "add_rows", lambda n: [words, n(5), n(7, 3), n(5, 3)])
    yield Case(package, "not_zero", lambda n: [words, n.mask(7)])
    yield Case(package, "word_factors", lambda n: [n.mask(9), 1.25, n(9)])


def _normalization() -> Iterator[Case]:
    def case(name: str, make: Any, scratch: Sequence[int] = ()) -> Case:
        return Case(PACKS[7], name, make, scratch=scratch)

    yield case("sum_rows", lambda n: [n(7, 3), n(2, 3)])
    yield case("sum_squares", lambda n: [n(7, 3), n(3), n(2, 3)])
    yield case("combine", lambda n: [n(4, 3), 0.2, n(3)])
    yield case("follow", lambda n: [n(3), n(3), 0.1, 0.9])
    yield case("normalize", lambda n: [n(7, 3), n(3), n(3) ** 2, n(3), n(3), 1e-3, n(3), n(7, 3)])
    yield case("sum_products", lambda n: [n(7, 3), n(7, 3), n(3), n(3), n(2, 3)])
    yield case(
        "normalize_gradient",
        lambda n: [n(7, 3), n(7, 3), n(3), n(3), n(3), n(3), n(3), 1 / 7, n(7, 3)],
    )
    yield case("scale_columns", lambda n: [n(7, 3), n(3), n(3), n(7, 3)])
    yield case("normalize_rows", lambda n: [n(4, 5), n(5), n(5), 1e-3, n(4, 5), n(4), n(4, 5)])
    yield case(
        "normalize_rows_gradient",
        lambda n: [n(4, 5), n(4, 5), n(4) ** 2 + 0.5, n(5), 1e-3, n(4, 5)],
    )
    yield case("center_rows", lambda n: [n(4, 9), n(9), n(9), 1e-3, 1 / 9, n(4), n(4), n(4, 9)])
    yield case(
        "center_rows_gradient",
        lambda n: [n(4, 9), n(4), n(4), n(9), 1 / 9, n(4, 9), *(n(2, 9) for _ in range(3))],
        scratch=(6,),
    )
    yield case("sum_unit_products", lambda n: [n(7, 3), n(7, 3), n(2, 3)])


STEPS, BATCH, UNITS, PADDED = 3, 3, 14, 16
"""Of the recurrent layers; a gate's columns are padded to whole registers of any CPU."""
SIZES = (BATCH, UNITS, PADDED, 8)


def _recurrent() -> Iterator[Case]:
    def case(name: str, make: Any, scratch: Sequence[int] = (), **functions: Any) -> Case:
        return Case(PACKS[8], name, make, functions, scratch)

    state, row = STEPS * BATCH * PADDED, BATCH * PADDED

    def forward(
        gates: int, *kept: int, flags: tuple[int, ...], biases: int = 0, meeting: int = 0
    ) -> Any:
        def make(n: Numbers) -> Arguments:
            given = [n(gates * state), n(UNITS * gates * PADDED)]
            given += [*(n(PADDED) for _ in range(biases)), n(gates * row)]
            masks = [n.mask(STEPS * BATCH), n(gates * PADDED * PADDED), n(5 * row)]
            place = [np.zeros(meeting, np.int64)] if meeting else []
            return [*given, *masks, *place, n(state + row), *map(n, kept), *SIZES, 1, 1, *flags]

        return make

    def backward(
        gates: int, *kept: int, flags: tuple[int, ...], states: int = 1, outputs: int = 1
    ) -> Any:
        def make(n: Numbers) -> Arguments:
            given = [n(gates * state) for _ in range(outputs)]
            given += [n(UNITS * gates * PADDED), n(gates * row)]
            masks = [n.mask(STEPS * BATCH), n(gates * PADDED * PADDED), n(11 * row)]
            upstream = [n(state), *(n(row) for _ in range(states))]
            first = [1] if gates == 1 else []
            return [*given, *masks, *map(n, kept), *first, *upstream, *SIZES, 1, 1, *flags]

        return make

    all_slots = {"inner": slope, "inner_slope": positive, "again": slope, "slope": slope}
    both = {"inner": slope, "activate": slope}
    yield case("simple_forward", forward(1, state, flags=(1,)), (4, 5), activate=slope)
    yield case("simple_backward", backward(1, state + row, flags=(1,)), (4, 5), slope=slope)
    lstm = forward(4, state + row, 4 * state, flags=(0, 1, 0, 1), meeting=64)
    yield case("lstm_forward", lstm, (4, 5, 6), **both)
    yield case(
        "lstm_backward",
        backward(4, state + row, 4 * state, flags=(1, 0), states=2),
        (4, 5),
        activate=slope,
        **all_slots,
    )
    yield case("gru_forward", forward(3, state, 3 * state, flags=(0, 1, 1)), (4, 5), **both)
    yield case("gru_backward", backward(3, state + row, 3 * state, flags=(1,)), (4, 5), **all_slots)
    yield case(
        "reset_after_forward",
        forward(3, state, 3 * state, flags=(0, 1, 1), biases=1),
        (5, 6),
        **both,
    )
    yield case(
        "reset_after_backward",
        backward(3, state + row, state, 3 * state, flags=(1,), outputs=2),
        (5, 6),
        **all_slots,
    )
    yield case("clear_gone", lambda n: [n.mask(3, 2), n(3, 2, 5)])
    yield case("to_steps", lambda n: [n(2, 3, 4), 1, n(3, 2, 5)])
    yield case("to_steps_dropped", lambda n: [n(2, 3, 4), n(2, 4), 1, n(3, 2, 4)])
    yield case("from_steps", lambda n: [n(4, 2, 5), 1, 1, n(2, 3, 4)])
    yield case("add_steps_dropped", lambda n: [n(3, 2, 4), n(2, 4), 1, n(2, 3, 4)])
    yield case("steps_of_mask", lambda n: [n.mask(2, 3), 1, n.mask(3, 2)])
    yield case("pad_units", lambda n: [n(2, 3), n(2, 5)])
    yield case("without_padding", lambda n: [n(2, 5), n(2, 3)])
    yield case("unit_factors", lambda n: [n.mask(2, 3), 1.25, n(2, 5)])
    yield case("repeat_units", lambda n: [n(2, 5), n(3, 2, 5)])
    yield case("drop_steps", lambda n: [n(4, 2, 5), n(2, 5), n(6, 5)])
    yield case("gate_columns", lambda n: [n(4, 9), 3, n(4, 3)])
    yield case("join_gate", lambda n: [n(3, 4), 2, 2, n(3, 9), 3, 3])
    yield case("join_bias", lambda n: [n(4), 2, 2, n(9), 3, 3])
    yield case("part_gate", lambda n: [n(4, 9), 3, n(3, 4), 2, 2])
    yield case("part_bias", lambda n: [n(9), 3, n(4), 2, 2])


def _wrappers() -> Iterator[Case]:
    for mode in ("sum", "ave", "mul", "concat"):
        wide = 6 if mode == "concat" else 3
        yield Case(
            PACKS[9], f"merge_{mode}", lambda n, wide=wide: [n(2, 4, 3), n(2, 4, 3), n(2, 4, wide)]
        )
        yield Case(
            PACKS[9],
            f"part_{mode}",
            lambda n, wide=wide: [n(2, 4, wide), *(n(2, 4, 3) for _ in range(4))],
        )


def _advanced_activations() -> Iterator[Case]:
    def case(name: str, make: Any) -> Case:
        return Case("pronghorn.layers.advanced_activations.kernels", name, make)

    yield case("repeat_weights", lambda n: [n(3), n(9)])
    yield case("prelu", lambda n: [n(7, 3), n(3), n(7, 3)])
    yield case("prelu_gradient", lambda n: [n(7, 3), n(3), n(7, 3), n(2, 3)])
    yield case("parametric_softplus", lambda n: [n(7, 3), n(3), n(3), n(7, 3)])
    yield case(
        "parametric_softplus_gradient",
        lambda n: [n(7, 3), n(3), n(3), n(7, 3), n(2, 3), n(2, 3)],
    )
    yield case("srelu", lambda n: [n(7, 3), *(n(3) for _ in range(4)), n(7, 3)])
    yield case(
        "srelu_gradient",
        lambda n: [n(7, 3), *(n(3) for _ in range(4)), n(7, 3), *(n(2, 3) for _ in range(4))],
    )


def _noise() -> Iterator[Case]:
    package = "pronghorn.layers.noise.kernels"
    yield Case(package, "add_noise", lambda n: [n(70), n(70), n.clock(), 77, 0.5])
    yield Case(package, "scale_by_noise", lambda n: [n(70), n(70), n(70), n.clock(), 77, 0.5])
    yield Case(package, "multiply", lambda n: [n(9), n(9)])


def _features(n: Numbers) -> Arguments:
    z = n(3, 8)
    z[1, 4:] = z[1, :4]
    return [z, np.maximum(z[:, :4], z[:, 4:]), n(3, 4)]


def _attention() -> Iterator[Case]:
    package = "pronghorn.layers.attention.kernels"
    yield Case(package, "attend", lambda n: [n(4, 3, 3), n.mask(2, 3), 2, 0.6, 1])
    yield Case(package, "attend_backward", lambda n: [np.abs(n(4, 3, 3)), n(4, 3, 3), 0.6])
    words = "pronghorn.layers.embeddings.kernels"
    yield Case(words, "add_to_rows", lambda n: [n(3, 4), n(6), n(3, 4)])
    yield Case(words, "put_first", lambda n: [n(4), n(6)])


def _merging() -> Iterator[Case]:
    def case(name: str, make: Any) -> Case:
        return Case("pronghorn.layers.merging.kernels", name, make)

    def _maxima(n: Numbers) -> np.ndarray:
        return np.maximum(np.arange(9.0), 5.0).astype(n.dtype)

    def norms(n: Numbers) -> Arguments:
        return [np.abs(n(2, 3)) + 0.5, np.abs(n(2, 4)) + 0.5, 1e-3]

    yield case("put_columns", lambda n: [n(4, 3), 2, n(4, 7)])
    yield case("take_columns", lambda n: [n(4, 7), 2, n(4, 3)])
    yield case("multiply", lambda n: [n(9), n(9)])
    yield case("maximum", lambda n: [n(9), n(9)])
    yield case("take_maximum", lambda n: [np.arange(9.0, dtype=n.dtype), _maxima(n), n(9), n(9)])
    yield case("squares", lambda n: [n(4, 5), n(4)])
    yield case("cosines", lambda n: [n(2, 3, 4), *norms(n)])
    yield case(
        "cosine_gradients",
        lambda n: [n(2, 3, 4), n(2, 3, 4), *norms(n), n(2, 3), n(2, 4)],
    )
    yield case("add_scaled_rows", lambda n: [n(4, 5), n(4), n(4, 5)])


def _local() -> Iterator[Case]:
    def case(name: str, make: Any, **functions: Any) -> Case:
        return Case(PACKS[14], name, make, functions)

    x, w, y, way = (5, 4, 12), (6, 12, 3), (5, 6, 3), (3, 6, 2, 3)
    yield case("connect", lambda n: [n(*x), n(*w), n(6, 3), n(*y), *way], activate=positive)
    yield case("connect_weight_gradient", lambda n: [n(*x), n(*y), n(*w), *way])
    yield case("connect_input_gradient", lambda n: [n(*y), n(*w), n(*x), *way])


def _convolutional_recurrent() -> Iterator[Case]:
    def case(name: str, make: Any, scratch: int, apart: int, **functions: Any) -> Case:
        package = "pronghorn.layers.convolutional_recurrent.kernels"
        return Case(package, name, lambda n: make(n, apart), functions, (scratch,))

    # Step 1 of 3, with 2 samples of 3 places and 5 filters.
    size, sizes = 2 * 3 * 5, (1, 5, 3)

    def forward(n: Numbers, apart: int) -> Arguments:
        given = [n(12 * size), n(4 * size), n.mask(6), n(2, 4, 11)]
        states = [*(n(size) for _ in range(4)), n(4 * size)]
        return [*given, *states, *sizes, apart, 1, 1, 1, 0, 1]

    def backward(n: Numbers, apart: int) -> Arguments:
        back = size * (4 if apart else 1)
        given = [n(12 * size), n(back), n(back), n.mask(6), n(2, 8, 11), n(4 * size)]
        return [*given, *(n(size) for _ in range(5)), *sizes, apart, 1, 1, 1, 1, 0]

    both = {"inner": slope, "activate": slope}
    slots = {**both, "inner_slope": positive, "again": slope, "slope": slope}
    for apart in (0, 1):
        yield case("gates_forward", forward, 3, apart, **both)
        yield case("gates_backward", backward, 4, apart, **slots)


def _steps_to_mask(n: Numbers) -> Arguments:
    x = n(4, 3)
    x[1:3] = 0.5
    x[2, 1] = 0.0
    return [x, 0.5, n.mask(4), n(4, 3)]


def _eigenvectors(n: Numbers) -> Arguments:
    w, v, u = n(4, 3), n(5, 3), n(4, 4)
    KernelPair(PACKS[3], "eigenvalue").on(_Cpu)(w, 0.1, v, u, np.zeros(1))
    return [w, 0.1, v, u, n(2, 3), n(4), n(4, 3)]


class _Cpu:
    side = "cpu"


def _is_here(package: str) -> bool:
    try:
        return importlib.util.find_spec(f"{package}.cpu") is not None
    except ModuleNotFoundError:
        return False


PRESENT = tuple(package for package in PACKS if _is_here(package))

CASES = tuple(
    case
    for cases in (
        _core,
        _packs,
        _pooling,
        _images,
        _words,
        _normalization,
        _recurrent,
        _wrappers,
        _advanced_activations,
        _noise,
        _merging,
        _local,
        _attention,
        _convolutional_recurrent,
    )
    for case in cases()
    if case.package in PRESENT
)


def names(package: str, side: str) -> set[str]:
    """The kernels that a side of a package offers."""
    module = importlib.import_module(f"{package}.{side}")
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return set(listed)
    return {n for n, found in vars(module).items() if is_kernel(found) and not n.startswith("_")}


def is_kernel(found: Any) -> bool:
    """Whether a module's attribute is a kernel of either side."""
    return isinstance(found, BaseKernel) or hasattr(found, "bind")
