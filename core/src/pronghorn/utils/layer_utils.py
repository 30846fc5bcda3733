"""Helpers on layers."""

from collections.abc import Iterable, Mapping
from typing import Any

from pronghorn.components.custom import custom_object_scope
from pronghorn.components.layer import Layer


def count_total_params(layers: Iterable[Layer]) -> tuple[int, int]:
    """Numbers of trainable and of other weights, each layer counted once."""
    weights = {id(weight): weight for layer in layers for weight in layer.weights}
    trainable = {id(weight) for layer in layers for weight in layer.trainable_weights}
    sizes = [(key in trainable, weight.size) for key, weight in weights.items()]
    return sum(size for is_on, size in sizes if is_on), sum(s for is_on, s in sizes if not is_on)


def layer_from_config(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Layer:
    """The layer that `{"class_name": ..., "config": {...}}` describes."""
    with custom_object_scope(custom_objects):
        return Layer.get(config)
