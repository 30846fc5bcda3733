"""Names of classes of Keras 2 and 3, where Keras 1 and Pronghorn have functions."""

from typing import Any

from pronghorn.hooks import hookimpl

KINDS = frozenset({"initializers", "metrics", "objectives", "regularizers"})
"""Kinds in which Keras 2 and 3 turned functions into classes."""


@hookimpl
def pronghorn_resolve(kind: str, identifier: str) -> Any:
    """`GlorotUniform` is `glorot_uniform`: a class's name has the letters of the function's."""
    if kind not in KINDS or not identifier[:1].isupper():
        return None
    from pronghorn import registry

    letters = identifier.lower()
    for entry in registry.entries(kind):
        if any(name.replace("_", "") == letters for name in entry.names):
            return registry.load_entry(entry)
    return None
