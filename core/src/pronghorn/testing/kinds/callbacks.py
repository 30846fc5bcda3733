"""What holds for callbacks."""

import contextlib
import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pronghorn.components.callback import Callback
from pronghorn.models import Sequential
from pronghorn.testing.assertions import near
from pronghorn.testing.catalogue import check
from pronghorn.testing.pieces import RATE, Affine, descent, squared_error
from pronghorn.testing.subject import Trial

ALWAYS = ("on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end")
HOOKS = (*ALWAYS, "on_batch_begin", "on_batch_end")
EPOCHS, SAMPLES, BATCH = 3, 8, 3


def _is_made(trial: Trial) -> bool:
    return bool(trial.subject.examples)


@check("callbacks", applies=_is_made)
def instance_and_class_mean_the_callback(trial: Trial) -> None:
    """An instance stays itself; the identifier or the class makes one where it needs nothing."""
    callback: Callback = trial.make()
    assert Callback.get(callback) is callback
    assert repr(callback).startswith(type(callback).__name__)
    if not trial.example.config:
        assert type(trial.resolve(trial.subject.identifier)) is type(callback)
        assert type(Callback.get(type(callback))) is type(callback)


@check("callbacks", applies=_is_made)
def hooks_are_called_in_order(trial: Trial) -> None:
    """A fit calls the hooks in order; those of batches only if the callback listens to them."""
    callback: Callback = trial.make()
    heard = _listen(callback)
    with _somewhere():
        history = _fit(_model(), callback)
    epochs, names = len(history.epoch), [name for name, _ in heard]
    assert epochs >= 1, "no epoch was run"
    assert names == _expected(epochs, {*ALWAYS, *names})
    ends = [args for name, args in heard if name == "on_epoch_end"]
    assert [epoch for epoch, _ in ends] == list(range(epochs))
    assert all({"loss", "val_loss"} <= logs.keys() for _, logs in ends)


@check("callbacks", applies=_is_made)
def knows_model_and_parameters(trial: Trial) -> None:
    """While training runs it holds the model and what fit was asked for."""
    callback: Callback = trial.make()
    model = _model()
    with _somewhere():
        _fit(model, callback)
    assert callback.model is model
    assert callback.params["nb_epoch"] == EPOCHS
    assert set(callback.params["metrics"]) == {"loss", "val_loss"}


@check("callbacks", applies=_is_made)
def can_be_used_twice(trial: Trial) -> None:
    """A second fit with the same callback goes as it does with a new one."""
    used, model = trial.make(), _model()
    start = model.get_weights()
    with _somewhere():
        _fit(model, used)
        rate: Any = model.optimizer
        rate.lr = RATE
        model.set_weights(start)
        again = _fit(model, used)
    with _somewhere():
        fresh = _fit(_model(), trial.make())
    assert again.epoch == fresh.epoch
    near(again.history["loss"], fresh.history["loss"], rtol=1e-6)


@check("callbacks", applies=_is_made)
def gives_way_to_errors(trial: Trial) -> None:
    """Where another callback raises, that error comes out of fit, and a later fit works."""
    callback: Callback = trial.make()
    failing = Callback()
    failing.on_epoch_end = _fail  # type: ignore[method-assign]
    model = _model()
    with _somewhere():
        try:
            _fit(model, callback, failing)
        except _Stop:
            pass
        else:
            raise AssertionError("the error of another callback was swallowed")
        _fit(model, callback)


class _Stop(Exception):
    """What the failing callback raises."""


def _fail(epoch: int, logs: Any = None) -> None:
    raise _Stop


def _model() -> Sequential:
    model = Sequential([Affine(input_shape=(3,), name="affine")], seed=1)
    model.compile(descent, squared_error)
    return model


def _fit(model: Sequential, *callbacks: Callback) -> Any:
    rng = np.random.default_rng(0)
    x, y = rng.normal(0.0, 1.0, (SAMPLES, 3)), rng.normal(0.0, 1.0, (SAMPLES, 2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # What it warns of, such as a silent server, is its own.
        return model.fit(
            x,
            y,
            batch_size=BATCH,
            nb_epoch=EPOCHS,
            verbose=0,
            callbacks=list(callbacks),
            validation_data=(x, y),
        )


def _listen(callback: Callback) -> list[tuple[str, tuple[Any, ...]]]:
    """Note every call of a hook; returns the growing list."""
    heard: list[tuple[str, tuple[Any, ...]]] = []
    for name in HOOKS:
        own = getattr(callback, name)

        def noted(*args: Any, name: str = name, own: Any = own) -> None:
            heard.append((name, args))
            own(*args)

        setattr(callback, name, noted)
    return heard


def _expected(epochs: int, heard: set[str]) -> list[str]:
    """The order of those hooks that are heard at all."""
    batches = -(-SAMPLES // BATCH)
    epoch = ["on_epoch_begin", *["on_batch_begin", "on_batch_end"] * batches, "on_epoch_end"]
    every = ["on_train_begin", *epoch * epochs, "on_train_end"]
    return [name for name in every if name in heard]


@contextlib.contextmanager
def _somewhere() -> Iterator[None]:
    """Work in a folder that is thrown away: callbacks write files."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
