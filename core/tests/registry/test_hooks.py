"""Hook modules: how they are loaded, isolated, checked and traced."""

import inspect
from types import SimpleNamespace

import pluggy
import pytest

from pronghorn import hooks, registry
from pronghorn.errors import PackWarning
from pronghorn.hooks import hookimpl
from pronghorn.registry import manager

HOOKS = {
    name: thing
    for name, thing in vars(hooks).items()
    if name.startswith("pronghorn_") and inspect.isfunction(thing)
}

IMPORT = "from pronghorn.hooks import hookimpl\n"

ZOO = """
from pronghorn.hooks import hookimpl
from pronghorn.registry import Entry

@hookimpl
def pronghorn_components():
    return [Entry("layers", "Giraffe", target="zoo:Giraffe")]

@hookimpl
def pronghorn_resolve(kind, identifier):
    if kind == "activations" and identifier.startswith("pow"):
        power = float(identifier[3:])
        return lambda x: x**power

class Giraffe:
    pass
"""


@pytest.fixture
def zoo(make_pack):
    return make_pack("acme-zoo", {"pronghorn": {"zoo": "zoo"}}, {"zoo": ZOO}, version="3.0")


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_documented(name):
    assert len((HOOKS[name].__doc__ or "").strip()) > 40
    assert hasattr(HOOKS[name], "pronghorn_spec")


def test_there_is_a_hook_for_every_purpose():
    # A new one belongs here and, with its caller, into tests/test_hooks_are_called.py.
    purposes = "components resolve devices model_formats commands gradients_ready"
    events = "train_begin train_end epoch_begin epoch_end batch_begin batch_end"
    assert set(HOOKS) == {f"pronghorn_{word}" for word in f"{purposes} {events}".split()}


def test_component_made_by_a_hook_belongs_to_its_pack(zoo):
    entry = registry.find("layers", "Giraffe")
    assert (entry.pack, entry.version) == ("acme-zoo", "3.0")
    assert registry.load("layers", "acme-zoo:Giraffe").__name__ == "Giraffe"


def test_identifier_resolved_by_rule(zoo):
    assert registry.load("activations", "pow3")(2.0) == 8.0
    with pytest.raises(ValueError, match="no optimizer 'pow3'"):
        registry.load("optimizers", "pow3")


def test_failing_rule_is_left_out_with_a_warning(zoo):
    with (
        pytest.warns(PackWarning, match=r"acme-zoo 3\.0: pronghorn_resolve: ValueError: could not"),
        pytest.raises(ValueError, match="no activation 'powder'"),
    ):
        registry.load("activations", "powder")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("1/0", "ZeroDivisionError"),
        ("import not_there_at_all", "ModuleNotFoundError"),
        (
            f"{IMPORT}@hookimpl\ndef pronghorn_epoch_over(model): pass",
            "unknown hook 'pronghorn_epoch_over'",
        ),
        (f"{IMPORT}@hookimpl\ndef pronghorn_epoch_end(model, weather): pass", "weather"),
        ("def pronghorn_epoch_end(model): pass", "not marked with @pronghorn.hooks.hookimpl"),
    ],
)
def test_broken_hook_module_is_left_out_whole(make_pack, zoo, text, cause):
    make_pack("bad-hooks", {"pronghorn": {"bad": "bad_hooks"}}, {"bad_hooks": text})
    with pytest.warns(PackWarning, match=r"pack bad-hooks 1\.0: bad_hooks: .*left out"):
        entries = registry.entries("layers")
    assert "Giraffe" in [entry.identifier for entry in entries]
    (problem,) = [p for p in registry.problems() if p.pack == "bad-hooks"]
    assert cause in problem.cause
    assert not manager.manager().has_plugin("bad-hooks:bad")
    manager.manager().check_pending()


def test_broken_hook_module_is_raised_on_request(make_pack, monkeypatch):
    monkeypatch.setenv("PRONGHORN_RAISE_PACK_ERRORS", "1")
    make_pack("bad-hooks", {"pronghorn": {"bad": "bad_hooks"}}, {"bad_hooks": "1/0"})
    with pytest.raises(ZeroDivisionError):
        registry.entries()


def test_failing_listing_costs_only_its_own_pack(make_pack, zoo):
    text = f"{IMPORT}@hookimpl\ndef pronghorn_components(): raise OSError('no folder')"
    make_pack("lazy-pack", {"pronghorn": {"lazy": "lazy_pack"}}, {"lazy_pack": text})
    with pytest.warns(
        PackWarning, match=r"lazy-pack 1\.0: pronghorn_components: OSError: no folder"
    ):
        assert registry.find("layers", "Giraffe")


def test_disabled_pack_loads_no_hook_module(make_pack, monkeypatch):
    monkeypatch.setenv("PRONGHORN_DISABLE_PACKS", "bad-hooks")
    make_pack("bad-hooks", {"pronghorn": {"bad": "bad_hooks"}}, {"bad_hooks": "1/0"})
    assert registry.entries()
    assert not [p for p in registry.problems() if p.pack == "bad-hooks"]


def test_hook_made_in_code_survives_a_refresh_until_it_is_taken_out():
    seen = []

    class Watcher:
        @hookimpl
        def pronghorn_epoch_begin(self, epoch):
            seen.append(epoch)

    name = hooks.register(Watcher(), "watcher")
    try:
        registry.refresh()
        hooks.manager().hook.pronghorn_epoch_begin(model=None, epoch=4)
    finally:
        hooks.unregister(name)
    hooks.manager().hook.pronghorn_epoch_begin(model=None, epoch=5)
    assert seen == [4]


def test_unknown_hook_made_in_code_is_an_error_and_leaves_nothing_behind():
    @hookimpl
    def pronghorn_coffee_ready():
        pass

    plugin = SimpleNamespace(pronghorn_coffee_ready=pronghorn_coffee_ready)
    with pytest.raises(pluggy.PluginValidationError, match="pronghorn_coffee_ready"):
        hooks.register(plugin, "kitchen")
    manager.manager().check_pending()
    hooks.register(SimpleNamespace(), "kitchen")
    hooks.unregister("kitchen")


def test_trace_prints_every_call(monkeypatch, capsys):
    monkeypatch.setenv("PRONGHORN_TRACE_HOOKS", "1")
    registry.refresh()
    hooks.manager().hook.pronghorn_epoch_end(model=object(), epoch=2, logs={"loss": 1.0})
    monkeypatch.undo()
    registry.refresh()
    assert capsys.readouterr().err.endswith(
        "hook pronghorn_epoch_end(model=<object>, epoch=2, logs=<dict>) -> nobody\n"
    )
