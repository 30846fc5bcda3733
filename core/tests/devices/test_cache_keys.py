"""The name of a cached kernel depends on what the kernel is, not on what else the process does."""

import builtins
import importlib
import sys

import pytest

from pronghorn.devices import generated
from pronghorn.devices.cpu import kernel


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package whose module `used` imports one other module, and which has one more."""
    folder = tmp_path / "keyed" / "inner"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    used = "from keyed.inner import helper\nfrom keyed.inner.other import value\n"
    (folder / "used.py").write_text(used)
    (folder / "helper.py").write_text("import math\n")
    (folder / "other.py").write_text("value = 1\n")
    (folder / "unrelated.py").write_text("value = 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "keyed"]:
        del sys.modules[name]


def sources():
    return generated.sources.__wrapped__("keyed.inner.used")


def test_modules_that_others_have_imported_make_no_difference(package):
    before = sources()
    importlib.import_module("keyed.inner.unrelated")
    assert sources() == before


@pytest.mark.parametrize("changed", ["__init__", "helper", "other"])
def test_modules_that_are_imported_make_one(package, changed):
    before = sources()
    (package / f"{changed}.py").write_text("value = 3\n")
    assert sources() != before


def test_the_last_result_of_a_prompt_makes_no_difference(monkeypatch):
    @kernel(functions=("f",))
    def apply(x):
        for i in range(x.size):
            x[i] = f(x[i])  # noqa: F821

    def _(x):
        return x + 1.0

    before = apply.specialize(f=_).text()
    monkeypatch.setattr(builtins, "_", 5, raising=False)
    assert apply.specialize(f=_).text() == before
