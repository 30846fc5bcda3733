"""A decorator for functions that are also called with the argument names of Keras 2 and 3."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from pronghorn.components.spelling import canonical_arguments

R = TypeVar("R")


def spelled(function: Callable[..., R]) -> Callable[..., R]:
    """Let `function` also be called with the newer names of its arguments, by keyword.

    Raises TypeError if an argument is given in both spellings.
    """

    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> R:
        return function(*args, **canonical_arguments(function, kwargs))

    return called
