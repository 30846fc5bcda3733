"""The callback protocol and the list that the training loop calls."""

import time
import warnings

import pytest

from pronghorn.components.callback import Callback, CallbackList


class Recorder(Callback):
    def __init__(self, calls, name="recorder"):
        self.calls = calls
        self.name = name

    def on_train_begin(self, logs=None):
        self.calls.append((self.name, "train begin"))

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append((self.name, "epoch end", epoch, dict(logs)))

    def on_batch_end(self, batch, logs=None):
        self.calls.append((self.name, "batch end", batch, dict(logs)))


def test_hooks_run_in_the_order_of_the_list_and_share_their_logs():
    calls = []

    class Adder(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["added"] = epoch * 10

    callbacks = CallbackList([Recorder(calls, "a"), Adder(), Recorder(calls, "b")])
    callbacks.on_epoch_end(3, {"loss": 1.0})
    assert calls == [
        ("a", "epoch end", 3, {"loss": 1.0}),
        ("b", "epoch end", 3, {"loss": 1.0, "added": 30}),
    ]


def test_params_and_model_reach_every_callback():
    first, second = Callback(), Callback()
    callbacks = CallbackList([first])
    callbacks.append(second)
    callbacks.set_params({"nb_epoch": 4})
    callbacks.set_model("a model")
    assert [(c.params["nb_epoch"], c.model) for c in callbacks] == [(4, "a model")] * 2


def test_a_callback_without_batch_hooks_is_not_called_for_batches():
    class Counting(Callback):
        calls = 0

        def listens_to(self, hook):
            type(self).calls += 1
            return False

        def on_batch_end(self, batch, logs=None):
            raise AssertionError("called although it does not listen")

    callbacks = CallbackList([Counting(), Callback()])
    callbacks.on_train_begin()
    asked = Counting.calls
    for batch in range(3):
        callbacks.on_batch_begin(batch, {})
        callbacks.on_batch_end(batch, {})
    assert asked > 0
    assert Counting.calls == asked
    assert not callbacks.hears_batch_begin
    assert not callbacks.hears_batch_end


def test_a_hook_set_on_the_instance_is_heard():
    seen = []
    callback = Callback()
    callback.on_batch_begin = lambda batch, logs: seen.append(batch)
    callbacks = CallbackList([callback])
    callbacks.on_train_begin()
    callbacks.on_batch_begin(7, {})
    assert seen == [7]
    assert callbacks.hears_batch_begin


def test_keras_2_names_of_the_batch_hooks_are_heard_once():
    seen = []

    class Newer(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append("new")
            super().on_train_batch_end(batch, logs)

        def on_batch_end(self, batch, logs=None):
            seen.append("old")

    callbacks = CallbackList([Newer()])
    callbacks.on_train_begin()
    callbacks.on_batch_end(0, {})
    assert seen == ["new", "old"]


def test_a_callback_that_skips_the_base_constructor_works():
    class Losses(Callback):
        def __init__(self, unrelated):
            self.losses = []

        def on_batch_end(self, batch, logs=None):
            self.losses.append(logs["loss"])

    losses = Losses(1)
    callbacks = CallbackList([losses])
    callbacks.set_params({})
    callbacks.on_train_begin()
    callbacks.on_batch_end(0, {"loss": 2.5})
    assert losses.losses == [2.5]
    assert repr(losses) == "Losses()"


def test_what_is_no_callback_is_refused():
    with pytest.raises(TypeError, match="callback"):
        CallbackList([3])


def test_slow_callbacks_are_pointed_out_once(monkeypatch):
    clock = iter([step * 0.2 for step in range(1000)])
    monkeypatch.setattr("pronghorn.components.callback.perf_counter", lambda: next(clock))
    callbacks = CallbackList([])
    callbacks.on_train_begin()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for batch in range(30):
            callbacks.on_batch_begin(batch, {})
            callbacks.on_batch_end(batch, {})
    assert len(caught) == 1
    assert "callbacks take 0.20 s" in str(caught[0].message)


def test_a_batch_with_silent_callbacks_costs_microseconds():
    callbacks = CallbackList([Callback() for _ in range(20)])
    callbacks.on_train_begin()
    best = min(_seconds_per_batch(callbacks) for _ in range(5))
    assert best < 5e-6


def _seconds_per_batch(callbacks, batches=2000):
    start = time.perf_counter()
    for batch in range(batches):
        callbacks.on_batch_begin(batch, None)
        callbacks.on_batch_end(batch, None)
    return (time.perf_counter() - start) / batches
