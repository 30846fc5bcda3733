"""Python functions in files: their compiled code, as Keras 1 stores those of Lambda layers."""

import marshal
import sys
from collections.abc import Callable, Mapping
from types import CellType, FunctionType
from typing import Any

from pronghorn.components.custom import find_custom_object
from pronghorn.errors import ConfigError

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def stored(function: Callable[..., Any]) -> list[Any]:
    """A function as `[code, defaults, values of its closure]`, and then Python's version.

    Raises:
        ConfigError: it is not written in Python, or holds values that are not plain data.
    """
    code = getattr(function, "__code__", None)
    if code is None:
        raise ConfigError(
            f"{function!r} cannot be stored: give a function that is written in Python"
        )
    closure = getattr(function, "__closure__", None)
    return [
        marshal.dumps(code).decode("raw_unicode_escape"),
        getattr(function, "__defaults__", None),
        None if closure is None else [cell.cell_contents for cell in closure],
        PYTHON,
    ]


def given(config: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The function that the caller gives, by the layer's name, in place of the stored one."""
    found = find_custom_object(str(config.get("name")))
    return found if isinstance(found, FunctionType) else None


def restored(value: Any, config: Mapping[str, Any]) -> Callable[..., Any]:
    """The function that a file holds as code; only for files that the caller trusts.

    Args:
        value: what `stored` gave.
        config: of the layer, in whose name the caller may give another function.

    Raises:
        ConfigError: another version of Python compiled it, or it is no function.
    """
    replaced = given(config)
    if replaced is not None:
        return replaced
    name = config.get("name")
    match value:
        case [str(text), defaults, closure, str(python)] if python == PYTHON:
            code = marshal.loads(text.encode("raw_unicode_escape"))
            cells = None if closure is None else tuple(map(CellType, closure))
            names = _surroundings()
            return FunctionType(code, names, code.co_name, _tuple(defaults), cells)
    raise ConfigError(
        f"the function of layer {name!r} was compiled by another version of Python (this is "
        f"{PYTHON}): give it anew, by the layer's name, as custom_objects={{{name!r}: function}}"
    )


def _surroundings() -> dict[str, Any]:
    """Names that a restored function finds: what scripts import under usual names."""
    import numpy as np

    from pronghorn import backend

    return {"__builtins__": __builtins__, "K": backend, "backend": backend, "np": np}


def _tuple(values: Any) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)
