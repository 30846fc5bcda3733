"""Models as layers: no pack lists them, but a configuration may name one inside another."""

from typing import Any

from pronghorn.hooks import hookimpl


@hookimpl
def pronghorn_resolve(kind: str, identifier: str) -> Any:
    """`Sequential`, which is a layer too."""
    if (kind, identifier) != ("layers", "Sequential"):
        return None
    from pronghorn.models import Sequential

    return Sequential
