"""Batches of every size, arrays of every layout, floats of both types."""

import numpy as np

from pronghorn.testing.assertions import near, near_in_float32, same
from pronghorn.testing.catalogue import check
from pronghorn.testing.kinds.activations import layouts
from pronghorn.testing.kinds.layers.building import (
    build,
    compiled,
    in_float64,
    inputs,
    is_free,
    is_made,
    takes_floats,
    takes_masks,
    targets,
)
from pronghorn.testing.passes import Circuit
from pronghorn.testing.precision import check_calls
from pronghorn.testing.subject import Trial

NEAR = (1e-5, 1e-6)
"""Tolerances between batches of different size: a product may add up in another order."""


@check("layers", applies=is_free)
def batch_of_one_equals_the_whole(trial: Trial) -> None:
    """Each sample predicted alone gives what it gives in a batch."""
    model, x = build(trial), inputs(trial, 5)
    alone = np.concatenate([model.predict_on_batch(x[i : i + 1]) for i in range(5)])
    near(alone, model.predict_on_batch(x), *NEAR)


@check("layers", applies=is_free)
def uneven_last_batch_equals_the_whole(trial: Trial) -> None:
    """Seven samples in batches of three give what they give at once, in any order of sizes."""
    model, x = build(trial), inputs(trial, 7)
    whole = model.predict(x, batch_size=7)
    for size in (3, 4, 7, 100):
        near(model.predict(x, batch_size=size), whole, *NEAR)


def _counts_every_step(trial: Trial) -> bool:
    # A mask is made good for batch by batch, as in Keras 1, and so weighs batches differently.
    return is_free(trial) and not build(trial).layers[-1].produces_mask


@check("layers", applies=_counts_every_step)
def loss_is_the_mean_over_batches(trial: Trial) -> None:
    """The loss of seven samples in batches of three is that of all at once."""
    model, x = compiled(build(trial)), inputs(trial, 7)
    y = targets(model, x)
    whole, parts = (model.evaluate(x, y, batch_size=size, verbose=0) for size in (7, 3))
    near(parts, whole, rtol=1e-5)


@check("layers", applies=is_free)
def uneven_last_batch_trains(trial: Trial) -> None:
    """A batch of one sample after a larger one trains as it does after one of its own size."""
    model, other, x = compiled(build(trial)), compiled(build(trial)), inputs(trial, 4)
    y = targets(model, x)
    model.train_on_batch(x[:3], y[:3])
    other.train_on_batch(x[:1], y[:1])  # so that it too is at its second step
    other.set_weights(model.get_weights())
    for each in (model, other):
        each.train_on_batch(x[3:], y[3:])
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        same(a, b)


@check("layers", applies=is_made)
def takes_any_layout(trial: Trial) -> None:
    """Strided, transposed, reversed, read-only and float64 arrays give what a plain one gives."""
    model, x = build(trial), inputs(trial, dtype="float32")
    expected = model.predict_on_batch(x)
    for given in (*layouts(x), x.astype("float64")):
        same(model.predict_on_batch(given), expected)
    whole = np.rint(3.0 * np.abs(x)) if takes_floats(trial) else x
    same(model.predict_on_batch(whole.astype(np.uint8)), model.predict_on_batch(whole))


@check("layers", applies=is_made)
def leaves_the_data_alone(trial: Trial) -> None:
    """Neither predicting nor training changes the arrays that were given."""
    model, x = compiled(build(trial)), inputs(trial, dtype="float32")
    y = targets(model, x).astype("float32")
    kept = x.copy(), y.copy()
    model.predict_on_batch(x)
    model.train_on_batch(x, y)
    same(x, kept[0])
    same(y, kept[1])


@check("layers", applies=is_made)
def keeps_float32(trial: Trial) -> None:
    """float32 gives float32, and no kernel computes in float64, forward or backward."""
    model, x = build(trial), inputs(trial, dtype="float32")
    assert model.predict_on_batch(x).dtype == np.float32
    for masked in (False, True) if takes_masks(trial) else (False,):
        for training in (False, True):
            circuit = Circuit(build(trial, masked=masked), x.shape, training)
            check_calls(circuit.calls)


@check("layers", applies=is_made)
def float32_is_near_float64(trial: Trial) -> None:
    """In float32 the output is right to float32's precision."""
    double, single, x = in_float64(trial), build(trial), inputs(trial)
    single.set_weights(double.get_weights())
    expected = double.predict_on_batch(x)
    assert expected.dtype == np.float64
    near_in_float32(single.predict_on_batch(x), expected, rtol=1e-4)
