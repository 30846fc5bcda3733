"""Configurations are plain data of sensible size, without code."""

import numpy as np
import pytest

from pronghorn.errors import ConfigError
from pronghorn.files.plain import plain_data, refuse_code


def test_copies_plain_data_and_makes_lists_of_tuples():
    given = {"a": [1, 2.5, None, True, "x"], "b": {"shape": (None, 3)}}
    copied = plain_data(given)
    assert copied == {"a": [1, 2.5, None, True, "x"], "b": {"shape": [None, 3]}}
    assert copied["a"] is not given["a"]


@pytest.mark.parametrize(
    "value", [{1, 2}, b"x", np.float32(1), print], ids=lambda v: type(v).__name__
)
def test_other_types(value):
    with pytest.raises(ConfigError, match=f"holds a {type(value).__name__}, which is not plain"):
        plain_data({"a": [value]})


def test_keys_that_are_no_text():
    with pytest.raises(ConfigError, match="the configuration has the key 1; keys are texts"):
        plain_data({1: 2})


def test_references_that_multiply():
    """Ten levels of ten references each stand for ten billion values."""
    value = ["x"] * 10
    for _ in range(10):
        value = [value] * 10
    with pytest.raises(ConfigError, match="holds more than 1,000,000 values"):
        plain_data(value)


def test_a_list_that_contains_itself():
    value = []
    value.append(value)
    with pytest.raises(ConfigError, match="nested more than 100 levels deep"):
        plain_data(value)


@pytest.mark.parametrize(
    "config",
    [
        {"name": "l", "function": ["code", None, None], "function_type": "lambda"},
        {"name": "l", "mode": "sum", "output_shape_type": "lambda"},
        {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": "4wAA"}}},
    ],
    ids=["Keras 1", "output shape", "Keras 3"],
)
def test_functions_stored_as_code(config):
    entry = {"class_name": "Lambda", "config": config}
    wrapped = {"class_name": "TimeDistributed", "config": {"name": "t", "layer": entry}}
    for given in ([entry], {"config": [wrapped]}):
        with pytest.raises(ConfigError, match=r"layer 'l' \(Lambda\) holds a function as compiled"):
            refuse_code(given)


def test_functions_stored_by_name():
    config = {"name": "l", "function": "square", "function_type": "function"}
    refuse_code([{"class_name": "Lambda", "config": config}])
