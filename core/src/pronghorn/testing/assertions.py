"""What the checks assert, with messages that say what was compared."""

from collections.abc import Callable
from typing import Any

import numpy as np


def same(found: Any, expected: Any, what: str = "") -> None:
    """Raise AssertionError unless two arrays are equal, NaN in the same places included."""
    np.testing.assert_array_equal(found, expected, err_msg=what)


def near(found: Any, expected: Any, rtol: float, atol: float = 0.0, what: str = "") -> None:
    """Raise AssertionError unless `|found - expected| <= atol + rtol * |expected|` everywhere."""
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol, err_msg=what)


def near_in_float32(found: Any, expected: Any, what: str = "", rtol: float = 5e-5) -> None:
    """Raise AssertionError unless an array is right to what float32 can do after some sums."""
    scale = float(np.abs(expected).max(initial=0.0))
    near(found, expected, rtol, rtol / 10.0 * scale, what)


def refused(attempt: Callable[[], Any], error: type[Exception], what: str, *named: str) -> None:
    """Raise AssertionError unless `attempt` raises such an error and its message names all that.

    Args:
        attempt: what should not work.
        error: what it should raise.
        what: describes the attempt.
        named: what the message has to hold.
    """
    try:
        attempt()
    except error as raised:
        told = str(raised)
    else:
        raise AssertionError(f"{what}: accepted, a {error.__name__} was expected")
    unnamed = [name for name in named if name not in told]
    assert not unnamed, f"{what}: the message does not name {', '.join(unnamed)}: {told}"
