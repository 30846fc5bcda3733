"""Data and a decorator for tests."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

import numpy as np

from pronghorn import backend

P = ParamSpec("P")
R = TypeVar("R")
Data = tuple[np.ndarray, np.ndarray]


def get_test_data(
    nb_train: int = 1000,
    nb_test: int = 500,
    input_shape: Sequence[int] = (10,),
    output_shape: Sequence[int] = (2,),
    classification: bool = True,
    nb_class: int = 2,
) -> tuple[Data, Data]:
    """Random data that can be learned: `(x_train, y_train), (x_test, y_test)`.

    With `classification`, `y` holds classes and `x` scatters with deviation 0.7 about the number
    of the class; without it, both scatter about the same random number. Draws from NumPy's
    global generator.
    """
    count = nb_train + nb_test
    if classification:
        y = np.random.randint(0, nb_class, size=(count,))
        x = _scattered(y, input_shape)
    else:
        centers = np.random.random(count)
        x, y = _scattered(centers, input_shape), _scattered(centers, output_shape)
    return (x[:nb_train], y[:nb_train]), (x[nb_train:], y[nb_train:])


def _scattered(centers: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    spread = np.random.normal(0.0, 0.7, (len(centers), *shape))
    data: np.ndarray = spread + centers.reshape(-1, *(1,) * len(shape))
    return data.astype(backend.floatx())


def keras_test(function: Callable[P, R]) -> Callable[P, R]:
    """Have default names of layers count from 1 again after the test."""

    @wraps(function)
    def tested(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        finally:
            backend.reset_uids()

    return tested
