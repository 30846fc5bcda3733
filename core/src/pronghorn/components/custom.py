"""Objects that a caller names for one load: `custom_objects` and `custom_object_scope`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pronghorn.errors import UnknownComponentError
from pronghorn.registry import singular

NAMELESS = ("<lambda>", "function")
"""What lambdas are called."""

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


@contextmanager
def restoring_scope(table: Mapping[str, Any] | None) -> Iterator[None]:
    """A scope for what comes out of a file: an identifier that is missed says how to give it."""
    try:
        with custom_object_scope(table):
            yield
    except UnknownComponentError as error:
        if not error.identifier:
            raise
        name = error.identifier
        hint = f"If it is your own, pass it as custom_objects={{{name!r}: ...}}"
        if name not in NAMELESS:
            hint += f", or register it first by @ph.register.{singular(error.kind)}({name!r})"
        raise UnknownComponentError(f"{error} {hint}.", error.kind, name) from None


def find_custom_object(identifier: str) -> Any | None:
    """The object that an enclosing scope, or else the global table, gives this name."""
    for table in (*_scopes.get(), _global):
        if identifier in table:
            return table[identifier]
    return None
