"""Bounds on what a configuration may be: plain data, of sensible size, without code."""

from collections.abc import Iterator, Mapping
from typing import Any

from pronghorn.errors import ConfigError
from pronghorn.files.functions import given

MOST_VALUES = 1_000_000
MOST_DEPTH = 100


def plain_data(value: Any) -> Any:
    """A copy made of dictionaries, lists, texts, numbers, booleans and None.

    A YAML document of some lines can stand for billions of values, because its anchors are
    references; the bound is on the values after all references are followed.

    Raises:
        ConfigError: another type, a key that is no text, too many or too deeply nested values.
    """
    return _copy(value, 0, iter(range(MOST_VALUES)))


def _copy(value: Any, depth: int, left: Iterator[int]) -> Any:
    if depth > MOST_DEPTH:
        raise ConfigError(f"the configuration is nested more than {MOST_DEPTH} levels deep")
    if next(left, None) is None:
        raise ConfigError(f"the configuration holds more than {MOST_VALUES:,} values")
    if isinstance(value, Mapping):
        return {_text(key): _copy(entry, depth + 1, left) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(entry, depth + 1, left) for entry in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise ConfigError(f"the configuration holds a {type(value).__name__}, which is not plain data")


def _text(key: Any) -> str:
    if not isinstance(key, str):
        raise ConfigError(f"the configuration has the key {key!r}; keys are texts")
    return key


def refuse_code(config: Any, owner: str = "the model") -> None:
    """Raise ConfigError if the plain data carry a function as marshalled code.

    Keras 1 and 2 mark it by a key such as `function_type` with the value "lambda", Keras 3 by
    the class name `__lambda__`.
    """
    if isinstance(config, list):
        for entry in config:
            refuse_code(entry, owner)
    if not isinstance(config, dict):
        return
    owner = _layer_name(config) or owner
    is_code = config.get("class_name") == "__lambda__" or _marks_lambda(config)
    if is_code and given(config) is None:
        raise ConfigError(
            f"{owner} holds a function as compiled code, which could do anything and so is not "
            "restored: load with safe_mode=False if you trust whoever made the file, or give the "
            "function by the layer's name in custom_objects"
        )
    for entry in config.values():
        refuse_code(entry, owner)


def _marks_lambda(config: dict[str, Any]) -> bool:
    return any(key.endswith("_type") and value == "lambda" for key, value in config.items())


def _layer_name(entry: dict[str, Any]) -> str | None:
    config = entry.get("config")
    if not isinstance(entry.get("class_name"), str) or not isinstance(config, dict):
        return None
    return f"layer {config.get('name')!r} ({entry['class_name']})" if "name" in config else None
