"""Objectives and metrics that are functions of whole arrays, called on the CPU in every step."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from pronghorn.array_functions import numpy_for
from pronghorn.components.array_function import INSTALL, has_autograd, pulled_back
from pronghorn.components.context import Array, Context
from pronghorn.components.metric import Metric
from pronghorn.components.objective import Objective
from pronghorn.errors import ConfigError, FunctionError, ShapeError

WRONG = (NameError, AttributeError, ImportError, TypeError)
"""Errors of a function that have nothing to do with the shapes of what it is tried on."""


class ArrayObjective(Objective):
    """The loss that a function `f(y_true, y_pred)` of arrays gives, for each sample or row.

    What it gives has the shape of the predictions or lacks some of their last axes; over further
    axes the mean is taken. Its gradient is autograd's. Targets may have any shape.

    Args:
        function: the function.
    """

    whole = True

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.name = self.__name__ = function.__name__
        self.__doc__ = function.__doc__

    def record(
        self,
        ctx: Context,
        t: Array,
        p: Array,
        coefficient: Array,
        losses: Array,
        g: Array | None = None,
        activation: Any = None,
    ) -> bool:
        """Have the function called on whole targets and predictions (samples, ...)."""
        if g is not None and not has_autograd():
            raise ConfigError(
                f"to train on the objective {self.name!r}, a function of arrays, its gradient is "
                f"needed, which autograd derives: {INSTALL}"
            )

        def call(
            t: np.ndarray,
            p: np.ndarray,
            coefficient: np.ndarray,
            losses: np.ndarray,
            *g: np.ndarray,
        ) -> None:
            def weighted(p: Any) -> Any:
                return coefficient * per_row(self.function(t, p), p.shape, self.name)

            if not g:
                losses[...] = weighted(p)
                return
            back, losses[...] = pulled_back(weighted, [p], self.name)
            g[0].reshape(p.shape)[...] = back(np.ones_like(losses))[0]

        call.__name__ = self.name
        ctx.run(call, t, p, coefficient, losses, *([] if g is None else [g]))
        return False

    def get_config(self) -> dict[str, Any]:
        """Nothing: it is known by its name."""
        return {}


class ArrayMetric(Metric):
    """The mean of what a function `f(y_true, y_pred)` of arrays gives.

    Args:
        function: the function.
    """

    whole = True

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.name = self.__name__ = function.__name__
        self.__doc__ = function.__doc__

    def record(self, ctx: Context, t: Array, p: Array, sums: Array) -> None:
        """Have the function called on whole targets and predictions (samples, ...)."""

        def call(t: np.ndarray, p: np.ndarray, sums: np.ndarray) -> None:
            sums[0] += np.mean(self.function(t, p)) * (p.size // p.shape[-1])

        call.__name__ = self.name
        ctx.run(call, t, p, sums)

    def get_config(self) -> dict[str, Any]:
        """Nothing: it is known by its name."""
        return {}


def per_row(value: Any, shape: tuple[int, ...], name: str) -> Any:
    """A loss for each row of predictions of this shape, (rows,), from what a function gives.

    Raises:
        ShapeError: it does not begin with the predictions' axes.
    """
    np_ = numpy_for(value)
    rows, found = shape[:-1], np.shape(value) if np_ is np else value.shape
    if found[: len(rows)] == rows:
        further = tuple(range(len(rows), len(found)))
        return np_.reshape(np_.mean(value, axis=further) if further else value, (-1,))
    if found != rows[: len(found)]:
        raise ShapeError(
            f"{name} gives an array of shape {found} for predictions of shape {shape}: expected "
            f"{rows}, a number for each sample or row"
        )
    spread = np_.reshape(value, (*found, *(1 for _ in rows[len(found) :])))
    return np_.reshape(
        spread * np.ones(rows, np.asarray(spread).dtype if np_ is np else None), (-1,)
    )


def tried(function: Callable[..., Any], error: FunctionError) -> Callable[..., Any]:
    """The function, if it is one of arrays; raises `error`, which it got as one of numbers."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = function(np.full((2, 3), 0.5), np.full((2, 3), 0.25))
        except Exception as other:
            if isinstance(other, WRONG) or "truth value" in str(other):
                raise error from other
            return function  # It may want other shapes.
    if np.asarray(value).dtype.kind not in "fiub":
        raise error
    return function
