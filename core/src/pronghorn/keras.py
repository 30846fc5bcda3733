"""Lets scripts that import `keras` run on Pronghorn, unchanged.

After `install()` the module `keras` and its module paths, of Keras 1 as of Keras 2 and 3, lead to
Pronghorn's; `pronghorn run SCRIPT` calls it before the script. What Pronghorn lacks is an error
that names it, when it is imported.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from pronghorn import backend
from pronghorn.errors import ConfigError, MissingNameError

VERSION = "1.2.2"
"""What `keras.__version__` says: the version whose behaviour Pronghorn has."""

SHARED = frozenset(
    [
        "activations",
        "backend",
        "callbacks",
        "constraints",
        "datasets",
        "initializations",
        "initializers",
        "layers",
        "losses",
        "metrics",
        "models",
        "objectives",
        "ops",
        "optimizers",
        "preprocessing",
        "regularizers",
        "utils",
        "wrappers",
    ]
)
"""Modules that Pronghorn has under the same name, with what is in them."""

LAYERS = frozenset(
    [
        "advanced_activations",
        "attention",
        "containers",
        "convolutional",
        "convolutional_recurrent",
        "core",
        "embeddings",
        "local",
        "noise",
        "normalization",
        "pooling",
        "recurrent",
        "wrappers",
    ]
)
"""Modules that `keras.layers` has had. Names moved between them, so each has all layers."""

MOVED = {
    "keras": (
        "pronghorn",
        "pronghorn.models",
        "pronghorn.components.input",
        "pronghorn.engine.topology",
    ),
    "keras.config": ("pronghorn.backend",),
    "keras.engine": ("pronghorn.engine.topology", "pronghorn.layers", "pronghorn.models"),
    "keras.engine.base_layer": ("pronghorn.engine.topology", "pronghorn.layers"),
    "keras.engine.topology": ("pronghorn.engine.topology", "pronghorn.layers", "pronghorn.models"),
    "keras.engine.training": ("pronghorn.utils.generic_utils",),
    "keras.saving": ("pronghorn.models", "pronghorn.utils.generic_utils"),
    "keras.utils": (
        "pronghorn.utils",
        "pronghorn.preprocessing.image",
        "pronghorn.preprocessing.sequence",
    ),
    "keras.utils.conv_utils": ("pronghorn.utils.np_utils",),
    "keras.utils.vis_utils": ("pronghorn.utils.visualize_util",),
}
"""Modules that Pronghorn has elsewhere."""

FUNCTIONAL = "Pronghorn's models are Sequential, layers one after the other"
ABSENT = {
    "Graph": FUNCTIONAL,
    "Model": FUNCTIONAL,
    "merge": FUNCTIONAL,
    "applications": "load the model's .h5 file by keras.models.load_model, if it is Sequential",
    **backend.ABSENT,
}
"""What to say about names that scripts are known to ask for."""


class KerasModule(ModuleType):
    """A module of Keras: what is asked of it is asked of Pronghorn's modules."""

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return self._public_names()
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        whole = f"{self.__name__}.{name}"
        for module in self._modules():
            found = getattr(module, name, None)
            # A component goes before the module that it is written in.
            if found is not None and not isinstance(found, ModuleType):
                return found
        if sources(whole):
            return import_module(whole)
        raise AttributeError(missing(whole))

    def __dir__(self) -> list[str]:
        return sorted({name for module in self._modules() for name in dir(module)})

    def _modules(self) -> list[ModuleType]:
        return [import_module(source) for source in sources(self.__name__)]

    def _public_names(self) -> list[str]:
        names: set[str] = set()
        for module in self._modules():
            public = (name for name in dir(module) if not name.startswith("_"))
            names.update(getattr(module, "__all__", public))
        return sorted(names)


class KerasFinder(MetaPathFinder, Loader):
    """Finds `keras` and all below it, and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module of this name.

        Raises MissingNameError if Keras's name leads nowhere. Every module counts as a package,
        so that `from keras.models import Model` asks here too and gets this error.
        """
        if fullname.partition(".")[0] != "keras":
            return None
        if not sources(fullname):
            raise MissingNameError(missing(fullname), name=fullname)
        return ModuleSpec(fullname, self, origin="pronghorn", is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty module: it looks its names up when they are asked for."""
        return KerasModule(spec.name, f"Pronghorn's `{spec.name}`.")

    def exec_module(self, module: ModuleType) -> None:
        """Say the version."""
        if module.__name__ == "keras":
            vars(module)["__version__"] = VERSION


_finder = KerasFinder()


def install() -> None:
    """Let `import keras` mean Pronghorn in this process, whether Keras is installed or not.

    Raises ConfigError if Keras itself has been imported before.
    """
    if not isinstance(sys.modules.get("keras"), (KerasModule, type(None))):
        raise ConfigError("keras is imported already: call install() before the first import")
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def install_in_children() -> None:
    """The same for the processes that this one starts, as for a search with several jobs."""
    folder = str(Path(__file__).with_name("keras_for_children"))
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = f"{folder}{os.pathsep}{path}" if path else folder
    sys.path.insert(1, folder)  # which multiprocessing hands on


def uninstall() -> None:
    """Let `import keras` mean Keras again."""
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    for name in [name for name, module in sys.modules.items() if isinstance(module, KerasModule)]:
        del sys.modules[name]


def sources(name: str) -> tuple[str, ...]:
    """The modules of Pronghorn that make up a module of Keras, the first one first."""
    if name in MOVED:
        return MOVED[name]
    _, root, *rest = name.split(".")
    if root not in SHARED:
        return ()
    found = f"pronghorn{name.removeprefix('keras')}"
    own = (found,) if _exists(found) else ()
    if name == "keras.layers" or (root == "layers" and len(rest) == 1 and rest[0] in LAYERS):
        # `InputSpec` is there too.
        return tuple(dict.fromkeys((*own, "pronghorn.layers", "pronghorn.engine.topology")))
    return own


def missing(name: str) -> str:
    """What to say of a name of Keras that leads nowhere."""
    parent, _, last = name.rpartition(".")
    return f"Pronghorn has no {name}{_hint(last, parent)}"


def _hint(name: str, parent: str) -> str:
    if name in ABSENT:
        return f": {ABSENT[name]}"
    near = get_close_matches(name, _names_in(parent), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _names_in(parent: str) -> Iterable[str]:
    known = dir(import_module(parent)) if parent and sources(parent) else ()
    return [name for name in known if not name.startswith("_")]


def _exists(module: str) -> bool:
    try:
        return module in sys.modules or find_spec(module) is not None
    except ModuleNotFoundError:  # what should hold it is no package
        return False
