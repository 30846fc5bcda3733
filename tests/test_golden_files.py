"""Files that Keras 1, 2 and 3 saved load, predict, evaluate and train on as they did there."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import golden
import h5py
import numpy as np
import pytest

from pronghorn import backend, registry
from pronghorn.components.steps import one_or_all
from pronghorn.components.weight import Weight
from pronghorn.errors import ConfigError, ModelFileError
from pronghorn.models import load_model, model_from_json, model_from_yaml

# What is asked of numbers that both sides computed in float32.
SINGLE = {"rtol": 1e-5, "atol": 1e-6}


class Saved:
    """The files of one saved model and what its writer computed with it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = golden.unpack(name, folder)
        self.model = self.folder / "model.h5"
        self.close = golden.EXACT if "float64" in name else SINGLE
        with np.load(self.folder / "expected.npz", allow_pickle=False) as arrays:
            self.expected = {key: arrays[key] for key in arrays.files}

    def numbered(self, name: str) -> list[np.ndarray]:
        keys = sorted((k for k in self.expected if k[len(name) :].isdigit()), key=_number)
        return [self.expected[key] for key in keys if key.startswith(name)]

    @property
    def x(self) -> Any:
        """The input, or the list of several."""
        return one_or_all(self.numbered("x"))

    def own_form(self, array: np.ndarray, weight: Weight) -> np.ndarray:
        """A stored weight as this library has it: kernels over sequences have a second axis."""
        if weight.shape[1:2] == (1,) and array.ndim == len(weight.shape) - 1:
            array = array[:, np.newaxis]
        return self.turned(array, weight.spatial_axes)

    def turned(self, array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
        """A kernel as this library has it: Theano's are turned round."""
        return np.flip(array, axes) if "theano" in self.name else array


def _rows(x: Any, part: slice) -> Any:
    return [array[part] for array in x] if isinstance(x, list) else x[part]


def _number(key: str) -> int:
    return int("".join(filter(str.isdigit, key)))


@pytest.fixture
def saved(request, tmp_path) -> Iterator[Saved]:
    backend.reset_uids()
    backend.set_floatx("float64" if "float64" in request.param else "float32")
    backend.set_image_dim_ordering(MODELS[request.param].get("image_dim_ordering_default", "tf"))
    yield Saved(request.param, tmp_path)
    backend.set_floatx("float32")
    backend.set_image_dim_ordering("tf")


def _infos() -> dict[str, dict]:
    """What is known about each saved model."""
    with zipfile.ZipFile(golden.FOLDER / "files.zip") as archive:
        paths = [name for name in archive.namelist() if name.endswith("/info.json")]
        return {str(Path(name).parent): json.loads(archive.read(name)) for name in sorted(paths)}


MODELS = _infos()
KNOWN = {name for entry in registry.entries("layers") for name in entry.names} | {"Sequential"}
LOADABLE = [name for name, info in MODELS.items() if set(info["layers"]) <= KNOWN]


def in_layers(model):
    """The weights layer by layer, which is the order of `get_weights`."""
    return model.ordered_weights


def loadable(select=lambda name: True, otherwise=None):
    """The loadable models of which `select` is true, as values of the fixture `saved`."""
    chosen = [_marked(name, otherwise or {}) for name in LOADABLE if select(name)]
    return pytest.mark.parametrize("saved", chosen, indirect=True)


LOST_PRODUCT = "Keras 1 loses Nadam's product of momenta when it loads a model; here it is kept"
RESUMED_OTHERWISE = {
    "keras1_theano/bn_regression": LOST_PRODUCT,
    "keras1_theano_float64/bn_regression": LOST_PRODUCT,
    "tfkeras_2_15/cnn": "TensorFlow 2's fused batch normalization follows the unbiased variance",
}


def _marked(name, reasons):
    if name not in reasons:
        return name
    return pytest.param(name, marks=pytest.mark.xfail(reason=reasons[name], strict=True))


def test_some_of_every_writer_are_loadable():
    assert {name.split("/")[0] for name in LOADABLE} == {name.split("/")[0] for name in MODELS}


@loadable()
def test_weights_and_predictions(saved):
    model = load_model(saved.model)
    for weight, array in zip(in_layers(model), saved.numbered("w"), strict=True):
        np.testing.assert_array_equal(weight.value, saved.own_form(array, weight))
    found = model.predict(saved.x)
    np.testing.assert_allclose(found, saved.expected["predict"], **saved.close)


@loadable()
def test_evaluation_and_optimizer_state(saved):
    model = load_model(saved.model)
    assert model.compiled == ("uncompiled" not in saved.name)
    if "evaluate" in saved.expected:
        # In batches of four, as there: masks are weighted by batch.
        data = saved.x, saved.expected["y_train"]
        found = model.evaluate(*data, batch_size=4, verbose=0)
        np.testing.assert_allclose(found, saved.expected["evaluate"], **saved.close)
    expected = saved.numbered("opt_state")
    if expected:
        axes = {w.name: w.spatial_axes for w in model.weights}
        for (name, array), wanted in zip(model.optimizer_arrays(), expected, strict=True):
            kernel = name.rpartition("_")[0]
            np.testing.assert_array_equal(array, saved.turned(wanted, axes.get(kernel, ())))


@loadable(lambda name: MODELS[name]["resume_available"], RESUMED_OTHERWISE)
def test_training_goes_on(saved):
    model = load_model(saved.model)
    x, y = saved.x, saved.expected["y_train"]
    rows = [slice(0, 4), slice(4, 8), slice(8, 12)][: len(saved.expected["resume_loss"])]
    losses = [np.ravel(model.train_on_batch(_rows(x, part), y[part]))[0] for part in rows]
    np.testing.assert_allclose(losses, saved.expected["resume_loss"], **saved.close)
    for weight, array in zip(in_layers(model), saved.numbered("resume_w"), strict=False):
        expected = saved.own_form(array, weight)
        np.testing.assert_allclose(weight.value, expected, **saved.close)


@loadable(lambda name: name.endswith("/mlp"))
def test_state_of_adam_is_at_its_weights(saved):
    """Squares are positive and means are not all so; each has its weight's shape."""
    model = load_model(saved.model)
    state = dict(model.optimizer_arrays())
    assert state.pop("iterations") == 3
    for weight in model.trainable_weights:
        assert state[f"{weight.name}_mean"].shape == weight.shape
        assert (state[f"{weight.name}_square"] > 0).any()
    assert min(array.min() for name, array in state.items() if name.endswith("_square")) >= 0
    assert min(array.min() for name, array in state.items() if name.endswith("_mean")) < 0


@loadable()
@pytest.mark.parametrize("by_name", [False, True])
def test_architecture_and_weights_apart(saved, by_name):
    model = model_from_json((saved.folder / "arch.json").read_text())
    weights = saved.folder / "weights.h5"
    model.load_weights(weights if weights.exists() else saved.model, by_name=by_name)
    found = model.predict(saved.x)
    np.testing.assert_allclose(found, saved.expected["predict"], **saved.close)
    yaml = saved.folder / "arch.yaml"
    if yaml.exists():
        assert model_from_yaml(yaml.read_text()).get_config() == model.get_config()


@loadable()
def test_saving_again_keeps_everything(saved, tmp_path):
    first = load_model(saved.model)
    first.save(tmp_path / "again.h5")
    second = load_model(tmp_path / "again.h5")
    x = saved.x
    np.testing.assert_array_equal(first.predict(x), second.predict(x))
    assert first.get_config() == second.get_config()
    if first.compiled:
        for (name, old), (_, new) in zip(
            first.optimizer_arrays(), second.optimizer_arrays(), strict=True
        ):
            np.testing.assert_array_equal(old, new, err_msg=name)


@loadable(lambda name: name.startswith("keras1"))
def test_written_files_are_laid_out_as_those_of_keras_1(saved, tmp_path):
    load_model(saved.model).save(tmp_path / "again.h5")
    with h5py.File(saved.model) as theirs, h5py.File(tmp_path / "again.h5") as ours:
        assert _kinds(theirs).items() <= _kinds(ours).items()
        assert _outline(theirs) == _outline(ours)
        _check_config(json.loads(theirs.attrs["model_config"]), ours, "model_config")
        if "training_config" in theirs.attrs:
            _check_config(json.loads(theirs.attrs["training_config"]), ours, "training_config")


def _kinds(thing: h5py.Group) -> dict[str, tuple[object, ...]]:
    """How each attribute is stored: texts of variable length in ASCII, or anything else."""
    found = {}
    for name in thing.attrs:
        attribute = h5py.h5a.open(thing.id, name.encode())
        kind = attribute.get_type()
        text = isinstance(kind, h5py.h5t.TypeStringID)
        how = (kind.is_variable_str(), kind.get_cset()) if text else (attribute.dtype,)
        found[name] = (*how, attribute.shape)
    return found


def _outline(file: h5py.File) -> list[object]:
    """Layers and optimizer: attributes, then type and shape of each array in order."""
    layers = [layer.decode() for layer in file["model_weights"].attrs["layer_names"]]
    groups = [file["model_weights"][name] for name in layers]
    if "optimizer_weights" in file:
        groups.append(file["optimizer_weights"])
    arrays = [[g[n] for n in g.attrs["weight_names"]] for g in groups]
    return [
        sorted(file),
        [(group.name, _kinds(group)) for group in [file["model_weights"], *groups]],
        [[(array.dtype, array.shape) for array in entries] for entries in arrays],
    ]


def _check_config(theirs: object, ours: h5py.File, name: str) -> None:
    """All that Keras wrote is there; Pronghorn may write more arguments."""
    _check_contains(json.loads(ours.attrs[name]), theirs, name)


def _check_contains(found: object, wanted: object, where: str) -> None:
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            _check_contains(found[key], value, f"{where}.{key}")
    elif isinstance(wanted, list):
        for index, (one, other) in enumerate(zip(found, wanted, strict=True)):
            _check_contains(one, other, f"{where}[{index}]")
    else:
        assert found == wanted, where


@pytest.mark.parametrize("name", [name for name in MODELS if name not in LOADABLE])
def test_models_with_layers_that_are_not_installed_say_so(name, tmp_path):
    path = golden.unpack(name, tmp_path) / "model.h5"
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: the model cannot be restored: ")
    assert any(f"layer {missing!r}" in message for missing in set(MODELS[name]["layers"]) - KNOWN)


def test_keras_3_archives_are_named_as_what_they_are(tmp_path):
    folder = golden.unpack("keras3_torch/mlp", tmp_path)
    with pytest.raises(ModelFileError, match=r"zip archive, like the \.keras files of Keras 3"):
        load_model(folder / "model.keras")
    with pytest.raises(ModelFileError, match=r"weights in the \.weights\.h5 format of Keras 3"):
        load_model(folder / "weights.weights.h5")


def test_json_that_is_none():
    with pytest.raises(ConfigError, match="the text is not JSON: Expecting value"):
        model_from_json("nothing")


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:numpy.dtype {args: [O8, 0, 1], state: [3, '|']}",
        "!!python/object/apply:numpy.dtype {args: []}",
        "!!python/object/apply:numpy.core.multiarray.scalar [1, !!binary AAAA]",
        "!!python/object/apply:os.system ['true']",
    ],
)
def test_no_other_objects_are_made_of_yaml(text):
    with pytest.raises(ConfigError):
        model_from_yaml(f"class_name: {text}")
