"""Objects that a caller names for one load: `custom_objects` and `custom_object_scope`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_scopes: ContextVar[tuple[Mapping[str, Any], ...]] = ContextVar("custom_objects", default=())
_global: dict[str, Any] = {}


def get_custom_objects() -> dict[str, Any]:
    """The live table of names that hold everywhere in this process."""
    return _global


@contextmanager
def custom_object_scope(*tables: Mapping[str, Any] | None) -> Iterator[None]:
    """Let identifiers resolve to the objects of `tables` inside the block only."""
    token = _scopes.set(tuple(table for table in tables if table) + _scopes.get())
    try:
        yield
    finally:
        _scopes.reset(token)


def find_custom_object(identifier: str) -> Any | None:
    """The object that an enclosing scope, or else the global table, gives this name."""
    for table in (*_scopes.get(), _global):
        if identifier in table:
            return table[identifier]
    return None
