"""Every hook has a caller: a plugin that implements all of them sees each one called."""

import inspect
from types import SimpleNamespace

import numpy as np
import pytest

from pronghorn import devices, hooks, registry
from pronghorn.cli import main
from pronghorn.errors import DeviceError
from pronghorn.layers import Dense
from pronghorn.models import Sequential, load_model

HOOKS = sorted(
    name
    for name, thing in vars(hooks).items()
    if name.startswith("pronghorn_") and inspect.isfunction(thing)
)
X = np.arange(12, dtype=np.float32).reshape(6, 2)
Y = X.sum(axis=1, keepdims=True)


class Recorder:
    """Implements every hook with all its arguments and keeps the calls."""

    def __init__(self):
        self.calls = []
        self.answers = {}
        for name in HOOKS:
            setattr(self, name, self._implementation(name))

    def _implementation(self, name):
        arguments = ", ".join(inspect.signature(getattr(hooks, name)).parameters)
        scope = {"record": self._record}
        exec(f"def {name}({arguments}): return record({name!r}, locals())", scope)
        return hooks.hookimpl(scope[name])

    def _record(self, name, arguments):
        self.calls.append((name, arguments))
        return self.answers.get(name)

    def called(self, name):
        return [arguments for called, arguments in self.calls if called == name]


@pytest.fixture
def recorder():
    plugin = Recorder()
    name = hooks.register(plugin, "recorder")
    registry.refresh()
    yield plugin
    hooks.unregister(name)
    registry.refresh()


def make_model():
    model = Sequential([Dense(1, input_dim=2, init="one")], seed=1)
    model.compile(loss="mse", optimizer="sgd")
    return model


def test_training_calls_its_hooks_in_order(recorder):
    model = make_model()
    model.fit(X, Y, batch_size=3, nb_epoch=2, verbose=0, shuffle=False)
    events = [name.removeprefix("pronghorn_") for name, _ in recorder.calls]
    events = [name for name in events if name.endswith(("begin", "end", "ready"))]
    batch = ["batch_begin", "gradients_ready", "batch_end"]
    epoch = ["epoch_begin", *batch, *batch, "epoch_end"]
    assert events == ["train_begin", *epoch, *epoch, "train_end"]
    assert all(a["model"] is model for n, a in recorder.calls if n.endswith(("begin", "end")))
    assert [a["epoch"] for a in recorder.called("pronghorn_epoch_begin")] == [0, 1]
    assert [a["batch"] for a in recorder.called("pronghorn_batch_end")] == [0, 1, 0, 1]
    assert "loss" in recorder.called("pronghorn_epoch_end")[0]["logs"]


def test_gradients_changed_by_the_hook_are_what_the_optimizer_gets(recorder):
    model = make_model()
    before = model.get_weights()

    def cancel(name, arguments):
        arguments["gradients"][...] = 0.0

    recorder._record = cancel
    model.fit(X, Y, nb_epoch=1, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_components_and_rules_are_asked_for(recorder):
    recorder.answers["pronghorn_components"] = [registry.Entry("layers", "Giraffe", object=Dense)]
    recorder.answers["pronghorn_resolve"] = abs
    registry.refresh()
    assert registry.load("layers", "Giraffe") is Dense
    assert registry.load("activations", "by a rule") is abs
    assert recorder.called("pronghorn_resolve") == [
        {"kind": "activations", "identifier": "by a rule"}
    ]


def test_devices_are_asked_for(recorder):
    made = SimpleNamespace(name="abacus")
    recorder.answers["pronghorn_devices"] = {"abacus": lambda: made, "cpu": lambda: made}
    assert devices.get("abacus") is made
    assert devices.get("abacus") is devices.get("abacus")
    assert devices.get("cpu") is not made
    with pytest.raises(DeviceError, match="abacus"):
        devices.get("sundial")


def test_model_formats_are_asked_for(recorder, tmp_path):
    model = make_model()
    saved = {}

    class Format:
        name = "In memory"
        suffixes = (".mem",)

        def save(self, model, path):
            saved[path.name] = model

        def load(self, path):
            return saved[path.name]

    recorder.answers["pronghorn_model_formats"] = [Format()]
    model.save(str(tmp_path / "a.mem"))
    (tmp_path / "a.mem").touch()
    assert load_model(str(tmp_path / "a.mem")) is model


def test_commands_are_asked_for(recorder, capsys):
    assert main(["no-such-command"]) == 2
    assert recorder.called("pronghorn_commands")
    assert "no-such-command" in capsys.readouterr().err
