"""Brings the configurations of all Keras generations into the one form that layers take.

The names of arguments are translated by the components themselves (`components.spelling`). Here
is the rest: the wrapping of objects, entries that stand for no layer, values of another form, and
arguments that say nothing. Each table grows by a line.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pronghorn.components.branches import once
from pronghorn.components.component import own_arguments
from pronghorn.components.initializer import Initializer
from pronghorn.components.input import Input
from pronghorn.components.layer import Layer
from pronghorn.components.spelling import canonical_arguments
from pronghorn.errors import ConfigError, UnknownComponentError
from pronghorn.files.functions import restored
from pronghorn.files.initializers import INITIALIZERS

MODELS = ("Sequential",)
INPUTS = ("InputLayer",)
FUNCTIONS = ("function", "builtin_function_or_method")

FUNCTION_TYPES = frozenset({"function_type", "mode_type", "output_mask_type", "output_shape_type"})
"""Arguments that say how the function beside them is stored."""

NESTED = ("layer", "layers")
"""Arguments whose value is itself the configuration of a layer, or a list of them."""

IGNORED = frozenset(
    {
        "autocast",
        "backward_layer",
        "build_config",
        "dtype",
        "module",
        "registered_name",
        "renorm_momentum",
    }
)
"""Arguments that do not change what a layer computes here.

Keras 2 and 3 write the second layer of a Bidirectional beside the first, whose mirror it is, and
a momentum of batch renormalization beside the word that there is none.
"""


@dataclass(frozen=True)
class Architecture:
    """A model's own name, which Keras 1 does not store, and its layers' configurations."""

    name: str | None
    entries: tuple[dict[str, Any], ...]


def read_architecture(config: Any) -> Architecture:
    """The layers that a model's configuration lists, in Keras 1's form.

    Args:
        config: plain data `{"class_name": "Sequential", "config": ...}` of any Keras generation.

    Raises:
        ConfigError: it is not the configuration of a Sequential.
    """
    if not isinstance(config, Mapping) or "class_name" not in config:
        raise ConfigError(
            'a model\'s configuration is {"class_name": "Sequential", "config": [...]}, got '
            f"{str(config)[:80]!r}"
        )
    kind = _bare(config["class_name"])
    if kind not in MODELS:
        raise ConfigError(f"models of class {kind!r} are not supported: only Sequential is")
    body = _unwrapped(config.get("config"))
    if isinstance(body, list):
        return Architecture(None, tuple(_layer_entries(body, None)))
    if not isinstance(body, dict) or not isinstance(body.get("layers"), list):
        raise ConfigError("the configuration of the Sequential lists no layers")
    entries = _layer_entries(body["layers"], body.get("build_input_shape"))
    return Architecture(body.get("name"), tuple(entries))


SINCE_KERAS_3 = {"hard_sigmoid": {"class_name": "hard_sigmoid", "config": {"slope": 1 / 6}}}
"""Activations that Keras 3 made others of under their old names."""


def renamed_since(keras: int, config: Any) -> Any:
    """The configuration of a model of this Keras generation, its activations those of Keras 1."""
    if keras < 3:
        return config
    if isinstance(config, list):
        return [renamed_since(keras, entry) for entry in config]
    if not isinstance(config, Mapping):
        return config
    return {
        key: SINCE_KERAS_3[value]
        if key.endswith("activation") and isinstance(value, str) and value in SINCE_KERAS_3
        else renamed_since(keras, value)
        for key, value in config.items()
    }


def make_layer(entry: Mapping[str, Any]) -> Layer:
    """The layer that an entry of `read_architecture` describes; it has no weights yet."""
    name = entry["class_name"]
    found = Layer.lookup(name)
    if name in MODELS:
        inside = read_architecture(entry)
        model: Layer = found([make_layer(inner) for inner in inside.entries], inside.name)
        return model
    if not (isinstance(found, type) and issubclass(found, Layer)):
        raise ConfigError(f"{name!r} is {found!r}, which is no class of layers")
    return found.from_config(layer_arguments(found, entry["config"]))


def layer_arguments(layer: type[Layer], config: Mapping[str, Any]) -> dict[str, Any]:
    """A layer's configuration with only the arguments that its class has, under their names.

    Raises:
        ConfigError: an argument that the class lacks changes what the layer computes.
    """
    accepted = _accepted(layer)
    arguments: dict[str, Any] = {}
    left_out = IGNORED | FUNCTION_TYPES
    given = {key: value for key, value in config.items() if key not in left_out}
    for key, value in canonical_arguments(layer, given).items():
        if key in accepted:
            arguments[key] = _argument(key, value, config)
        elif not _says_nothing(key, value):
            raise ConfigError(
                f"layer {config.get('name')!r} ({layer.__name__}) has {key}={value!r}, which "
                "Pronghorn's layer of this class does not know"
            )
    if config.keys() & {"units", "filters"} and "consume_less" in accepted:
        # Since Keras 2, the weights of all gates lie side by side whatever `implementation` says.
        arguments["consume_less"] = "gpu"
    return {key: value for key, value in arguments.items() if value is not UNKNOWN}


UNKNOWN = object()

REGULARIZERS = {"L1": "L1L2Regularizer", "L2": "L1L2Regularizer"}
"""Classes of tf.keras and Keras 3 that are another class's special case."""


def _argument(key: str, value: Any, config: Mapping[str, Any]) -> Any:
    if config.get(f"{key}_type") == "lambda":
        return restored(value, config)
    if key in NESTED and isinstance(value, Mapping):
        return make_layer(_entry(value))
    if key in NESTED and isinstance(value, list):
        return [once(inner, _branch) for inner in value]
    if not isinstance(value, Mapping) or "class_name" not in value:
        return value
    if key.endswith(("init", "initializer")):
        return _initializer(value, str(config.get("name")))
    if key.endswith("regularizer"):
        name = value["class_name"]
        return {**value, "class_name": REGULARIZERS.get(name, name)}
    return value


def _branch(value: Mapping[str, Any]) -> Layer | Input:
    """A branch of a Merge, which may be an input alone."""
    entry = _entry(value)
    if entry["class_name"] in INPUTS:
        return Input(**_input_arguments(entry["config"]))
    return make_layer(entry)


def _initializer(value: Mapping[str, Any], layer: str) -> Any:
    name, config = value["class_name"], value.get("config") or {}
    if name not in INITIALIZERS and _is_known(name):
        return value
    found = INITIALIZERS[name](config) if name in INITIALIZERS else None
    if found is None:
        warnings.warn(
            f"layer {layer!r}: there is no initializer like {name} with {config}; weights drawn "
            "anew would use the layer's default",
            stacklevel=2,
        )
        return UNKNOWN
    return found


def _is_known(initializer: str) -> bool:
    try:
        Initializer.lookup(initializer)
    except UnknownComponentError:
        return False
    return True


def _says_nothing(key: str, value: Any) -> bool:
    """Whether an argument that a layer lacks may be left out."""
    return value is None or value is False or key.endswith("_initializer")


def _accepted(layer: type[Layer]) -> frozenset[str]:
    classes = [base for base in layer.__mro__ if "__init__" in vars(base) and base is not object]
    return frozenset(name for base in classes for name in own_arguments(base))


def _layer_entries(entries: list[Any], shape: Any) -> Iterator[dict[str, Any]]:
    """The entries of real layers; an input layer's shape goes to the layer after it."""
    given: dict[str, Any] = {}
    first = True
    for entry in map(_entry, entries):
        if entry["class_name"] in INPUTS:
            given = _input_arguments(entry["config"])
            continue
        if first and shape is not None and not given and not _has_shape(entry["config"]):
            given = {"batch_input_shape": shape}
        yield {**entry, "config": {**given, **entry["config"]}}
        given, first = {}, False


def _has_shape(config: Mapping[str, Any]) -> bool:
    return any(config.get(key) for key in ("batch_input_shape", "input_shape", "batch_shape"))


def _input_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    shape = config.get("batch_input_shape") or config.get("batch_shape")
    if shape is None:
        raise ConfigError(f"the input layer {config.get('name')!r} has no batch_input_shape")
    kind = config.get("input_dtype") or config.get("dtype")
    return {"batch_input_shape": shape, **({"input_dtype": kind} if isinstance(kind, str) else {})}


def _entry(entry: Any) -> dict[str, Any]:
    """One layer as `{"class_name", "config"}`; dumps of Keras 0.x name the class in "name"."""
    if not isinstance(entry, Mapping):
        raise ConfigError(f"a layer's configuration is a dictionary, got {str(entry)[:80]!r}")
    if "class_name" not in entry:
        rest = dict(entry)
        name, own = rest.pop("name", None), rest.pop("custom_name", None)
        entry = {"class_name": name, "config": {**rest, **({"name": own} if own else {})}}
    name, config = _bare(entry["class_name"]), entry.get("config")
    if name in MODELS and isinstance(config, list):
        config = {"layers": config}
    if not isinstance(entry["class_name"], str) or not isinstance(config, Mapping):
        raise ConfigError(f"a layer's configuration has a class_name and a config, got {entry!r}")
    return {"class_name": name, "config": dict(config)}


def _bare(class_name: Any) -> str:
    """The class's own name: tf.keras writes `Package>Name`."""
    return str(class_name).rpartition(">")[2]


Unwrap = Callable[[Mapping[str, Any]], Any]

WRAPPED: dict[str, Unwrap] = {
    **{name: lambda value: value["config"] for name in FUNCTIONS},
    "DTypePolicy": lambda value: value["config"]["name"],
    "Policy": lambda value: value["config"]["name"],
    "__tuple__": lambda value: _unwrapped(value["items"]),
}
"""By class name: the plain value that Keras 2 or 3 wrapped in a dictionary."""


def _unwrapped(value: Any) -> Any:
    """`value` without the packing that Keras 3 puts around objects."""
    if isinstance(value, list):
        return [_unwrapped(entry) for entry in value]
    if not isinstance(value, Mapping):
        return value
    unwrap = WRAPPED.get(str(value.get("class_name")))
    if unwrap is not None:
        return unwrap(value)
    bare = {key: _unwrapped(entry) for key, entry in value.items()}
    if {"class_name", "config"} <= bare.keys():
        return {"class_name": _bare(bare["class_name"]), "config": bare["config"]}
    return bare
