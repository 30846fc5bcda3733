"""Configurations that Keras 1 can read, although layers here have more arguments."""

from typing import Any


def without_unset(config: dict[str, Any], *names: str) -> dict[str, Any]:
    """The configuration without those of these arguments, unknown to Keras 1, that are None."""
    return {key: v for key, v in config.items() if key not in names or v is not None}
