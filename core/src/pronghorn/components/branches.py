"""Branches that stand in several places of a model, and are made once when it is read back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_made: ContextVar[dict[str, Any] | None] = ContextVar("made", default=None)


@contextmanager
def each_once() -> Iterator[None]:
    """Inside the block, the outermost one, `once` makes one branch of equal configurations."""
    token = _made.set({} if _made.get() is None else _made.get())
    try:
        yield
    finally:
        _made.reset(token)


def once(config: Any, make: Callable[[Any], Any]) -> Any:
    """What `make` makes of a branch's configuration, or has made of an equal one.

    Names of layers are part of it, and they are unique in a model: what is equal is the same.
    """
    made = _made.get()
    if made is None:
        return make(config)
    key = json.dumps(config, sort_keys=True, default=repr)
    if key not in made:
        made[key] = make(config)
    return made[key]
