"""Keeps in a file where a model's random numbers are, so that training goes on with the next."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pronghorn.components.layer import Layer
from pronghorn.errors import ModelFileError

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential

BELOW = 2**64


def random_state(model: "Sequential") -> dict[str, Any]:
    """The model's seed, the keys of its layers, and the number of training steps so far."""
    return {
        "seed": None if model.seed is None else int(model.seed),
        "key": model.key,
        "keys_given": model.keys_given,
        "layers": [layer.key for layer in _all_layers(model)],
        "steps": model.steps,
    }


def restore_random_state(model: "Sequential", state: Any, compiled: bool) -> None:
    """Set what `random_state` gave, the steps only in a compiled model.

    Args:
        model: a model of the same layers.
        state: plain data from a file, or None, which changes nothing.
        compiled: whether the model was compiled as it was.

    Raises:
        ModelFileError: the data are no random state, or that of other layers.
    """
    if state is None:
        return
    layers = list(_all_layers(model))
    keys = state.get("layers") if isinstance(state, Mapping) else None
    if not isinstance(keys, list) or len(keys) != len(layers):
        raise ModelFileError(f"the random state is not that of {len(layers)} layers: {state!r:.80}")
    seed, key, given, steps = (state.get(n) for n in ("seed", "key", "keys_given", "steps"))
    numbers = [*keys, key, given, steps, 0 if seed is None else seed]
    if not all(isinstance(n, int) and n >= 0 for n in numbers) or max([*keys, steps]) >= BELOW:
        raise ModelFileError("the random state is not one of whole numbers from 0 to 2**64")
    model.seed = seed
    model.key, model.keys_given = key, given
    for layer, key in zip(layers, keys, strict=True):
        layer.key = key
    if compiled:
        model.steps = steps


def _all_layers(model: "Sequential") -> Iterator[Layer]:
    """The layers and those inside them, in an order that the same layers always have."""
    for layer in model.layers:
        yield from _with_inner(layer)


def _with_inner(layer: Layer) -> Iterator[Layer]:
    if layer.key is not None:
        yield layer
    for inner in layer.inner:
        yield from _with_inner(inner)
