"""What all components share: arguments, and functions that call other components."""

import inspect
import re
from abc import ABC, abstractmethod

import numpy as np
import pytest

from pronghorn.activations import softmax
from pronghorn.components.component import Component
from pronghorn.components.metric import Metric
from pronghorn.constraints import MaxNorm
from pronghorn.layers import Dense


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (MaxNorm, "MaxNorm does not understand 'maximum'; it takes m, axis"),
        (type(softmax), "Softmax does not understand 'maximum'; it takes no arguments"),
    ],
)
def test_unknown_arguments_are_refused_with_what_is_accepted(made, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        made(maximum=3)


def test_arguments_by_another_spelling_are_known():
    assert MaxNorm(max_value=3).m == 3


def test_numbers_of_numpy_are_those_of_python():
    made = Dense(np.arange(3).max() + 1, batch_input_shape=(None, np.int64(2)))
    assert made.output_dim == 3
    assert type(made.output_dim) is type(made.batch_input_shape[1]) is int


def test_a_list_is_kept_as_it_is():
    class Keeping(Component):
        def __init__(self, values):
            self.values = values

    given = [1.0]
    assert Keeping(given).values is given


def test_a_constructor_that_takes_anything_judges_for_itself():
    class Open(Component):
        def __init__(self, **kwargs):
            self.given = kwargs

    assert Open(maximum=3).given == {"maximum": 3}


def test_editors_see_the_constructors_arguments():
    assert list(inspect.signature(MaxNorm).parameters) == ["m", "axis"]
    assert next(iter(inspect.signature(Dense).parameters)) == "output_dim"
    assert not inspect.signature(type(softmax)).parameters


def test_a_function_run_as_python_calls_the_functions_of_components():
    t, p = np.array([0.0, 1.0, 1.0]), np.array([0.9, 0.8, 0.1])
    assert Metric.get("fmeasure").row(t, p) == Metric.get("fbeta_score").row(t, p) == (1, 2, 2)


def test_a_component_may_be_an_abstract_class_too():
    class Base(Component, ABC):
        @abstractmethod
        def value(self): ...

    class Made(Base):
        def value(self):
            return 1

    assert Made().value() == 1
    with pytest.raises(TypeError, match="abstract"):
        Base()
