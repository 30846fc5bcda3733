"""Training through a layer: the step that its gradients say, seeds, threads, files."""

import os
import tempfile
from pathlib import Path
from unittest.mock import patch

import numpy as np

from pronghorn.components.custom import custom_object_scope
from pronghorn.devices import threads
from pronghorn.models import Sequential, load_model
from pronghorn.testing.assertions import near, same
from pronghorn.testing.catalogue import check
from pronghorn.testing.kinds.common import plain
from pronghorn.testing.kinds.layers.building import (
    arguments_ending_in,
    build,
    compiled,
    in_float64,
    inputs,
    is_made,
    scatter,
    targets,
)
from pronghorn.testing.kinds.layers.weights import takes_shift
from pronghorn.testing.passes import Circuit, Pass
from pronghorn.testing.pieces import RATE
from pronghorn.testing.subject import Trial


@check("layers", applies=is_made)
def trains_as_its_gradients_say(trial: Trial) -> None:
    """A training step, in which memory is shared and work is fused, uses the gradients checked."""
    free = dict.fromkeys(arguments_ending_in(trial, "_constraint"))
    model, x = in_float64(trial, shifted=takes_shift(trial), **free), inputs(trial)
    circuit = Circuit(model, x.shape, training=True, penalties=True)
    y = np.random.default_rng(7).normal(0.0, 1.0, circuit.output_shape)
    before = circuit.run(x)
    share = _share_of_rows(before)
    gradients = circuit.run(x, 2.0 * (before.y - y) * share).gw
    expected = {w.name: w.value - RATE * gradients[w.name] for w in model.trainable_weights}
    loss = compiled(model).train_on_batch(x, y)
    near(loss, (share * (before.y - y) ** 2).sum() + before.penalty, rtol=1e-9)
    for weight in model.trainable_weights:
        near(weight.value, expected[weight.name], rtol=1e-9, atol=1e-12, what=weight.name)


def _share_of_rows(done: Pass) -> np.ndarray:
    """What each row counts in the loss, divided by the columns: all alike, or as the mask says."""
    rows = np.ones(done.y.shape[:-1])
    if done.mask is not None and done.mask.size == rows.size:
        rows = done.mask.reshape(rows.shape) / done.mask.mean()
    return np.asarray(rows[..., None] / done.y.size)


@check("layers", applies=is_made)
def repeats_under_a_seed(trial: Trial) -> None:
    """Models of the same seed have the same weights and train to the same numbers."""
    first, second = (_trained(build(trial, seed=3), trial) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        same(a, b)


@check("layers", applies=is_made)
def global_seed_repeats(trial: Trial) -> None:
    """Without a seed of its own, a model follows `np.random.seed`."""
    ends = []
    for _ in range(2):
        np.random.seed(12)
        ends.append(_trained(build(trial, seed=None), trial))
    for a, b in zip(*ends, strict=True):
        same(a, b)


@check("layers", applies=is_made)
def threads_make_no_difference(trial: Trial) -> None:
    """Loops cut into chunks for one thread or for two give what they give in one piece."""
    whole, *others = (_trained_in(trial, *how) for how in ((1, 0), (1, 2), (2, 2), (2, 7)))
    for found in others:
        for a, b in zip(found, whole, strict=True):
            same(a, b)


@check("layers", applies=is_made)
def model_file_brings_it_back(trial: Trial) -> None:
    """Saved and loaded, the layer has the same configuration, weights and output."""
    model, x = build(trial), inputs(trial)
    scatter(model)
    subject = trial.subject
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.h5"
        model.save(path)
        with custom_object_scope({type(model.layers[-1]).__name__: subject.component}):
            loaded = load_model(path)
    assert plain(loaded.get_config()) == plain(model.get_config())
    for a, b in zip(loaded.get_weights(), model.get_weights(), strict=True):
        same(a, b)
    same(loaded.predict_on_batch(x), model.predict_on_batch(x))


def _trained_in(trial: Trial, count: int, chunks: int) -> list[np.ndarray]:
    """What training comes to with so many threads, every loop cut into so many chunks."""
    with (
        patch.dict(os.environ, NUMBA_NUM_THREADS=str(count)),
        patch.object(threads, "chunks", lambda work: chunks),
    ):
        return _trained(build(trial, seed=3), trial)


def _trained(model: Sequential, trial: Trial) -> list[np.ndarray]:
    """Weights after a few steps, the last of a smaller batch, and the output then."""
    x = inputs(trial)
    y = targets(compiled(model), x)
    for size in (len(x), len(x), trial.example.batch or 1):
        model.train_on_batch(x[:size], y[:size])
    return [*model.get_weights(), model.predict_on_batch(x)]
