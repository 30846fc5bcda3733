"""Files name the packs that they need, and a missing pack is missed by name."""

import json

import h5py
import pytest

from pronghorn import hooks, registry
from pronghorn.errors import ModelFileError, UnknownComponentError
from pronghorn.files.packs import check_packs, layer_identifier, record_packs
from pronghorn.layers import Dense, Dropout, TimeDistributed
from pronghorn.models import Sequential, load_model, model_from_json, model_from_yaml
from pronghorn.registry import manager

LAYER = """
from pronghorn.components.layer import Layer

class Twice(Layer):
    def forward(self, x, ctx):
        return x

class Dense(Twice):
    pass
"""


@pytest.fixture
def acme(make_pack):
    """Installs a pack with two layers, one of them called like an official one."""
    make_pack(
        "acme-layers",
        {"pronghorn.layers": {"Twice": "acme_layers:Twice", "Dense": "acme_layers:Dense"}},
        {"acme_layers": LAYER},
        version="2.1",
    )
    return registry.load("layers", "Twice")


def model(*layers):
    made = Sequential(
        [Dense(3, input_dim=2, activation="relu", W_regularizer="l2"), *layers], seed=1
    )
    made.compile("adam", "mse", metrics=["mae"])
    return made


def test_record_lists_every_kind():
    version = registry.find("layers", "Dense").version
    assert record_packs(model(Dropout(0.5))) == {
        "layers": {
            "Dense": f"pronghorn-layers {version}",
            "Dropout": f"pronghorn-layers {version}",
        },
        "activations": {"relu": f"pronghorn-activations {version}"},
        "initializers": {
            "glorot_uniform": f"pronghorn-initializers {version}",
            "zero": f"pronghorn-initializers {version}",
        },
        "regularizers": {"L1L2Regularizer": f"pronghorn-regularizers {version}"},
        "optimizers": {"Adam": f"pronghorn-optimizers {version}"},
        "objectives": {"mse": f"pronghorn-objectives {version}"},
        "metrics": {"mae": f"pronghorn-metrics {version}"},
    }


def test_layer_of_a_pack_is_found_again(acme, tmp_path):
    made = model(acme(name="t"))
    made.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert (
            json.loads(file.attrs["pronghorn_components"])["layers"]["Twice"] == "acme-layers 2.1"
        )
    assert type(load_model(tmp_path / "m.h5").layers[1]) is acme


def test_layer_named_like_an_official_one_is_stored_qualified(acme, tmp_path):
    theirs = registry.load("layers", "acme-layers:Dense")
    made = model(theirs(name="t"))
    assert layer_identifier(made.layers[0]) == "Dense"
    assert layer_identifier(made.layers[1]) == "acme-layers:Dense"
    made.save(tmp_path / "m.h5")
    restored = load_model(tmp_path / "m.h5")
    assert [type(layer) for layer in restored.layers] == [Dense, theirs]


def test_missing_pack_gives_its_name_and_the_command(acme, tmp_path, monkeypatch):
    path = tmp_path / "m.h5"
    made = model(acme(name="t"))
    made.save(path)
    text = made.to_json()
    monkeypatch.setenv("PRONGHORN_DISABLE_PACKS", "acme-layers")
    registry.refresh()
    expected = (
        "the model needs the layer 'Twice' of pack acme-layers 2.1, not installed here: run "
        "`pronghorn install acme-layers`, or pass what is missing as custom_objects"
    )
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    assert str(caught.value) == f"{path}: {expected}"
    with pytest.raises(ModelFileError) as caught:
        model_from_json(text)
    assert str(caught.value) == expected
    assert type(load_model(path, {"Twice": acme}).layers[1]) is acme


def test_layers_inside_layers_are_recorded(acme):
    made = Sequential([TimeDistributed(acme(), input_shape=(3, 2))])
    assert record_packs(made)["layers"]["Twice"] == "acme-layers 2.1"


def square(x):
    return x * x


def distance(y_true, y_pred):
    return abs(y_true - y_pred)


def test_a_missing_function_says_how_to_give_it(tmp_path):
    made = Sequential([Dense(3, input_dim=2, activation=square)])
    made.compile("sgd", distance)
    made.save(tmp_path / "m.h5")
    hint = r"as custom_objects=\{'square': ...\}, or .* by @ph.register.activation\('square'\)"
    with pytest.raises(ModelFileError, match=hint):
        load_model(tmp_path / "m.h5")
    for restore, text in [(model_from_json, made.to_json()), (model_from_yaml, made.to_yaml())]:
        with pytest.raises(UnknownComponentError, match=hint):
            restore(text)
    given = {"square": square, "distance": distance}
    with pytest.raises(ModelFileError, match=r"no objective 'distance'.*custom_objects"):
        load_model(tmp_path / "m.h5", {"square": square})
    assert load_model(tmp_path / "m.h5", given).loss == "distance"


def test_a_misspelt_layer_names_the_nearest_and_custom_objects():
    text = (
        Sequential([Dense(3, input_dim=2)])
        .to_json()
        .replace('"class_name": "Dense"', '"class_name": "Densee"')
    )
    with pytest.raises(UnknownComponentError, match=r"Did you mean 'Dense'\? .*custom_objects"):
        model_from_json(text)


def test_lambdas_are_warned_of_when_they_are_saved(tmp_path):
    made = Sequential([Dense(3, input_dim=2, activation=lambda x: x * x)])
    with pytest.warns(UserWarning, match="a lambda as activation") as warned:
        made.save(tmp_path / "m.h5")
    assert warned[0].filename == __file__
    with pytest.warns(UserWarning, match=r"custom_objects=\{'function'") as warned:
        made.to_json()
    assert warned[0].filename == __file__
    made.save_weights(tmp_path / "w.h5")
    assert load_model(tmp_path / "m.h5", {"function": square}).layers[0].activation.name == "square"


def test_a_lambda_as_loss_matters_only_where_the_compilation_is_saved(tmp_path):
    made = Sequential([Dense(3, input_dim=2)])
    made.compile("sgd", lambda y_true, y_pred: abs(y_true - y_pred))
    made.to_json()
    with pytest.warns(UserWarning, match="a lambda as objective"):
        made.save(tmp_path / "m.h5")
    with pytest.raises(ModelFileError, match=r"custom_objects=\{'<lambda>': ...\}\.$"):
        load_model(tmp_path / "m.h5")
    load_model(tmp_path / "m.h5", {"<lambda>": distance})


def test_missing_optimizer_does_not_matter_without_compiling():
    record = {"optimizers": {"signum": "acme-optimizers 1.0"}}
    check_packs(record, training=False)
    with pytest.raises(ModelFileError, match="`pronghorn install acme-optimizers`"):
        check_packs(record, training=True)


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {"layers": ["x"]},
        {"layers": {"X": 1}},
        {"layers": {"X": "acme; rm -rf / 1.0"}},
        {"layers": {"X": "acme $(reboot)"}},
        {"layers": {"X": "acme"}},
    ],
    ids=str,
)
def test_unsound_records_are_passed_over(record):
    """The record comes from the file: nothing of it goes into a command that is not a name."""
    check_packs(record, training=True)


def test_format_of_a_pack_is_chosen_by_the_ending(tmp_path):
    class Text:
        name = "text"
        suffixes = (".txt",)

        def save(self, model, path):
            path.write_text(model.to_json())

        def load(self, path):
            return model_from_json(path.read_text())

    class Plugin:
        @staticmethod
        @hooks.hookimpl
        def pronghorn_model_formats():
            return [Text()]

    name = manager.register(Plugin())
    try:
        made = model()
        made.save(tmp_path / "m.txt")
        assert (tmp_path / "m.txt").read_text() == made.to_json()
        assert load_model(tmp_path / "m.txt").get_config() == made.get_config()
        with pytest.raises(ModelFileError, match="exists"):
            made.save(tmp_path / "m.txt", overwrite=False)
        made.save(tmp_path / "m.h5")
        assert h5py.is_hdf5(tmp_path / "m.h5")
    finally:
        manager.unregister(name)
