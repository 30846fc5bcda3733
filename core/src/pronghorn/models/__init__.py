"""Models: `Sequential`, and the functions that read one from a file or a description."""

from pronghorn.files import (
    load_model,
    model_from_config,
    model_from_json,
    model_from_yaml,
    save_model,
)
from pronghorn.models.sequential import Sequential

__all__ = [
    "Sequential",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]
