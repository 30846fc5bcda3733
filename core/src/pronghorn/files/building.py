"""Builds a model from a configuration that came from outside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from pronghorn.components.branches import each_once
from pronghorn.errors import ConfigError, PronghornError
from pronghorn.files.allocation import WeightBudget
from pronghorn.files.packs import check_packs
from pronghorn.files.plain import plain_data, refuse_code
from pronghorn.files.translation import make_layer, read_architecture

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential


def build_model(
    config: Any,
    safe_mode: bool = True,
    packs: Any = None,
    budget: WeightBudget | None = None,
) -> "Sequential":
    """A model, not compiled, from `{"class_name": "Sequential", "config": ...}`.

    Args:
        config: configuration of Pronghorn or any Keras generation.
        safe_mode: whether functions stored as code are refused.
        packs: the record of packs that came with it.
        budget: bound on the weights that it may ask for.
    """
    from pronghorn.models.sequential import Sequential

    plain = plain_data(config)
    if safe_mode:
        refuse_code(plain)
    architecture = read_architecture(plain)
    check_packs(packs, training=False)
    with budget.watching() if budget else nullcontext(), each_once():
        layers = []
        for entry in architecture.entries:
            with _blamed_on(entry):
                layers.append(make_layer(entry))
        # Models inside have no names in Keras 1's files: counted first, they get those of the
        # script that made them, and weights are found by name.
        model = Sequential(name=architecture.name)
        for entry, layer in zip(architecture.entries, layers, strict=True):
            with _blamed_on(entry):
                layer.expect_weights(budget.stored.get(layer.name, ()) if budget else ())
                model.add(layer)
    return model


@contextmanager
def _blamed_on(entry: Mapping[str, Any]) -> Iterator[None]:
    """Whatever a layer raises at its configuration, say which layer it was."""
    try:
        yield
    except PronghornError:
        raise
    except Exception as error:
        name = entry["config"].get("name")
        raise ConfigError(
            f"layer {name!r} ({entry['class_name']}) cannot be made of its configuration: {error}"
        ) from error
