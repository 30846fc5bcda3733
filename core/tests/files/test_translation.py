"""Configurations of every Keras generation come out in Keras 1's form."""

import warnings

import numpy as np
import pytest

from pronghorn.components.custom import custom_object_scope
from pronghorn.components.layer import Layer
from pronghorn.errors import ConfigError
from pronghorn.files.initializers import INITIALIZERS
from pronghorn.files.translation import layer_arguments, make_layer, read_architecture
from pronghorn.layers import Dense, Dropout

ZEROS = {"module": "keras.initializers", "class_name": "Zeros", "config": {}}


def sequential(layers, **more):
    return {"class_name": "Sequential", "config": {"name": "s", "layers": layers, **more}}


def test_list_of_keras_1():
    entries = [{"class_name": "Dense", "config": {"name": "d", "output_dim": 2}}]
    found = read_architecture({"class_name": "Sequential", "config": entries})
    assert found.name is None
    assert found.entries == tuple(entries)


def test_entry_of_keras_0_names_the_class_in_name():
    entry = {"name": "Dense", "custom_name": "d", "output_dim": 2}
    found = read_architecture({"class_name": "Sequential", "config": [entry]})
    assert found.entries == ({"class_name": "Dense", "config": {"output_dim": 2, "name": "d"}},)


@pytest.mark.parametrize("key", ["batch_input_shape", "batch_shape"])
def test_input_layer_gives_its_shape_to_the_next(key):
    given = {"class_name": "InputLayer", "config": {key: [None, 6], "dtype": "int32", "name": "i"}}
    dense = {"class_name": "Dense", "config": {"units": 2}}
    found = read_architecture(sequential([given, dense, dense]))
    assert [entry["config"] for entry in found.entries] == [
        {"batch_input_shape": [None, 6], "input_dtype": "int32", "units": 2},
        {"units": 2},
    ]


def test_shape_that_a_model_was_built_with():
    dense = {"class_name": "Dense", "config": {"units": 2}}
    found = read_architecture(sequential([dense, dense], build_input_shape=[None, 6]))
    assert found.entries[0]["config"]["batch_input_shape"] == [None, 6]
    assert "batch_input_shape" not in found.entries[1]["config"]


def test_packing_of_keras_3_is_removed():
    config = {
        "name": "d",
        "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}},
        "activation": {"module": "builtins", "class_name": "function", "config": "mine"},
        "kernel_regularizer": {"class_name": "Custom>L2", "config": {"l2": 0.5}, "module": "m"},
        "target_shape": {"class_name": "__tuple__", "items": [2, 3]},
    }
    found = read_architecture(sequential([{"class_name": "Pack>Dense", "config": config}]))
    assert found.entries[0] == {
        "class_name": "Dense",
        "config": {
            "name": "d",
            "dtype": "float32",
            "activation": "mine",
            "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.5}},
            "target_shape": [2, 3],
        },
    }


def test_arguments_of_keras_3():
    config = {
        "name": "d",
        "trainable": True,
        "dtype": "float32",
        "units": 8,
        "activation": "relu",
        "use_bias": False,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "bias_initializer": ZEROS,
        "quantization_config": None,
        "lora_rank": None,
    }
    assert layer_arguments(Dense, config) == {
        "name": "d",
        "trainable": True,
        "output_dim": 8,
        "activation": "relu",
        "bias": False,
        "init": "glorot_uniform",
        "b_init": "zero",
    }


@pytest.mark.parametrize(("name", "config"), [("L2", {"l2": 0.5}), ("L1L2", {"l1": 0, "l2": 0.5})])
def test_regularizers(name, config):
    made = {"class_name": name, "config": config}
    entry = {"class_name": "Dense", "config": {"units": 3, "kernel_regularizer": made}}
    assert make_layer(entry).get_config()["W_regularizer"] == {
        "name": "L1L2Regularizer",
        "l1": 0,
        "l2": 0.5,
    }


def test_constraints():
    made = {"class_name": "MaxNorm", "config": {"max_value": 3, "axis": 0}}
    entry = {"class_name": "Dense", "config": {"units": 3, "kernel_constraint": made}}
    assert make_layer(entry).get_config()["W_constraint"] == {"name": "MaxNorm", "m": 3, "axis": 0}


def test_argument_that_matters_and_is_not_known():
    with pytest.raises(ConfigError) as caught:
        layer_arguments(Dense, {"name": "d", "units": 8, "lora_rank": 4})
    assert str(caught.value) == (
        "layer 'd' (Dense) has lora_rank=4, which Pronghorn's layer of this class does not know"
    )


def test_layers_inside_layers_are_translated_too():
    class Wrapper(Layer):
        def __init__(self, layer, **kwargs):
            super().__init__(**kwargs)
            self.layer = layer

    inner = {"class_name": "Dropout", "config": {"name": "i", "rate": 0.25, "dtype": "float32"}}
    arguments = layer_arguments(Wrapper, {"name": "w", "layer": inner, "dtype": "float32"})
    assert isinstance(arguments["layer"], Dropout)
    assert arguments["layer"].p == 0.25


@pytest.mark.parametrize(
    ("class_name", "config", "expected"),
    [
        (
            "VarianceScaling",
            {"scale": 1, "mode": "fan_avg", "distribution": "uniform"},
            "glorot_uniform",
        ),
        (
            "VarianceScaling",
            {"scale": 1.0, "mode": "fan_avg", "distribution": "normal"},
            "glorot_normal",
        ),
        (
            "VarianceScaling",
            {"scale": 2.0, "mode": "fan_in", "distribution": "uniform"},
            "he_uniform",
        ),
        (
            "VarianceScaling",
            {"scale": 1.0, "mode": "fan_in", "distribution": "uniform"},
            "lecun_uniform",
        ),
        (
            "VarianceScaling",
            {"scale": 1.0, "mode": "fan_in", "distribution": "normal"},
            "lecun_normal",
        ),
        ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "distribution": "uniform"}, None),
        (
            "RandomUniform",
            {"minval": -0.1, "maxval": 0.1},
            {"name": "uniform", "config": {"scale": 0.1}},
        ),
        ("RandomUniform", {"minval": 0.0, "maxval": 0.1}, None),
        (
            "RandomNormal",
            {"mean": 0.0, "stddev": 0.2},
            {"name": "normal", "config": {"scale": 0.2}},
        ),
        ("RandomNormal", {"mean": 1.0, "stddev": 0.2}, None),
        ("Orthogonal", {"gain": 1.0}, {"name": "orthogonal", "config": {"scale": 1.0}}),
        ("Constant", {"value": 7}, {"name": "constant", "config": {"value": 7}}),
        (
            "TruncatedNormal",
            {"mean": 0.0, "stddev": 0.2},
            {"name": "truncated_normal", "config": {"scale": 0.2}},
        ),
    ],
)
def test_initializers(class_name, config, expected):
    assert INITIALIZERS[class_name](config) == expected


def test_every_translated_initializer_exists():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for class_name in INITIALIZERS:
            made = {"class_name": class_name, "config": {"scale": 2.0, "distribution": "normal"}}
            entry = {"class_name": "Dense", "config": {"units": 3, "kernel_initializer": made}}
            assert make_layer(entry).init is not None


@pytest.mark.parametrize(
    "made",
    [
        {"class_name": "VarianceScaling", "config": {"scale": 3.0}},
        {"class_name": "OfAnotherPack", "config": {}},
    ],
    ids=str,
)
def test_initializer_without_an_equal_warns_and_is_left_to_the_default(made):
    message = f"layer 'd': there is no initializer like {made['class_name']} with"
    with pytest.warns(UserWarning, match=message):
        found = layer_arguments(Dense, {"name": "d", "units": 3, "kernel_initializer": made})
    assert found == {"name": "d", "output_dim": 3}


def test_initializer_of_a_pack_is_left_as_it_is():
    made = {"class_name": "half", "config": {}}
    config = {"name": "d", "units": 3, "kernel_initializer": made}
    with custom_object_scope({"half": lambda shape: np.full(shape, 0.5)}):
        assert layer_arguments(Dense, config)["init"] == made
        layer = make_layer({"class_name": "Dense", "config": config})
        layer.connect((None, 2))
    np.testing.assert_array_equal(layer.get_weights()[0], np.full((2, 3), 0.5))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (["Dense"], "a model's configuration is "),
        ({"class_name": "Functional", "config": {}}, "models of class 'Functional' are not"),
        (sequential(None), "the configuration of the Sequential lists no layers"),
        (sequential(["Dense"]), "a layer's configuration is a dictionary, got 'Dense'"),
        (sequential([{"config": {}}]), "a layer's configuration has a class_name and a config"),
        (sequential([{"class_name": "InputLayer", "config": {}}]), "has no batch_input_shape"),
    ],
)
def test_what_is_no_configuration(config, message):
    with pytest.raises(ConfigError, match=message):
        read_architecture(config)
