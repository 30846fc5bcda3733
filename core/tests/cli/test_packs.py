"""list, info, plugins, install and uninstall."""

import json
import subprocess
import sys

import pytest

from pronghorn import registry
from pronghorn.cli import install as installing

SQUAREPLUS = '''
import math
from pronghorn.components.activation import activation

@activation
def squareplus(x, b=4.0):
    """A smooth relu."""
    return 0.5 * (x + math.sqrt(x * x + b))
'''


@pytest.fixture
def acme(make_pack):
    return make_pack(
        "acme-activations",
        {
            "pronghorn.activations": {
                "squareplus": "acme_squareplus:squareplus",
                "sqp": "acme_squareplus:squareplus",
                "relu": "acme_squareplus:relu",
            }
        },
        {"acme_squareplus": SQUAREPLUS + "\nrelu = squareplus\n"},
        version="1.2",
    )


def test_list_shows_every_identifier_under_its_kind(run):
    listed = run("list").out
    for kind in registry.KINDS:
        names = [entry.identifier for entry in registry.entries(kind)]
        paragraph = listed.split(f"{kind} (")[1].split("\n\n")[0]
        assert paragraph.startswith(f"{len(names)})")
        assert set(names) <= set(paragraph.replace(",", " ").split())


def test_list_tells_third_party_packs_apart(run, acme):
    assert "\n  acme-activations 1.2: acme-activations:relu, squareplus\n" in run("list").out


def test_list_of_a_kind_shows_aliases_and_packs(run, acme):
    lines = [line.split() for line in run("list", "activation").out.splitlines()]
    assert ["squareplus", "sqp", "acme-activations", "1.2"] in lines
    assert ["acme-activations:relu", "acme-activations", "1.2"] in lines


def test_list_as_json_is_the_registry(run, acme):
    found = json.loads(run("list", "activations", "--json").out)
    assert {
        "kind": "activations",
        "identifier": "squareplus",
        "aliases": ["sqp"],
        "pack": "acme-activations",
        "version": "1.2",
        "target": "acme_squareplus:squareplus",
    } in found
    assert len(found) == len(registry.entries("activations"))


def test_list_of_no_kind_is_an_error(run):
    ran = run("list", "flavours")
    assert (ran.status, ran.out) == (1, "")
    assert "there is no kind 'flavours'" in ran.err


def test_info_shows_what_there_is_to_know(run, acme, tmp_path):
    shown = run("info", "sqp").out
    assert shown.startswith("squareplus(x, b=4.0)\n")
    facts = dict(line.split(maxsplit=1) for line in shown.splitlines()[2:7])
    assert facts["kind"] == "activation"
    assert facts["aliases"] == "sqp"
    assert facts["pack"] == "acme-activations 1.2"
    assert facts["file"] == f"{tmp_path / 'site' / 'acme_squareplus.py'}:5"
    assert facts["devices"].split(", ")[0] == "cpu"
    assert "A smooth relu." in shown
    assert "return 0.5 * (x + math.sqrt(x * x + b))" in shown


def test_info_of_a_plain_function_shows_it_as_it_is_written(run, make_pack, tmp_path):
    text = "def cubed(x):\n    'x to the third.'\n    return x * x * x\n"
    make_pack(
        "acme-cubed", {"pronghorn.activations": {"cubed": "acme_cubed:cubed"}}, {"acme_cubed": text}
    )
    shown = run("info", "cubed").out
    assert shown.startswith("cubed(x)\n")
    assert "return x * x * x" in shown
    assert f"{tmp_path / 'site' / 'acme_cubed.py'}:1\n" in shown


def test_info_of_a_function_that_cannot_be_compiled_still_tells_the_pack(run, make_pack):
    text = "def odd(x):\n    return open(x)\n"
    make_pack("acme-odd", {"pronghorn.activations": {"odd": "acme_odd:odd"}}, {"acme_odd": text})
    shown = run("info", "odd")
    assert shown.status == 0
    assert "acme-odd 1.0" in shown.out


def test_info_of_a_qualified_name(run, acme):
    assert "acme-activations 1.2" in run("info", "acme-activations:relu").out
    assert "pronghorn-activations" in run("info", "relu").out


def test_info_of_a_host_component(run):
    shown = run("info", "EarlyStopping", "-k", "callback").out
    assert shown.startswith("EarlyStopping(monitor")
    assert "host only" in shown


def test_info_of_nothing_names_the_nearest(run):
    ran = run("info", "EarlyStoping")
    assert ran.status == 1
    assert "There is no component 'EarlyStoping'. Did you mean 'EarlyStopping'?" in ran.err


def test_plugins_tell_what_is_broken_and_why(run, acme, make_pack):
    make_pack("broken-pack", {"pronghorn.layers": {"Odd": "odd_layer:Odd"}}, {"odd_layer": "1/0"})
    make_pack("bad-hooks", {"pronghorn": {"bad": "bad_hook_module"}})
    shown = run("plugins").out
    lines = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line}
    assert lines["broken-pack"] == ["1.0", "broken", "1", "layers"]
    assert lines["bad-hooks"] == ["1.0", "broken", "hooks"]
    assert "broken-pack: layers Odd: ZeroDivisionError: division by zero" in shown
    assert "bad-hooks: bad_hook_module: ModuleNotFoundError" in shown
    assert "say acme-activations:relu" in shown


def test_plugins_as_json(run, acme, monkeypatch):
    monkeypatch.setenv("PRONGHORN_DISABLE_PACKS", "acme-activations")
    reports = {report["name"]: report for report in json.loads(run("plugins", "--json").out)}
    assert reports["acme-activations"]["disabled"] is True
    assert reports["pronghorn-callbacks"]["official"] is True
    assert reports["pronghorn-callbacks"]["components"]["callbacks"] > 5


def test_plugins_as_requirements(run, acme):
    lines = run("plugins", "--requirements").out.splitlines()
    assert "acme-activations==1.2" in lines
    assert all(line.count("==") == 1 for line in lines)


@pytest.fixture
def commands(monkeypatch):
    """Records the commands that would be run; the next status is `commands.status`."""

    class Commands(list):
        status = 0

        def __call__(self, command, check):
            self.append(list(command))
            return subprocess.CompletedProcess(command, self.status)

    recorded = Commands()
    monkeypatch.setattr(installing.subprocess, "run", recorded)
    return recorded


def test_install_uses_uv_in_this_environment(run, commands, monkeypatch):
    monkeypatch.setattr(installing.shutil, "which", lambda name: "/usr/bin/uv")
    assert run("install", "-U", "acme", "-e", "./zoo").status == 0
    (command,) = commands
    assert command[:5] == ["/usr/bin/uv", "pip", "install", "--python", sys.executable]
    assert command[5:] == ["--upgrade", "--editable", "./zoo", "acme"]


def test_install_falls_back_to_pip(run, commands, monkeypatch):
    monkeypatch.setattr(installing.shutil, "which", lambda name: None)
    monkeypatch.setattr(installing.importlib.util, "find_spec", lambda name: True)
    run("install", "acme")
    assert commands == [[sys.executable, "-m", "pip", "install", "acme"]]


def test_install_without_any_installer_says_what_to_do(run, monkeypatch):
    monkeypatch.setattr(installing.shutil, "which", lambda name: None)
    monkeypatch.setattr(installing.importlib.util, "find_spec", lambda name: None)
    ran = run("install", "acme")
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert "python -m ensurepip" in ran.err


def test_failed_install_is_an_error(run, commands, monkeypatch):
    monkeypatch.setattr(installing.shutil, "which", lambda name: "/usr/bin/uv")
    commands.status = 2
    ran = run("install", "acme")
    assert (ran.status, ran.err) == (
        1,
        "pronghorn: uv pip install failed with status 2; its output says why.\n",
    )


def test_install_of_nothing_is_an_error(run, commands):
    assert run("install").status == 2
    assert commands == []


def test_new_packs_are_told(run, commands, monkeypatch, make_pack):
    def install(command, check):
        make_pack("acme-late", {"pronghorn.layers": {"Late": "late:Late"}})
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(installing.subprocess, "run", install)
    assert run("install", "acme-late").out == "acme-late 1.0: Late\n"


def test_uninstall_of_a_broken_pack_imports_nothing_of_it(run, commands, make_pack, monkeypatch):
    monkeypatch.setattr(installing.shutil, "which", lambda name: None)
    monkeypatch.setattr(installing.importlib.util, "find_spec", lambda name: True)
    make_pack("bad-hooks", {"pronghorn": {"bad": "bad_hook_module"}}, {"bad_hook_module": "1/0"})
    ran = run("uninstall", "-y", "Bad_Hooks")
    assert (ran.status, ran.err) == (0, "")
    assert commands == [[sys.executable, "-m", "pip", "uninstall", "--yes", "bad-hooks"]]
    assert "bad_hook_module" not in sys.modules


@pytest.mark.parametrize("name", ["pronghorn-core", "pronghorn_layers", "Pronghorn"])
def test_packs_of_pronghorn_are_protected(run, commands, name):
    ran = run("uninstall", "-y", name)
    assert ran.status == 1
    assert "is part of Pronghorn and is not uninstalled by this command" in ran.err
    assert commands == []


def test_what_is_no_pack_is_not_uninstalled(run, commands, acme):
    ran = run("uninstall", "-y", "numpy")
    assert ran.err == "pronghorn: numpy is not an installed pack; packs are acme-activations.\n"
    assert commands == []


RULE = """
from pronghorn.hooks import hookimpl

@hookimpl
def pronghorn_resolve(kind, identifier):
    if kind == "activations" and identifier == "pow3":
        def power(x):
            return x * x * x
        return power
"""


def test_info_of_an_identifier_that_a_rule_resolves(run, make_pack):
    make_pack("acme-rules", {"pronghorn": {"rules": "acme_rules"}}, {"acme_rules": RULE})
    shown = run("info", "pow3").out
    assert shown.startswith("pow3(x)\n")
    assert "acme-rules 1.0" in shown
    assert "return x * x * x" in shown


def test_info_of_what_is_no_component_but_known(run):
    assert "picks by the loss" in run("info", "accuracy").err
    assert "pronghorn.datasets.digits.load_data()" in run("info", "digits").err


def test_warnings_of_broken_packs_are_short(run, make_pack):
    make_pack("bad-hooks", {"pronghorn": {"bad": "bad_hook"}}, {"bad_hook": "raise OSError('no')"})
    for words in (("list",), ("info", "relu")):
        registry.refresh()
        ran = run(*words)
        assert ran.status == 0
        assert ran.err == (
            "pronghorn: warning: pack bad-hooks 1.0: bad_hook: OSError: no "
            "(left out; `pronghorn plugins` tells more)\n"
        )
