"""What holds for activations."""

import math

import numpy as np

from pronghorn.components.activation import Activation
from pronghorn.components.context import EagerContext
from pronghorn.testing.assertions import near, near_in_float32, same
from pronghorn.testing.catalogue import check
from pronghorn.testing.differences import compare_gradient
from pronghorn.testing.precision import check_calls
from pronghorn.testing.replay import Replay
from pronghorn.testing.subject import Trial

SHAPE = (3, 4)


def _inputs(trial: Trial, dtype: str = "float64") -> np.ndarray:
    """Some numbers on both sides of 0, none of them where activations have their kinks."""
    return 1.5 * trial.array(SHAPE, dtype=dtype)


def _is_scalar(trial: Trial) -> bool:
    return hasattr(trial.make(), "scalar")


@check("activations")
def gradient_equals_finite_differences(trial: Trial) -> None:
    """In float64, the gradient is that of the output, at small inputs and at larger ones."""
    function: Activation = trial.make()
    x, ctx = np.concatenate([_inputs(trial), 4.0 * _inputs(trial)]), Replay()
    upstream = np.cos(np.arange(x.size)).reshape(x.shape)
    y = np.empty_like(x)
    function.forward(x, y, ctx)

    def summed(_: np.ndarray) -> float:
        ctx.again()
        return float((y * upstream).sum())

    compare_gradient(summed, x, function.gradient(x, upstream), "the input")


@check("activations", applies=_is_scalar)
def equals_its_function_in_python(trial: Trial) -> None:
    """The compiled function and its derivative give what the same source gives in Python."""
    function = trial.make()
    x = _inputs(trial)
    expected = np.array([function.scalar(float(v)) for v in x.flat]).reshape(x.shape)
    near(function(x), expected, rtol=1e-12, atol=1e-14)
    at = x if function.needs_input else expected
    slopes = np.array([function.slope(float(v)) for v in at.flat]).reshape(x.shape)
    near(function.gradient(x), slopes, rtol=1e-11, atol=1e-13)


@check("activations")
def keeps_shape_and_float_type(trial: Trial) -> None:
    """Output and gradient have the input's shape and float type; whole numbers become floatx."""
    function: Activation = trial.make()
    for dtype in ("float32", "float64"):
        x = _inputs(trial, dtype)
        for given in (x, x.reshape(1, *x.shape)):
            for made in (function(given), function.gradient(given, given)):
                assert made.dtype == dtype, f"{dtype} becomes {made.dtype}"
                assert made.shape == given.shape, f"{given.shape} becomes {made.shape}"
    assert function(np.arange(12).reshape(SHAPE)).dtype == np.float32


@check("activations")
def keeps_float32(trial: Trial) -> None:
    """No kernel computes float32 in float64 by accident."""
    ctx = Replay("float32")
    x = _inputs(trial, "float32")
    _both_ways(trial.make(), x, ctx)
    check_calls(ctx.calls)


@check("activations")
def float32_is_near_float64(trial: Trial) -> None:
    """In float32 output and gradient are right to float32's precision."""
    function: Activation = trial.make()
    x = 3.0 * _inputs(trial, "float32")
    near_in_float32(function(x), function(x.astype("d")), "the output")
    slopes = [function.gradient(given, np.cos(given)) for given in (x, x.astype("d"))]
    near_in_float32(slopes[0], slopes[1], "the gradient")


@check("activations")
def works_in_place(trial: Trial) -> None:
    """Forward may write over its input, and backward over the gradient that it is given."""
    function: Activation = trial.make()
    x, ctx = _inputs(trial), EagerContext("cpu", "float64")
    y, dx = _both_ways(function, x, ctx)
    over_x, over_dy = x.copy(), np.sin(x)
    function.forward(over_x, over_x, ctx)
    same(over_x, y)
    function.backward(x, y, over_dy, over_dy, ctx)
    same(over_dy, dx)


@check("activations")
def leaves_its_arguments_alone(trial: Trial) -> None:
    """Input, output and upstream gradient are only read, unless they are also what is written."""
    function: Activation = trial.make()
    x, ctx = _inputs(trial), EagerContext("cpu", "float64")
    y, dy, dx = np.empty_like(x), np.sin(x), np.empty_like(x)
    function.forward(x, y, ctx)
    kept = x.copy(), y.copy(), dy.copy()
    function.backward(x, y, dy, dx, ctx)
    for name, now, before in zip(("x", "y", "dy"), (x, y, dy), kept, strict=True):
        same(now, before, what=f"backward changes {name}")


@check("activations", applies=lambda trial: not trial.make().needs_input)
def backward_needs_no_input_where_it_says_so(trial: Trial) -> None:
    """With `needs_input` false, backward works without the input."""
    function: Activation = trial.make()
    x, ctx = _inputs(trial), EagerContext("cpu", "float64")
    y, dx = _both_ways(function, x, ctx)
    alone = np.empty_like(x)
    function.backward(None, y, np.sin(x), alone, ctx)
    same(alone, dx)


@check("activations")
def takes_any_layout(trial: Trial) -> None:
    """Views that are strided, transposed, read-only, or lists give what a plain array gives."""
    function: Activation = trial.make()
    x = _inputs(trial)
    for given in layouts(x):
        same(function(given), function(x))
        same(function.gradient(given), function.gradient(x))
    same(function(x.tolist()), function(x))


@check("activations")
def nan_stays_nan(trial: Trial) -> None:
    """NaN in gives NaN out, so that a training that went wrong is noticed."""
    function: Activation = trial.make()
    for dtype in ("float32", "float64"):
        assert np.isnan(function(np.full((1, 2), math.nan, dtype))).all()


@check("activations")
def large_inputs_give_no_nan(trial: Trial) -> None:
    """Neither output nor gradient is NaN for inputs from -10,000 to 10,000."""
    function: Activation = trial.make()
    for dtype in ("float32", "float64"):
        x = np.array([[-1e4, -300.0, -80.0, 0.0, 80.0, 300.0, 1e4]], dtype)
        with np.errstate(all="ignore"):
            for made, what in ((function(x), "output"), (function.gradient(x), "gradient")):
                wrong = x[np.isnan(made)].tolist()
                assert not wrong, f"in {dtype} the {what} is NaN at {wrong}"


def layouts(x: np.ndarray) -> list[np.ndarray]:
    """The same numbers as a strided view, in Fortran's order, reversed twice, and read-only."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    reversed_twice = np.ascontiguousarray(x[..., ::-1])[..., ::-1]
    fixed = x.copy()
    fixed.flags.writeable = False
    return [wide[..., ::2], np.asfortranarray(x), reversed_twice, fixed]


def _both_ways(
    function: Activation, x: np.ndarray, ctx: EagerContext
) -> tuple[np.ndarray, np.ndarray]:
    """Output, and gradient for the upstream gradient sin(x)."""
    y, dx = np.empty_like(x), np.empty_like(x)
    function.forward(x, y, ctx)
    function.backward(x, y, np.sin(x), dx, ctx)
    return y, dx
