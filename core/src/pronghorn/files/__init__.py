"""Model files: HDF5 in the layout of Keras 1, and architectures as JSON and YAML."""

from pronghorn.files.loading import load_model, load_weights
from pronghorn.files.saving import save_model, save_weights
from pronghorn.files.text import (
    model_from_config,
    model_from_json,
    model_from_yaml,
    model_to_json,
    model_to_yaml,
)

__all__ = [
    "load_model",
    "load_weights",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "model_to_json",
    "model_to_yaml",
    "save_model",
    "save_weights",
]
