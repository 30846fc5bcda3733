"""Architectures as JSON and YAML."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn.components.custom import restoring_scope
from pronghorn.errors import ConfigError

if TYPE_CHECKING:
    from pronghorn.models.sequential import Sequential

TAGS = "tag:yaml.org,2002:python/"
"""What PyYAML puts before the names of Python's own types."""


def model_to_json(model: "Sequential", **options: Any) -> str:
    """The architecture as JSON, without weights, as Keras 1 writes and reads it.

    `options` go to `json.dumps`.
    """
    return json.dumps(_described(model), **options)


def model_from_json(
    text: str, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> "Sequential":
    """The model, with new weights, that JSON of Pronghorn or any Keras generation describes.

    Args:
        text: what `model.to_json()` returned.
        custom_objects: classes and functions by name, for this call only.
        safe_mode: whether functions stored as code are refused.

    Raises:
        ConfigError: the text is no JSON, or not that of a Sequential.
        UnknownComponentError: no pack brings a class or function that it names.
    """
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"the text is not JSON: {error}") from error
    return model_from_config(config, custom_objects, safe_mode)


def model_to_yaml(model: "Sequential", **options: Any) -> str:
    """The architecture as YAML, without weights; `options` go to `yaml.safe_dump`."""
    text: str = _yaml().safe_dump(_described(model), **options)
    return text


def model_from_yaml(
    text: str, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> "Sequential":
    """The model, with new weights, that YAML of Pronghorn or Keras 1 or 2 describes.

    Read by PyYAML's safe loader, which makes plain data only. Of the tags that Keras writes,
    `!!python/tuple` is understood as a list and NumPy's scalars as numbers. Arguments and errors
    as for `model_from_json`.
    """
    yaml = _yaml()

    class Loader(yaml.SafeLoader):  # type: ignore[name-defined, misc]
        """The safe loader and a few tags more."""

    Loader.add_constructor(f"{TAGS}tuple", Loader.construct_yaml_seq)
    Loader.add_constructor(f"{TAGS}object/apply:numpy.dtype", _dtype)
    for module in ("core", "_core"):
        Loader.add_constructor(f"{TAGS}object/apply:numpy.{module}.multiarray.scalar", _scalar)
    try:
        config = yaml.load(text, Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"the text is not the YAML of a model: {error}") from error
    return model_from_config(config, custom_objects, safe_mode)


def _dtype(loader: Any, node: Any) -> np.dtype[Any]:
    """NumPy's type of numbers, from its code and its order of bytes; no other type is made."""
    match loader.construct_mapping(node, deep=True):
        case {"args": [str(code), *_], "state": [_, "<" | ">" | "|" as order, *_]}:
            if code[0] in "biuf" and code[1:] in ("1", "2", "4", "8"):
                found: np.dtype[Any] = np.dtype(order + code)
                return found
    raise ConfigError("the text has a NumPy type that is none of numbers")


def _scalar(loader: Any, node: Any) -> Any:
    """A number that Keras left to NumPy, such as the units that come out of Flatten."""
    match loader.construct_sequence(node, deep=True):
        case [np.dtype() as dtype, bytes(data)] if len(data) == dtype.itemsize:
            return np.frombuffer(data, dtype)[0].item()
    raise ConfigError("the text has a NumPy scalar that is no number")


def model_from_config(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True
) -> "Sequential":
    """The model, with new weights, that `{"class_name": "Sequential", "config": ...}` describes.

    A list, as `Sequential.get_config()` returns it, raises TypeError as in Keras 1:
    `Sequential.from_config` takes that.
    """
    from pronghorn.files.building import build_model

    if isinstance(config, list | tuple):
        raise TypeError("model_from_config takes a dictionary; Sequential.from_config takes lists")
    packs = config.get("pronghorn_components") if isinstance(config, Mapping) else None
    with restoring_scope(custom_objects):
        return build_model(config, safe_mode, packs)


def _described(model: "Sequential") -> dict[str, Any]:
    from pronghorn.files.describing import KERAS_VERSION, describe_architecture
    from pronghorn.files.packs import record_packs, warn_of_lambdas

    warn_of_lambdas(model, training=False)
    return {
        **describe_architecture(model),
        "keras_version": KERAS_VERSION,
        "pronghorn_components": record_packs(model),
    }


def _yaml() -> Any:
    try:
        import yaml
    except ImportError as error:
        raise ImportError("YAML needs PyYAML: pip install 'pronghorn-core[yaml]'") from error
    return yaml
