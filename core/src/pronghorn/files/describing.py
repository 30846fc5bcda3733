"""Describes a model as plain data: architecture, and how it was compiled."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn.files.functions import stored
from pronghorn.files.packs import layer_identifier

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential

KERAS_VERSION = "1.2.2"
"""The release whose layout of configurations and files is written."""


def describe_architecture(model: "Sequential") -> dict[str, Any]:
    """`{"class_name": "Sequential", "config": [...]}`, as Keras 1 has it."""
    entries = zip(model.layers, model.get_config(), strict=True)
    layers = [
        {"class_name": layer_identifier(layer), "config": to_json_data(entry["config"])}
        for layer, entry in entries
    ]
    return {"class_name": "Sequential", "config": layers}


def describe_training(model: "Sequential") -> dict[str, Any]:
    """The five entries of Keras 1's `training_config`; functions by their names."""
    optimizer: Any = model.optimizer
    described = {
        "optimizer_config": {
            "class_name": type(optimizer).__name__,
            "config": optimizer.get_config(),
        },
        "loss": model.loss,
        "metrics": model.metrics,
        "sample_weight_mode": model.sample_weight_mode,
        "loss_weights": model.loss_weights,
    }
    plain: dict[str, Any] = to_json_data(described)
    return plain


def to_json_data(value: Any) -> Any:
    """`value` with tuples as lists, NumPy's numbers as Python's, components by their names."""
    if isinstance(value, Mapping):
        return {
            str(key): to_json_data(stored(entry) if _is_code(key, value) else entry)
            for key, entry in value.items()
        }
    if isinstance(value, list | tuple):
        return [to_json_data(entry) for entry in value]
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if hasattr(value, "to_identifier"):
        return to_json_data(value.to_identifier())
    return getattr(value, "__name__", value)


def _is_code(key: Any, config: Mapping[str, Any]) -> bool:
    """Whether an entry of a layer's configuration is a function to be stored as its code."""
    return callable(config[key]) and config.get(f"{key}_type") == "lambda"
