"""What holds for regularizers."""

import numpy as np

from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.testing.assertions import near, near_in_float32, same
from pronghorn.testing.catalogue import check
from pronghorn.testing.differences import compare_gradient
from pronghorn.testing.kinds.activations import layouts
from pronghorn.testing.precision import check_calls
from pronghorn.testing.replay import Replay
from pronghorn.testing.subject import Trial

SHAPE = (5, 4)


@check("regularizers")
def gradient_equals_finite_differences(trial: Trial) -> None:
    """In float64 the gradient is that of the penalty."""
    regularizer: Regularizer = trial.make()
    w, total, ctx = trial.array(SHAPE), np.zeros(1), Replay()
    regularizer.record(ctx, w, None, total)

    def penalty(_: np.ndarray) -> float:
        total[0] = 0.0
        ctx.again()
        return float(total[0])

    compare_gradient(penalty, w, regularizer.gradient(w), "the weight")


@check("regularizers")
def penalizes_something(trial: Trial) -> None:
    """With the configuration of at least one example, not every weight has the penalty 0."""
    every = [t.make()(t.array(SHAPE)) for t in trial.subject.trials()]
    assert any(every), "the penalty is 0: give an example with a factor that is not 0"


@check("regularizers")
def adds_to_what_is_there(trial: Trial) -> None:
    """Penalty and gradient are added to the total and the gradient so far, w is left alone."""
    regularizer: Regularizer = trial.make()
    w, start = trial.array(SHAPE), trial.array(SHAPE, seed=1)
    g, total, kept = start.copy(), np.full(1, 7.0), w.copy()
    regularizer.record(Replay(), w, g, total)
    near(g - start, regularizer.gradient(kept), rtol=1e-9, atol=1e-12)
    near(total - 7.0, regularizer(kept), rtol=1e-9, atol=1e-12)
    same(w, kept)


@check("regularizers")
def takes_weights_and_arrays(trial: Trial) -> None:
    """A `Weight` counts as the array that it holds."""
    regularizer: Regularizer = trial.make()
    w, g, total = trial.array(SHAPE), np.zeros(trial.array(SHAPE).shape), np.zeros(1)
    regularizer.record(Replay(), Weight("w", w), g, total)
    same(g, regularizer.gradient(w))
    same(total, regularizer(w))


@check("regularizers")
def keeps_float32(trial: Trial) -> None:
    """The gradient of float32 is float32, no kernel computes in float64, the numbers are near."""
    regularizer: Regularizer = trial.make()
    w, ctx = trial.array(SHAPE, dtype="float32"), Replay("float32")
    regularizer.record(ctx, w, np.zeros_like(w), np.zeros(1))
    check_calls(ctx.calls)
    assert regularizer.gradient(w).dtype == np.float32
    exact = w.astype("float64")
    near_in_float32(regularizer(w), regularizer(exact), "the penalty")
    near_in_float32(regularizer.gradient(w), regularizer.gradient(exact), "the gradient")


@check("regularizers")
def takes_any_layout(trial: Trial) -> None:
    """Views that are strided, transposed or read-only give what a plain array gives."""
    regularizer: Regularizer = trial.make()
    w = trial.array(SHAPE)
    for given in layouts(w):
        assert regularizer(given) == regularizer(w)
        same(regularizer.gradient(given), regularizer.gradient(w))
