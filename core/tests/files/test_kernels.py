"""Kernels of files of each generation come to layers as these have them."""

import h5py
import numpy as np
import pytest

from pronghorn.layers import Convolution2D, SeparableConvolution2D
from pronghorn.models import Sequential, load_model

LAYERS = {
    # As many channels as rows and columns: nothing is seen of a wrong order but its numbers.
    Convolution2D: {"nb_filter": 3, "nb_row": 3, "nb_col": 3},
    SeparableConvolution2D: {"nb_filter": 2, "nb_row": 3, "nb_col": 2, "depth_multiplier": 2},
}


def rewritten_as_keras_2(path, arrays, slots):
    """Make of a model's file one in which Keras 2 keeps these weights and optimizer's arrays."""
    with h5py.File(path, "r+") as file:
        group = file["model_weights"]
        group.attrs["keras_version"], group.attrs["backend"] = b"2.4.0", b"tensorflow"
        held = [layer[name] for layer in group.values() for name in layer.attrs["weight_names"]]
        state = file["optimizer_weights"]
        held += [state[name] for name in state.attrs["weight_names"] if state[name].shape]
        for dataset, array in zip(held, [*arrays, *slots], strict=True):
            name, parent = dataset.name, dataset.parent
            del parent[name]
            parent.create_dataset(name, data=array)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.__name__)
def test_keras_2_keeps_kernels_channels_last_where_images_are_channels_first(layer, tmp_path):
    rng = np.random.default_rng(0)
    x, path = rng.normal(size=(2, 5, 4, 3)), tmp_path / "m.h5"
    first, last = (
        Sequential([layer(**LAYERS[layer], dim_ordering=ordering, input_shape=shape)])
        for ordering, shape in (("th", (3, 5, 4)), ("tf", (5, 4, 3)))
    )
    last.set_weights([rng.normal(size=array.shape) for array in last.get_weights()])
    first.compile("rmsprop", "mse")
    first.save(path)
    slots = [rng.uniform(size=array.shape) for array in last.get_weights()]
    rewritten_as_keras_2(path, last.get_weights(), slots)

    found = load_model(path)
    expected = np.moveaxis(last.predict(x), -1, 1)
    np.testing.assert_allclose(found.predict(np.moveaxis(x, -1, 1)), expected, rtol=1e-5, atol=1e-6)
    state = {np.shape(array): array for _, array in found.optimizer_arrays()}
    kernel = np.transpose(slots[0], (3, 2, 0, 1))
    np.testing.assert_array_equal(state[kernel.shape], np.float32(kernel))
