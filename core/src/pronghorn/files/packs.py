"""The packs that a model's components come from: recorded in files, missed by name on loading."""

import re
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pronghorn import registry
from pronghorn.components.component import Component
from pronghorn.components.custom import NAMELESS, find_custom_object
from pronghorn.components.layer import Layer
from pronghorn.errors import (
    AmbiguousComponentError,
    BrokenPackError,
    ModelFileError,
    UnknownComponentError,
)

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential

Record = dict[str, dict[str, str]]
"""By kind and identifier: "pack version"."""

TRAINING_KINDS = frozenset({"objectives", "metrics", "optimizers"})

_SOURCE = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*) [0-9A-Za-z.+!_-]{1,40}", re.ASCII)


def record_packs(model: "Sequential") -> Record:
    """Pack and version of each component of the model that a pack brings."""
    record: Record = {}
    for kind, identifier in _components(model, training=model.compiled):
        entry = _find(kind, identifier)
        if entry is not None and entry.pack != registry.LOCAL:
            record.setdefault(kind, {})[identifier] = entry.source
    return record


def warn_of_lambdas(model: "Sequential", training: bool) -> None:
    """Warn of components that have no name under which they could be found again.

    Called at the same depth below `model.save` and `model.to_json`, whose caller is warned.
    """
    for kind, identifier in dict.fromkeys(_components(model, training)):
        if identifier in NAMELESS and _find(kind, identifier) is None:
            word = registry.singular(kind)
            warnings.warn(
                f"the model has a lambda as {word}, which has no name of its own: it is loaded "
                f"only with custom_objects={{{identifier!r}: ...}}. Use a function with a name, "
                f"under @ph.register.{word}",
                stacklevel=5,
            )


def check_packs(record: Any, training: bool) -> None:
    """Raise ModelFileError if a recorded component is missing, naming the packs to install.

    Args:
        record: what `record_packs` returned, read from a file and so not to be trusted.
        training: whether objective, metrics and optimizer are needed too.
    """
    missing = [
        (kind, identifier, pack, version)
        for kind, identifier, pack, version in _recorded(record)
        if (training or kind not in TRAINING_KINDS) and not _is_there(kind, identifier)
    ]
    if missing:
        named = ", ".join(
            f"the {registry.singular(kind)} {identifier!r} of pack {pack} {version}"
            for kind, identifier, pack, version in missing
        )
        packs = " ".join(sorted({pack for _, _, pack, _ in missing}))
        raise ModelFileError(
            f"the model needs {named}, not installed here: run `pronghorn install {packs}`, or "
            "pass what is missing as custom_objects"
        )


def layer_identifier(layer: Layer) -> str:
    """The name by which a layer's class is found again: qualified if the plain one is another's."""
    cls, plain = type(layer), layer.config_class
    if plain != cls.__name__:
        return plain
    usual = _find("layers", plain)
    if usual is not None and _is_class(usual, cls):
        return plain
    same_name = (entry for entry in registry.entries("layers") if plain in entry.names)
    return next((entry.qualified for entry in same_name if _is_class(entry, cls)), plain)


def _is_class(entry: registry.Entry, cls: type) -> bool:
    try:
        return registry.load_entry(entry) is cls
    except BrokenPackError:
        return False


def _components(model: "Sequential", training: bool) -> Iterator[tuple[str, str]]:
    for layer in model.layers:
        yield from _layer_components(layer)
    if training:
        yield from _training_components(model)


def _layer_components(layer: Layer) -> Iterator[tuple[str, str]]:
    yield "layers", layer_identifier(layer)
    for value in vars(layer).values():
        if isinstance(value, Component) and not isinstance(value, Layer):
            yield value.kind, _identifier(value)
    for inner in layer.inner:
        yield from _layer_components(inner)


def _training_components(model: "Sequential") -> Iterator[tuple[str, str]]:
    yield "optimizers", _identifier(model.optimizer)
    given = {"objectives": model.loss, "metrics": model.metrics}
    for kind, value in given.items():
        for thing in _flat(value):
            yield kind, thing if isinstance(thing, str) else _identifier(thing)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _flat(entry)
    elif value is not None:
        yield value


def _identifier(thing: Any) -> str:
    """The identifier of a component, its own name or that of its class, or of a function."""
    own = getattr(thing, "name", None) or getattr(thing, "__name__", None)
    return str(own or type(thing).__name__)


def _find(kind: str, identifier: str) -> registry.Entry | None:
    try:
        return registry.find(kind, identifier)
    except (UnknownComponentError, AmbiguousComponentError):
        return None


def _is_there(kind: str, identifier: str) -> bool:
    return find_custom_object(identifier) is not None or _find(kind, identifier) is not None


def _recorded(record: Any) -> Iterator[tuple[str, str, str, str]]:
    """The sound entries of a record; whatever else a file holds there is passed over."""
    for kind in registry.KINDS:
        entries = record.get(kind) if isinstance(record, Mapping) else None
        for identifier, source in entries.items() if isinstance(entries, Mapping) else ():
            if isinstance(source, str) and _SOURCE.fullmatch(source):
                pack, version = source.split(" ")
                yield kind, identifier, pack, version
