"""Modules of loops that are compiled once for each set of constants.

A template is an ordinary module whose constants are the simplest case. A compiled copy has others
in their place, and one function of it can be called by its address (`native.call`). All its other
functions should be inlined: what one function calls is compiled, and optimized, with it.
"""

import ast
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from pronghorn.devices import generated
from pronghorn.devices.host_target import OPTIONS
from pronghorn.devices.simd.target import host

_kept: list[Any] = []
"""Compiled functions; their code goes when they do."""


def c_function(template: ModuleType, name: str, constants: Mapping[str, Any], element: str) -> int:
    """The address of a template's function, of type void(pointer, int64).

    Args:
        template: the module.
        name: of the function.
        constants: values for names that the module assigns to.
        element: type of what the pointer points to, as Numba writes it.
    """

    def compiled(module: ModuleType, cached: bool) -> Any:
        from numba import cfunc

        signature = f"void(CPointer({element}), int64)"
        return cfunc(signature, cache=cached, **OPTIONS)(getattr(module, name))

    sources = (generated.sources(template.__name__), host().describe())
    key = [element, repr(sorted(OPTIONS.items())), *sources]
    made = generated.build(name, text(template, constants), key, compiled)
    _kept.append(made)
    return int(made.address)


def text(template: ModuleType, constants: Mapping[str, Any]) -> str:
    """The text of a template with these constants."""
    module = ast.parse(Path(str(template.__file__)).read_text(encoding="utf-8"))
    missing = set(constants)
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            constant = node.targets[0].id
            if constant in constants:
                node.value = ast.Constant(constants[constant])
                missing.discard(constant)
    if missing:
        raise KeyError(f"{template.__name__} has no constant {sorted(missing)[0]}")
    return ast.unparse(module)
