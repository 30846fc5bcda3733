"""Learning rates that follow the number of updates, as Keras 2 and 3 have them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pronghorn.components.custom import find_custom_object
from pronghorn.errors import ConfigError


class LearningRateSchedule:
    """The learning rate of each update; it takes the place of an optimizer's `lr`.

    A subclass computes the rate in `__call__(step)`, for the number of updates made before. If its
    models are saved, it keeps each argument under its own name, or tells them by `get_config`.
    """

    def __call__(self, step: int) -> float:
        """The rate after `step` updates."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(step)")

    def __float__(self) -> float:
        """Raise TypeError: it is no number."""
        raise TypeError(
            f"the learning rate follows {self!r}: optimizer.learning_rate is its value now, and "
            "optimizer.lr = 0.01 takes its place"
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "LearningRateSchedule":
        """The schedule that `get_config` described."""
        return cls(**config)

    def to_identifier(self) -> dict[str, Any]:
        """What a configuration of an optimizer holds for it."""
        return {"class_name": type(self).__name__, "config": self.get_config()}

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({shown})"


class ExponentialDecay(LearningRateSchedule):
    """`initial_learning_rate * decay_rate**(step / decay_steps)`; `staircase`: by whole steps."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = None,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase

    def progress(self, step: int) -> float:
        """`step / decay_steps`, rounded down on a staircase."""
        done = step / self.decay_steps
        return math.floor(done) if self.staircase else done

    def __call__(self, step: int) -> float:
        """The rate after `step` updates."""
        return float(self.initial_learning_rate * self.decay_rate ** self.progress(step))


class InverseTimeDecay(ExponentialDecay):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`."""

    def __call__(self, step: int) -> float:
        """The rate after `step` updates."""
        return self.initial_learning_rate / (1.0 + self.decay_rate * self.progress(step))


class PolynomialDecay(LearningRateSchedule):
    """From `initial_learning_rate` to `end_learning_rate`: their difference times `(1 - d)**power`.

    d is `step / decay_steps`, 1 at most; with `cycle`, decay_steps is multiplied instead.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str | None = None,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle

    def __call__(self, step: int) -> float:
        """The rate after `step` updates."""
        cycles = max(1, math.ceil(step / self.decay_steps)) if self.cycle else 1
        left = 1.0 - min(step / (self.decay_steps * cycles), 1.0)
        span = self.initial_learning_rate - self.end_learning_rate
        return float(self.end_learning_rate + span * left**self.power)


class PiecewiseConstantDecay(LearningRateSchedule):
    """`values[i]` up to and with step `boundaries[i]`, then the last of `values`."""

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str | None = None
    ) -> None:
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"{len(boundaries)} boundaries lie between {len(boundaries) + 1} values, but "
                f"{len(values)} are given"
            )
        self.boundaries = list(boundaries)
        self.values = list(values)

    def __call__(self, step: int) -> float:
        """The rate after `step` updates."""
        return self.values[sum(step > boundary for boundary in self.boundaries)]


class CosineDecay(LearningRateSchedule):
    """Half a cosine from `initial_learning_rate` to `alpha` of it.

    With `warmup_target` the rate first rises to that, linearly over `warmup_steps`, and falls from
    there. Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2016).
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str | None = None,
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: int) -> float:
        """The rate after `step` updates."""
        start, top = self.initial_learning_rate, self.warmup_target
        if top is not None:
            if step < self.warmup_steps:
                return start + (top - start) * step / self.warmup_steps
            start, step = top, step - self.warmup_steps
        fall = 0.5 * (1.0 + math.cos(math.pi * min(step / self.decay_steps, 1.0)))
        return start * ((1.0 - self.alpha) * fall + self.alpha)


KNOWN = {
    schedule.__name__: schedule
    for schedule in (
        CosineDecay,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}


def schedule_from(description: Mapping[str, Any]) -> LearningRateSchedule:
    """The schedule that a configuration describes. Raises ConfigError if it is not known."""
    name = str(description.get("class_name")).rpartition(">")[2]
    found: Any = find_custom_object(name) or KNOWN.get(name)
    if found is None:
        raise ConfigError(
            f"there is no schedule of learning rates {name!r}; there are {', '.join(KNOWN)}. If it "
            f"is your own, pass it as custom_objects={{{name!r}: ...}}"
        )
    made: LearningRateSchedule = found.from_config(description.get("config") or {})
    return made


def serialize(schedule: LearningRateSchedule) -> dict[str, Any]:
    """The schedule as plain data, for `deserialize`."""
    return schedule.to_identifier()


deserialize = schedule_from
