"""Pronghorn: Keras-style neural networks, compiled by Numba, with everything a plugin.

Importing this package imports nothing heavy: `ph.layers`, `ph.models` and the others are imported
when they are first used.
"""

from pkgutil import extend_path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pronghorn.components import register as register
    from pronghorn.models import Sequential as Sequential
    from pronghorn.models import load_model as load_model

    __version__: str

# The packs bring `pronghorn.layers` and the like from distributions of their own.
__path__ = extend_path(__path__, __name__)

_SHORTCUTS = {
    "Sequential": "pronghorn.models:Sequential",
    "load_model": "pronghorn.models:load_model",
    "register": "pronghorn.components.register",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _SHORTCUTS:
        value = _shortcut(_SHORTCUTS[name])
    else:
        value = _submodule(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from pkgutil import iter_modules

    modules = (module.name for module in iter_modules(__path__) if module.name[0] != "_")
    return sorted({*globals(), *modules, *_SHORTCUTS, "__version__"})


def _version() -> str:
    from importlib.metadata import version

    return version("pronghorn-core")


def _shortcut(target: str) -> Any:
    from importlib import import_module

    module, _, attribute = target.partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found


def _submodule(name: str) -> Any:
    from importlib import import_module

    whole = f"{__name__}.{name}"
    try:
        return import_module(whole)
    except ModuleNotFoundError as error:
        if error.name != whole:
            raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{_pack_to_install(name)}")


def _pack_to_install(name: str) -> str:
    from pronghorn.registry.packs import OFFICIAL

    pack = f"pronghorn-{name}"
    return f": run `pronghorn install {pack}`" if pack in OFFICIAL else ""
