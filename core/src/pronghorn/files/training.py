"""Translates `training_config`: what a saved model was compiled with."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pronghorn.components.component import own_arguments
from pronghorn.components.optimizer import Optimizer
from pronghorn.components.spelling import canonical_arguments
from pronghorn.errors import ConfigError

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

IGNORED_OPTIONS = frozenset({"name", "dtype", "fn", "reduction", "axis"})

IGNORED_SETTINGS = frozenset(
    {
        "name",
        "ema_momentum",
        "ema_overwrite_frequency",
        "initial_accumulator_value",
        "is_legacy_optimizer",
        "jit_compile",
    }
)
"""Optimizer settings that say nothing once the optimizer's state is restored."""


def compile_arguments(training: Any) -> dict[str, Any]:
    """Arguments for `compile` from the `training_config` of any Keras generation.

    Raises:
        ConfigError: it asks for something that Pronghorn does not have.
    """
    if not isinstance(training, Mapping) or not isinstance(training.get("optimizer_config"), dict):
        raise ConfigError("the training configuration names no optimizer")
    if training.get("weighted_metrics"):
        raise ConfigError("metrics that use sample weights (weighted_metrics) are not supported")
    return {
        "optimizer": make_optimizer(training["optimizer_config"]),
        "loss": translate_loss(training.get("loss")),
        "metrics": [*_metrics(training.get("metrics"))],
        "sample_weight_mode": training.get("sample_weight_mode"),
        "loss_weights": training.get("loss_weights"),
    }


def make_optimizer(config: Mapping[str, Any]) -> Optimizer:
    """The optimizer of a `{"class_name", "config"}` of any Keras generation."""
    name = class_name(config)
    settings = config.get("config")
    if not isinstance(settings, Mapping):
        raise ConfigError(f"optimizer {name!r} has no configuration")
    found = Optimizer.lookup(name)
    accepted = set(own_arguments(found)) | set(own_arguments(Optimizer))
    arguments: dict[str, Any] = {}
    for key, value in canonical_arguments(found, _epsilon(_clipping(settings), accepted)).items():
        if key in accepted:
            arguments[key] = value
        elif value not in (None, False) and key not in IGNORED_SETTINGS:
            raise ConfigError(f"optimizer {name!r} has {key}={value!r}, which Pronghorn's has not")
    return Optimizer.coerce(found, arguments)


def _epsilon(settings: Mapping[str, Any], accepted: Iterable[str]) -> Mapping[str, Any]:
    """The settings with epsilon below the root, where Keras since 2.11 has it.

    Its optimizers since then tell whether they average the weights: `use_ema`.
    """
    if "use_ema" not in settings or "root_epsilon" not in accepted:
        return settings
    return {**settings, "epsilon": 0.0, "root_epsilon": settings.get("epsilon", 0.0)}


def class_name(config: Mapping[str, Any]) -> str:
    """The class that a configuration names, without the package that tf.keras puts before it."""
    return str(config.get("class_name")).rpartition(">")[2]


def translate_loss(loss: Any) -> Any:
    """A loss, or the list or dictionary of one, as `compile` takes it."""
    if isinstance(loss, list):
        return [translate_loss(entry) for entry in loss]
    if isinstance(loss, Mapping) and "class_name" not in loss:
        return {output: translate_loss(entry) for output, entry in loss.items()}
    return _function(loss)


def _metrics(metrics: Any) -> Iterator[Any]:
    """The metrics of one output, however deeply a Keras generation nests them."""
    if isinstance(metrics, Mapping) and "class_name" not in metrics:
        metrics = list(metrics.values())
    if isinstance(metrics, list):
        for entry in metrics:
            yield from _metrics(entry)
    elif isinstance(metrics, Mapping) and _options(metrics).get("name") in ("acc", "accuracy"):
        yield "accuracy"
    elif metrics is not None:
        yield _function(metrics)


def _function(thing: Any) -> Any:
    """The identifier of an objective or metric; objects of Keras 2 and 3 become functions."""
    if not isinstance(thing, Mapping):
        return thing
    name = class_name(thing)
    if isinstance(thing.get("config"), str):
        return thing["config"]
    options = _options(thing)
    identifier = options.get("fn") if isinstance(options.get("fn"), str) else _to_function(name)
    rest = {k: v for k, v in options.items() if k not in IGNORED_OPTIONS and v not in (None, False)}
    if rest.get("label_smoothing") == 0:
        del rest["label_smoothing"]
    return {"name": identifier, "config": rest} if rest else identifier


def _options(thing: Mapping[str, Any]) -> dict[str, Any]:
    options = thing.get("config")
    return dict(options) if isinstance(options, Mapping) else {}


def _to_function(name: str) -> str:
    """`MeanSquaredError` -> `mean_squared_error`, `KLDivergence` -> `kl_divergence`."""
    return _WORD_START.sub("_", name).lower()


def _clipping(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with the clipping of the norm over all gradients under Keras 1's name.

    Where there is a `global_clipnorm`, `clipnorm` clips each weight's gradient by itself.
    """
    translated = dict(settings)
    if "global_clipnorm" not in translated:
        return translated
    if translated.get("clipnorm") is not None:
        raise ConfigError("clipnorm of each weight by itself is not supported: use global_clipnorm")
    translated["clipnorm"] = translated.pop("global_clipnorm")
    return translated
