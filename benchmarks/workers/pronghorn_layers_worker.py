"""Pronghorn's side of the comparison of layers."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from layer_shapes import SHAPES, WORDS
from protocol import serve

from pronghorn.components.layer import Layer
from pronghorn.models import Sequential
from pronghorn.testing import Circuit
from pronghorn.testing.example import Example

BATCH = 32
"""Samples, for a layer whose own example is taken."""

CONFIGS: dict[str, dict[str, Any]] = {
    "Activation": {"activation": "relu"},
    "AtrousConvolution1D": {"nb_filter": 128, "filter_length": 3, "atrous_rate": 2},
    "AtrousConvolution2D": {"nb_filter": 32, "nb_row": 3, "nb_col": 3, "atrous_rate": (2, 2)},
    "Bidirectional": {"layer": {"class_name": "LSTM", "config": {"output_dim": 64}}},
    "ConvLSTM2D": {
        "nb_filter": 32,
        "nb_row": 3,
        "nb_col": 3,
        "border_mode": "same",
        "return_sequences": True,
    },
    "Conv1DTranspose": {"filters": 128, "kernel_size": 3},
    "Conv2DTranspose": {"filters": 32, "kernel_size": 3},
    "Conv3DTranspose": {"filters": 16, "kernel_size": 3},
    "Convolution1D": {"nb_filter": 128, "filter_length": 3},
    "Convolution2D": {"nb_filter": 32, "nb_row": 3, "nb_col": 3},
    "Convolution3D": {"nb_filter": 16, "kernel_dim1": 3, "kernel_dim2": 3, "kernel_dim3": 3},
    "Deconvolution2D": {
        "nb_filter": 32,
        "nb_row": 3,
        "nb_col": 3,
        "output_shape": (None, 57, 57, 32),
        "subsample": (2, 2),
    },
    "Dense": {"output_dim": 512},
    "DepthwiseConv2D": {"kernel_size": 3},
    "Dropout": {"p": 0.5},
    "Embedding": {"input_dim": WORDS, "output_dim": 128},
    "GRU": {"output_dim": 128, "return_sequences": True},
    "GaussianDropout": {"p": 0.5},
    "GaussianNoise": {"sigma": 0.1},
    "Highway": {"activation": "relu"},
    "LSTM": {"output_dim": 128, "return_sequences": True},
    "LayerNormalization": {"epsilon": 1e-5},
    "MaxoutDense": {"output_dim": 128, "nb_feature": 4},
    "MultiHeadAttention": {"num_heads": 4, "key_dim": 32},
    "PReLU": {"shared_axes": [1, 2]},
    "ParametricSoftplus": {"shared_axes": [1, 2]},
    "Permute": {"dims": (2, 1)},
    "RepeatVector": {"n": 10},
    "Reshape": {"target_shape": (-1,)},
    "SeparableConvolution2D": {"nb_filter": 32, "nb_row": 3, "nb_col": 3},
    "SReLU": {"shared_axes": [1, 2]},
    "SimpleRNN": {"output_dim": 128, "return_sequences": True},
    "SpatialDropout1D": {"p": 0.5},
    "SpatialDropout2D": {"p": 0.5},
    "SpatialDropout3D": {"p": 0.5},
    "TimeDistributed": {"layer": {"class_name": "Dense", "config": {"output_dim": 128}}},
    "TimeDistributedDense": {"output_dim": 128},
}


def work(name: str) -> Callable[[], None]:
    """A pass forward and back through a layer: of its shape, or as its own example has it."""
    example = Example.of(next(iter(getattr(Layer.lookup(name), "examples", ())), {}))
    config = CONFIGS.get(name, {}) if name in SHAPES else dict(example.config)
    shape = SHAPES.get(name) or (example.batch or BATCH, *(example.shape or (5,)))
    entry = {"class_name": name, "config": {**config, "batch_input_shape": shape}}
    model = Sequential([Layer.get(entry)], seed=0)
    random = np.random.default_rng(0)
    integers = WORDS if name == "Embedding" else example.integers
    x = random.standard_normal(shape) if integers is None else random.integers(0, integers, shape)
    circuit = Circuit(model, shape, training=True)
    return circuit.repeated(x, random.standard_normal(circuit.output_shape))


if __name__ == "__main__":
    serve({sys.argv[1]: lambda: work(sys.argv[1])})
