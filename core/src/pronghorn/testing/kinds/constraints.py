"""What holds for constraints."""

import numpy as np

from pronghorn.components.constraint import Constraint
from pronghorn.components.weight import Weight
from pronghorn.testing.assertions import near, near_in_float32, same
from pronghorn.testing.catalogue import check
from pronghorn.testing.kinds.activations import layouts
from pronghorn.testing.precision import check_calls
from pronghorn.testing.replay import Replay
from pronghorn.testing.subject import Trial

SHAPE = (5, 4)


def _weight(trial: Trial, dtype: str = "float64") -> np.ndarray:
    return 3.0 * trial.array(SHAPE, dtype=dtype)


@check("constraints")
def works_in_place(trial: Trial) -> None:
    """`record` changes the array that it is given; a call leaves its argument alone."""
    constraint: Constraint = trial.make()
    w = _weight(trial)
    kept = w.copy()
    expected = constraint(w)
    same(w, kept, what="a call changes its argument")
    constraint.record(Replay(), w)
    same(w, expected)
    held = Weight("w", kept)
    constraint.record(Replay(), held)
    same(held.value, expected)


@check("constraints")
def changes_what_breaks_the_rule(trial: Trial) -> None:
    """Not every array obeys the rule already, whatever the example."""
    every = [(t.make()(_weight(t)), _weight(t)) for t in trial.subject.trials()]
    changed = (not np.allclose(made, given, rtol=1e-5) for made, given in every)
    assert any(changed), "it changes nothing: give an example that is strict"


@check("constraints")
def is_idempotent(trial: Trial) -> None:
    """What obeys the rule is left as it is, but for rounding and the fuzz factor."""
    constraint: Constraint = trial.make()
    once = constraint(_weight(trial))
    near(constraint(once), once, rtol=1e-5, atol=1e-12)


@check("constraints")
def zeros_stay_finite(trial: Trial) -> None:
    """A weight of zeros does not become NaN or infinite."""
    constraint: Constraint = trial.make()
    made = constraint(np.zeros(_weight(trial).shape))
    assert np.isfinite(made).all(), f"zeros become {made}"


@check("constraints")
def keeps_float32(trial: Trial) -> None:
    """float32 stays float32, no kernel computes in float64, the numbers are near."""
    constraint: Constraint = trial.make()
    w, ctx = _weight(trial, "float32"), Replay("float32")
    assert constraint(w).dtype == np.float32
    expected = constraint(w.astype("float64"))
    constraint.record(ctx, w)
    check_calls(ctx.calls)
    near_in_float32(w, expected)


@check("constraints")
def takes_any_layout(trial: Trial) -> None:
    """Views that are strided, transposed or read-only give what a plain array gives."""
    constraint: Constraint = trial.make()
    w = _weight(trial)
    for given in layouts(w):
        same(constraint(given), constraint(w))
