"""The packages that users import components from, such as `pronghorn.layers`.

Their names come from the registry, so `from pronghorn.layers import Fancy` finds what a third
party brings, and importing the package imports no component. A pack's `__init__.py` reads:

    from typing import TYPE_CHECKING, Any

    from pronghorn.registry.package import component_package

    if TYPE_CHECKING:
        from pronghorn.activations.relu import relu as relu

        def __getattr__(name: str) -> Any: ...

    component_package(__name__)

The imports are for editors and type checkers; a test keeps them complete.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from pronghorn import registry
from pronghorn.errors import UnknownComponentError
from pronghorn.registry import packs


class ComponentPackage(ModuleType):
    """A package whose attributes are the components of one kind."""

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return _star_names(self)
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        kind = _kind(self)
        try:
            return registry.load(kind, name)
        except UnknownComponentError as error:
            found = _contract(kind, name)
            if found is not None:
                return found
            if find_spec(f"{self.__name__}.{name}") is not None:
                return import_module(f"{self.__name__}.{name}")
            raise AttributeError(str(error)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        # The import system sets a submodule on its package. One component a file means that
        # `relu.py` would hide the `relu` in it, which is the one that users ask for.
        if isinstance(value, ModuleType) and packs.declares(_kind(self), name):
            return
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        names = {name for entry in registry.entries(_kind(self)) for name in entry.names}
        return sorted({*super().__dir__(), *names, "get", _base_name(_kind(self))})


def component_package(name: str) -> None:
    """Turn the package being imported into one whose attributes come from the registry."""
    sys.modules[name].__class__ = ComponentPackage


def _star_names(package: ModuleType) -> list[str]:
    """What `from package import *` brings: nothing of others, which may be broken."""
    kind = _kind(package)
    official = (entry for entry in registry.entries(kind) if entry.pack in packs.OFFICIAL)
    names = {name for entry in official for name in entry.names if name.isidentifier()}
    held = {name: value for name, value in vars(package).items() if isinstance(value, type)}
    classes = {name for name, cls in held.items() if cls.__module__.startswith("pronghorn.")}
    return sorted(names | classes | {_base_name(kind)})


def _kind(package: ModuleType) -> str:
    return package.__name__.rpartition(".")[2]


def base_class(kind: str) -> Any:
    """The class that says what a component of this kind is, such as `Layer`."""
    module = import_module(f"pronghorn.components.{registry.singular(kind)}")
    return getattr(module, _base_name(kind))


def _base_name(kind: str) -> str:
    return registry.singular(kind).capitalize()


def _contract(kind: str, name: str) -> Any:
    """The base class of the kind, as `Layer` in `pronghorn.layers`, or its `get`."""
    if name == _base_name(kind):
        return base_class(kind)
    return base_class(kind).get if name == "get" else None
