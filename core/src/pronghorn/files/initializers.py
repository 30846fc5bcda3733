"""Initializer objects of Keras 2 and 3 configurations, as initializers by name.

They matter only to weights that are drawn anew: the weights of a file replace what was drawn.
"""

from collections.abc import Callable, Mapping
from typing import Any

Config = Mapping[str, Any]


def _variance_scaling(config: Config) -> str | None:
    family = {
        (1.0, "fan_avg"): "glorot",
        (2.0, "fan_in"): "he",
        (1.0, "fan_in"): "lecun",
    }.get((float(config.get("scale", 1.0)), str(config.get("mode", "fan_in"))))
    shape = "uniform" if config.get("distribution") == "uniform" else "normal"
    return None if family is None else f"{family}_{shape}"


def _uniform(config: Config) -> dict[str, Any] | None:
    low, high = config.get("minval", -0.05), config.get("maxval", 0.05)
    return {"name": "uniform", "config": {"scale": high}} if low == -high else None


def _centred(identifier: str) -> Callable[[Config], dict[str, Any] | None]:
    """Of normal distributions, those around 0 that have a `scale`."""

    def translate(config: Config) -> dict[str, Any] | None:
        scale = config.get("stddev", 0.05)
        return None if config.get("mean") else {"name": identifier, "config": {"scale": scale}}

    return translate


def _constant(config: Config) -> dict[str, Any]:
    return {"name": "constant", "config": {"value": config.get("value", 0.0)}}


def _orthogonal(config: Config) -> dict[str, Any]:
    return {"name": "orthogonal", "config": {"scale": config.get("gain", 1.0)}}


def _named(identifier: str) -> Callable[[Config], str]:
    return lambda config: identifier


INITIALIZERS: dict[str, Callable[[Config], Any]] = {
    "VarianceScaling": _variance_scaling,
    "GlorotUniform": _named("glorot_uniform"),
    "GlorotNormal": _named("glorot_normal"),
    "HeUniform": _named("he_uniform"),
    "HeNormal": _named("he_normal"),
    "LecunUniform": _named("lecun_uniform"),
    "LecunNormal": _named("lecun_normal"),
    "RandomUniform": _uniform,
    "RandomNormal": _centred("normal"),
    "TruncatedNormal": _centred("truncated_normal"),
    "Orthogonal": _orthogonal,
    "OrthogonalInitializer": _orthogonal,
    "Identity": _named("identity"),
    "IdentityInitializer": _named("identity"),
    "Constant": _constant,
    "Zeros": _named("zero"),
    "Ones": _named("one"),
}
"""By class name: what Pronghorn calls the same, or None if it has no such thing."""
