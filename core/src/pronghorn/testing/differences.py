"""Finite differences that notice where a function has a kink or a jump."""

from collections.abc import Callable

import numpy as np

STEP = 1e-6
"""Relative step: central differences in float64 are then right to about nine digits."""

ENOUGH = 0.75
"""Share of the elements that must be away from kinks for a comparison to count."""


def slopes(
    f: Callable[[np.ndarray], float], x: np.ndarray, indices: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Central differences of `f` at some elements of `x`, and whether each can be trusted.

    Two steps of different length are tried; at a kink or a jump they disagree.

    Args:
        f: takes an array like x (the same one, changed in place) and gives a number.
        x: where to look, float64.
        indices: flat positions of the elements.
    """
    long, short = np.empty(len(indices)), np.empty(len(indices))
    flat = x.reshape(-1)
    for place, index in enumerate(indices):
        step = STEP * max(abs(flat[index]), 1.0)
        long[place] = _central(f, x, flat, index, step)
        short[place] = _central(f, x, flat, index, step / 4.0)
    scale = max(float(np.abs(short).max(initial=0.0)), 1.0)
    return long, np.abs(long - short) <= 1e-5 * np.abs(long) + 1e-6 * scale


def compare_gradient(
    f: Callable[[np.ndarray], float],
    x: np.ndarray,
    gradient: np.ndarray,
    what: str,
    most: int = 48,
    rtol: float = 1e-5,
) -> None:
    """Raise AssertionError unless `gradient` is that of `f` at `x`.

    Args:
        f: takes an array like x and gives a number.
        x: where to look, float64; its elements are changed and put back.
        gradient: what is claimed, of x's shape.
        what: names x in messages.
        most: elements looked at; of more, a fixed random choice is taken.
        rtol: relative tolerance.
    """
    assert gradient.shape == x.shape, (
        f"the gradient of {what} has shape {gradient.shape}, not {x.shape}"
    )
    chosen = np.arange(x.size)
    if x.size > most:
        chosen = np.sort(np.random.default_rng(x.size).choice(x.size, most, replace=False))
    expected, trusted = slopes(f, x, chosen.tolist())
    assert trusted.mean() >= ENOUGH, (
        f"{(~trusted).sum()} of {trusted.size} elements of {what} are at kinks or jumps: nothing "
        "can be said of the gradient there; give an example without them"
    )
    scale = max(float(np.abs(expected[trusted]).max(initial=0.0)), 1e-3)
    np.testing.assert_allclose(
        gradient.reshape(-1)[chosen][trusted],
        expected[trusted],
        rtol=rtol,
        atol=1e-7 * scale + 1e-8,
        err_msg=f"the gradient of {what} differs from finite differences of the output",
    )


def _central(
    f: Callable[[np.ndarray], float], x: np.ndarray, flat: np.ndarray, index: int, step: float
) -> float:
    before = flat[index]
    flat[index] = before + step
    up, high = f(x), flat[index]
    flat[index] = before - step
    down, low = f(x), flat[index]
    flat[index] = before
    return float((up - down) / (high - low))
