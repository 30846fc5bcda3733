"""The packages that users import components from."""

import subprocess
import sys

import pytest

from pronghorn import callbacks, registry
from pronghorn.components.callback import Callback

FANCY = "class Fancy:\n    pass\n"


def python(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_official_component_is_that_of_the_registry():
    assert callbacks.EarlyStopping is registry.load("callbacks", "EarlyStopping")


def test_component_of_another_pack_is_an_attribute_too(make_pack):
    make_pack("acme", {"pronghorn.callbacks": {"Fancy": "acme_fancy:Fancy"}}, {"acme_fancy": FANCY})
    from pronghorn.callbacks import Fancy

    assert Fancy is registry.load("callbacks", "Fancy")
    assert "Fancy" in dir(callbacks)


def test_component_registered_here_is_an_attribute_while_it_is_registered():
    registry.add("callbacks", "Passing", len)
    assert callbacks.Passing is len
    registry.remove("callbacks", "Passing")
    assert not hasattr(callbacks, "Passing")


def test_base_class_and_get_come_from_the_contract():
    assert callbacks.Callback is Callback
    assert callbacks.get("History").__class__ is callbacks.History
    assert {"Callback", "get", "History"} <= set(dir(callbacks))


def test_star_brings_what_is_official(make_pack):
    make_pack("acme", {"pronghorn.callbacks": {"Broken": "acme_missing:Broken"}}, {})
    namespace = {}
    exec("from pronghorn.callbacks import *", namespace)
    assert {"Callback", "CallbackList", "EarlyStopping", "History"} <= set(namespace)
    assert not {"Broken", "get", "Any", "TYPE_CHECKING", "history"} & set(namespace)


def test_unknown_name_is_an_attribute_error_with_the_nearest():
    with pytest.raises(AttributeError, match="Did you mean 'EarlyStopping'"):
        _ = callbacks.EarlyStoping


def test_submodule_is_reached_by_its_name():
    assert callbacks.early_stopping.__name__ == "pronghorn.callbacks.early_stopping"


def test_module_called_like_its_component_does_not_hide_it():
    code = (
        "import pronghorn.activations.tanh\n"
        "import pronghorn.activations as activations\n"
        "from pronghorn.activations import tanh\n"
        "print(activations.tanh is tanh, tanh(0.0), type(tanh).__name__)"
    )
    assert python(code) == "True 0.0 ScalarActivation"


@pytest.mark.parametrize(
    ("path", "today"),
    [("losses", "objectives"), ("initializations", "initializers")],
)
def test_other_module_paths_lead_to_the_same_package(path, today):
    code = (
        f"import pronghorn, pronghorn.{path} as other, pronghorn.{today} as this\n"
        f"from pronghorn import {path}\n"
        f"print(other is this, pronghorn.{path} is this, {path} is this)"
    )
    assert python(code) == "True True True"


def test_layer_is_where_keras_1_had_it():
    from pronghorn import layers
    from pronghorn.engine.topology import Layer

    assert Layer is layers.Layer


def test_importing_a_package_imports_no_component():
    code = (
        "import sys, pronghorn.layers, pronghorn.activations\n"
        "print([n for n in sys.modules if n in ('numpy', 'numba')"
        " or n.startswith(('pronghorn.layers.', 'pronghorn.activations.'))])"
    )
    assert python(code) == "[]"


def test_shortcuts_of_the_root():
    code = (
        "import pronghorn as ph\n"
        "from pronghorn.models import Sequential\n"
        "print(ph.Sequential is Sequential, ph.layers.__name__, ph.__version__)\n"
        "print({'layers', 'models', 'register', 'Sequential', 'losses'} <= set(dir(ph)))"
    )
    from importlib.metadata import version

    assert python(code) == f"True pronghorn.layers {version('pronghorn-core')}\nTrue"


def test_missing_attribute_of_the_root():
    import pronghorn

    with pytest.raises(AttributeError, match=r"has no attribute 'nothing'$"):
        _ = pronghorn.nothing


def test_missing_pack_is_named_with_the_command():
    code = (
        "import sys, pronghorn\n"
        "sys.modules['pronghorn.datasets'] = None\n"
        "try: pronghorn.datasets\n"
        "except AttributeError as error: print(error)"
    )
    assert python(code).endswith("run `pronghorn install pronghorn-datasets`")
