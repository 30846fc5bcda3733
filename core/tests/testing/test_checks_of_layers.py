"""The checks of layers catch what they are for."""

import numpy as np
import pytest

from pronghorn.components.constraint import Constraint
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer
from pronghorn.components.regularizer import Regularizer
from pronghorn.devices import threads
from pronghorn.devices.cpu import kernel
from pronghorn.testing import check_component, checks
from pronghorn.testing.pieces import nothing, spread


class Sound(Layer):
    """`y = factor * x * w`, any shape, by NumPy; w belongs to the last axis.

    Args:
        factor: a number.
        weights: initial [w].
        w_regularizer, w_constraint: rules for w.
        activity_regularizer: a penalty on y.
    """

    examples = (({"factor": 2.0}, (3, 4)),)
    supports_masking = True
    min_ndim = 3

    def __init__(
        self,
        factor=1.0,
        weights=None,
        w_regularizer=None,
        w_constraint=None,
        activity_regularizer=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.factor = factor
        self.initial_weights = weights
        self.w_regularizer = Regularizer.get(w_regularizer)
        self.w_constraint = Constraint.get(w_constraint)
        self.activity_regularizer = Regularizer.get(activity_regularizer)

    def build(self, input_shape):
        self.w = self.add_weight(
            "w", (int(input_shape[-1] or 4),), spread, self.w_regularizer, self.w_constraint
        )

    def forward(self, x, ctx):
        y = ctx.empty(x.shape)
        ctx.run(self.multiply, x, self.w, y)
        self.spoil(ctx, x, y)
        ctx.saved.x = x
        return y

    def backward(self, dy, ctx):
        dx = ctx.empty(dy.shape)
        ctx.run(self.multiply, dy, self.w, dx)
        gradient = ctx.gradient(self.w)
        if gradient is not None:
            ctx.run(self.add_up, ctx.saved.x, dy, gradient)
        self.spoil_gradients(ctx, dx, gradient)
        return dx

    def multiply(self, x, w, y):
        np.multiply(x, self.factor * w, out=y)

    def add_up(self, x, dy, gradient):
        gradient[...] = self.factor * (x * dy).reshape(-1, gradient.size).sum(axis=0)

    def spoil(self, ctx, x, y):
        """What a broken one does to the output."""

    def spoil_gradients(self, ctx, dx, dw):
        """What a broken one does to the gradients."""


def test_a_sound_layer_passes():
    report = check_component("layers", Sound)
    concerned = {check.name for check in checks("layers")}
    concerned -= {"is_found_by_its_names", "documented_example_runs", "takes_both_spellings"}
    assert set(report.passed) == concerned


def layer(name, **members):
    """A broken layer: the sound one with other methods."""
    return type(name, (Sound,), {"__doc__": Sound.__doc__} | members)


def on_output(change):
    """A layer whose output is changed by a function of NumPy arrays."""
    return layer(
        "Spoilt", spoil=lambda self, ctx, x, y: ctx.run(lambda array: change(self, array), y)
    )


def on_gradients(of, training, masked):
    """A layer one of whose gradients is wrong in one phase, with or without a mask."""

    def spoil_gradients(self, ctx, dx, dw):
        chosen = {"input": dx, "weight": dw}[of]
        if ctx.training == training and (ctx.mask is not None) == masked and chosen is not None:
            ctx.run(lambda array: np.multiply(array, 1.1, out=array), chosen)

    return layer("WrongGradient", spoil_gradients=spoil_gradients)


def centre(self, y):
    y -= y.mean(axis=0)


def grow_with_batch(self, y):
    y *= len(y)


def count_calls(self, y):
    self.calls = getattr(self, "calls", 0) + 1
    y += 0.01 * self.calls


def round_to_half(self, y):
    if y.dtype == np.float32:
        y[...] = y.astype(np.float16)


def add_noise(self, y):
    y += np.random.normal(size=y.shape)


def add_chunks(self, y):
    y += 0.001 * threads.chunks(1 << 40)


@kernel(elementwise=True)
def twice(x, y):
    factors = [2, 3]
    for i in range(x.size):
        y[i] = factors[0] * x[i] / factors[0]


def noise_in_training(self, ctx, x, y):
    if ctx.training:
        ctx.run(lambda array: add_noise(self, array), y)


def refuse_float64(self, x):
    if x.dtype == np.float64:
        raise TypeError("float64 is not taken")


def double_data(self, x):
    if x.flags.writeable:
        x *= 2.0


def build_of(init=spread, suffix="w", rules=True):
    """A `build` that goes wrong in some way."""

    def build(self, input_shape):
        held = (self.w_regularizer, self.w_constraint) if rules else (None, None)
        self.w = self.add_weight(suffix, (int(input_shape[-1] or 4),), init, *held)

    return build


def add_hidden(self, input_shape):
    Sound.build(self, input_shape)
    self.hidden = float(self.key % 1000) + 1.0


def insist(self, input_shape):
    if None in input_shape[1:]:
        raise TypeError("all axes must be known")
    Sound.build(self, input_shape)


def set_one_by_one(self, arrays):
    for weight, array in zip(self.weights, arrays, strict=False):
        weight.value = array if np.shape(array) == weight.shape else weight.value + 1.0


@Initializer.from_function
def globally_random(shape):
    """U(0, 1), whatever the model's seed is."""
    return np.random.uniform(size=shape)


@Initializer.from_function
def always_other(shape):
    """U(0, 1), whatever any seed is."""
    return np.random.default_rng().uniform(size=shape)


class Lax(Constraint):
    """A rule that is not enforced."""

    def __init__(self, rule):
        self.rule = rule

    def record(self, ctx, w):
        pass


def lax_build(self, input_shape):
    Sound.build(self, input_shape)
    if self.w_constraint is not None:
        self.w.constraint = Lax(self.w_constraint)


def rename(self, shape):
    """Give the weight a name without the layer's."""
    Sound.build(self, shape)
    self.w.name = "w"


class Gentle(Regularizer):
    """A penalty that does not pull."""

    def __init__(self, rule):
        self.rule = rule

    def record(self, ctx, w, g, total):
        self.rule.record(ctx, w, None, total)


def gentle_build(self, input_shape):
    Sound.build(self, input_shape)
    if self.w_regularizer is not None:
        self.w.regularizer = Gentle(self.w_regularizer)


DIFFERS = "the gradient of {} differs from finite differences"
BROKEN = {
    "states_its_shapes": (layer("Shapeless", __doc__="Multiplies by w."), "no shapes"),
    "batch_of_one_equals_the_whole": (on_output(centre), "Not equal to tolerance"),
    "uneven_last_batch_equals_the_whole": (on_output(grow_with_batch), "Not equal to tolerance"),
    "loss_is_the_mean_over_batches": (on_output(grow_with_batch), "Not equal to tolerance"),
    "uneven_last_batch_trains": (on_output(count_calls), "Arrays are not equal"),
    "takes_any_layout": (layer("Strict", check_data=refuse_float64), "float64 is not taken"),
    "leaves_the_data_alone": (layer("Greedy", check_data=double_data), "Arrays are not equal"),
    "keeps_float32": (
        layer("Promoted", spoil=lambda self, ctx, x, y: ctx.run(twice, y, ctx.empty(y.shape))),
        r"in float64:\n.*mul in twice",
    ),
    "float32_is_near_float64": (on_output(round_to_half), "Not equal to tolerance"),
    **{
        f"{of}_gradient{'s' * (of == 'weight')}_in_{phase}{'_with_a_mask' * masked}": (
            on_gradients(of, phase == "training", masked),
            DIFFERS.format("the input" if of == "input" else "weight 'checked_w'"),
        )
        for of in ("input", "weight")
        for phase in ("testing", "training")
        for masked in (False, True)
    },
    "penalties_add_to_gradients": (
        layer("Unpulled", build=gentle_build),
        DIFFERS.format("weight 'checked_w'"),
    ),
    "output_has_the_shape_told": (
        layer("Misled", get_output_shape_for=lambda self, shape: (*shape[:-1], 9)),
        r"gives \(1, 3, 4\), but \(1, 3, 9\) was told",
    ),
    "unknown_axes_work_or_are_refused": (layer("Insists", build=insist), "all axes must be known"),
    "refuses_a_wrong_number_of_axes": (
        layer("Tolerant", check_input_shape=lambda self, shape: None),
        "accepted, a ShapeError was expected",
    ),
    "weights_are_named_and_counted": (
        layer("Misnamed", build=rename),
        "names are",
    ),
    "weights_come_back": (
        layer(
            "Hiding",
            build=add_hidden,
            multiply=lambda self, x, w, y: np.multiply(x, self.hidden * w, out=y),
        ),
        "Arrays are not equal",
    ),
    "wrong_weights_are_refused": (
        layer("Careless", set_weights=set_one_by_one),
        "accepted, a ShapeError was expected",
    ),
    "initial_weights_are_taken": (
        layer(
            "Deaf",
            connect=lambda self, shape: (
                setattr(self, "initial_weights", None),
                Layer.connect(self, shape),
            ),
        ),
        "Arrays are not equal",
    ),
    "frozen_weights_stay": (
        layer("Restless", trainable_weights=property(lambda self: self.weights)),
        "Arrays are not equal",
    ),
    "rules_reach_the_weights": (
        layer("Lawless", build=build_of(rules=False)),
        "w_regularizer has no effect",
    ),
    "constraints_hold_after_a_step": (layer("Lax", build=lax_build), "checked_w"),
    "trains_as_its_gradients_say": (
        layer("Noisy", spoil=noise_in_training),
        "Not equal to tolerance",
    ),
    "repeats_under_a_seed": (
        layer("Unseeded", build=build_of(globally_random)),
        "Arrays are not equal",
    ),
    "global_seed_repeats": (
        layer("Unrepeatable", build=build_of(always_other)),
        "Arrays are not equal",
    ),
    "threads_make_no_difference": (on_output(add_chunks), "Arrays are not equal"),
    "model_file_brings_it_back": (
        layer(
            "Forgetful",
            get_config=lambda self: {**Sound.get_config(self), "factor": 1.0},
        ),
        "Arrays are not equal",
    ),
}


NAMES = [c.name for c in checks("layers") if ".layers." in c.run.__module__]


@pytest.mark.parametrize("name", NAMES)
def test_check_can_fail(name, catches):
    catches("layers", name, BROKEN)


def test_a_layer_that_has_only_one_example_of_a_wrong_kind_says_so(catches):
    catches(
        "layers", "output_has_the_shape_told",
        {"output_has_the_shape_told": (layer("Flat", examples=(({}, (4,)),)), "takes inputs of 3")},
    )  # fmt: skip


def test_nothing_is_the_initializer_of_zeros():
    np.testing.assert_array_equal(nothing((2, 3)), np.zeros((2, 3)))
