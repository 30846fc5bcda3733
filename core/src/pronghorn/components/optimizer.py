"""The contract of an optimizer, and how a function of one parameter becomes one."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from pronghorn import devices
from pronghorn.components.component import Component, own_arguments, to_plain
from pronghorn.components.context import Array, Context
from pronghorn.components.schedules import LearningRateSchedule, schedule_from
from pronghorn.components.setting import Setting
from pronghorn.components.spelling import not_understood
from pronghorn.components.sums import parts
from pronghorn.devices import kernels
from pronghorn.devices.function import Function
from pronghorn.devices.returned import require_numbers
from pronghorn.devices.written import WrittenKernel, update_kernel

RuleCallable = Callable[..., Any]


class Optimizer(Component):
    """A rule that changes every parameter by its gradient.

    A subclass names its `slots` and gives `rule`, a `Function` of
    `(param, grad, *slots, *numbers, *constants)` for one parameter that returns the new parameter
    and slots. Each number is an attribute of that name, `lr` after decay, or what `scalars` adds;
    the names in `compiled_in` are attributes that become part of the compiled code.

    All numbers may be changed at any time; the next step uses them. `lr` may also be a schedule
    of `pronghorn.optimizers.schedules`.

    Args of every optimizer:
        clipnorm: if the norm of all gradients together is larger, they are scaled down to it.
        clipvalue: each element of the gradients, scaled or not, is clipped to +-clipvalue.

    Attributes:
        slots: names of the arrays, as long as the parameters, that the rule keeps. They start at 0.
        iterations: number of updates made. SGD, RMSprop, Adagrad and Adadelta count only while
            they decay, as in Keras 1.
        saves_iterations: whether saved state begins with the number of updates.
        scheduled: whether `lr` is a LearningRateSchedule.
    """

    kind: ClassVar[str] = "optimizers"
    slots: ClassVar[tuple[str, ...]] = ()
    rule: ClassVar[Function]
    compiled_in: ClassVar[tuple[str, ...]] = ()
    counts_always: ClassVar[bool] = True
    saves_iterations: ClassVar[bool] = True
    lr: float
    decay: float = 0.0
    scheduled: bool = False

    def __init__(
        self, *, clipnorm: float | None = None, clipvalue: float | None = None, **unknown: Any
    ) -> None:
        if unknown:
            accepted = [*own_arguments(type(self)), "clipnorm", "clipvalue"]
            raise not_understood(type(self), unknown, accepted)
        for name, limit in (("clipnorm", clipnorm), ("clipvalue", clipvalue)):
            if limit is not None and not limit >= 0:
                raise ValueError(f"{name} must be positive, or 0 for none, got {limit!r}")
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self._iterations = 0

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "lr":
            value = schedule_from(value) if isinstance(value, Mapping) else value
            super().__setattr__("scheduled", isinstance(value, LearningRateSchedule))
        kept = Setting.of(self, name, value) if isinstance(value, float) else value
        super().__setattr__(name, kept)

    def check_arguments(self) -> None:
        """Raise TypeError if there is no rule or a number of it is none, ValueError if negative."""
        if not hasattr(self, "rule"):
            raise TypeError(
                f"optimizer {self.name} has no rule: there is no graph for get_updates or "
                "update_step; write what happens to one parameter as a function, under "
                "@ph.register.optimizer: def sgd(param, grad, lr=0.01): return param - lr * grad"
            )
        for name in {"lr", "decay", *self.scalar_names}:
            value = self._number(name)
            if isinstance(value, str) or not hasattr(value, "__float__"):
                raise TypeError(f"{self.name}: {name!r} must be a number, not {value!r}")
        for name in ("lr", "decay"):
            value = self._number(name)
            if not float(value) >= 0.0:
                raise ValueError(f"{self.name}: {name!r} must be 0 or more, not {value!r}")

    def _number(self, name: str) -> Any:
        return self.rate(0) if name == "lr" and self.scheduled else getattr(self, name, 0.0)

    @property
    def name(self) -> str:
        """The identifier."""
        return type(self).__name__

    @property
    def learning_rate(self) -> float:
        """Keras 2's name of `lr`; where that is a schedule, its rate now."""
        return self.rate(self.iterations) if self.scheduled else self.lr

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self.lr = value

    @property
    def iterations(self) -> int:
        """Number of updates made, where they are counted."""
        return self._iterations

    @iterations.setter
    def iterations(self, value: int) -> None:
        counts = self.counts_always or self.decay or self.scheduled
        self.__dict__["_iterations"] = int(value) if counts else 0

    @cached_property
    def scalar_names(self) -> tuple[str, ...]:
        """Names of the numbers that the rule takes, in its order."""
        after = self.rule.parameters[2 + len(self.slots) :]
        return tuple(name for name in after if name not in self.compiled_in)

    def rate(self, iteration: int) -> float:
        """The learning rate of the update after `iteration` updates: `lr / (1 + decay * i)`.

        Where `lr` is a schedule, `lr(i)` stands for it.
        """
        lr: Any = self.lr
        rate = float(lr(iteration) if self.scheduled else lr)
        return rate / (1.0 + float(self.decay) * iteration)

    def scalars(self, iteration: int) -> dict[str, float]:
        """The numbers of the update after `iteration` updates, by name, in the rule's order."""
        special = self.schedule(iteration)
        return {
            name: float(special[name] if name in special else getattr(self, name))
            for name in self.scalar_names
        }

    def schedule(self, iteration: int) -> Mapping[str, float]:
        """The numbers that change from update to update."""
        return {"lr": self.rate(iteration)}

    def record(
        self, ctx: Context, params: Array, gradients: Array, slots: Sequence[Array], hyper: Array
    ) -> None:
        """Describe one update of flat arrays: clipping, then the rule.

        Args:
            ctx: where to describe it.
            params, gradients: all parameters and their gradients (n,); clipping changes the latter.
            slots: the arrays of `slots` (n,).
            hyper: the values of `scalars` (one for each of `scalar_names`, or more).
        """
        if self.clipnorm:
            partial = ctx.empty((parts(gradients.size),))
            ctx.run(kernels.sum_map.specialize(f=SQUARE), gradients, partial)
            ctx.run(kernels.clip_norm, gradients, partial, float(self.clipnorm))
        if self.clipvalue:
            ctx.run(kernels.clip_value, gradients, float(self.clipvalue))
        ctx.run(self.kernel(), params, gradients, *slots, hyper)

    def kernel(self) -> WrittenKernel:
        """The pass over all parameters, `update(params, gradients, *slots, hyper)`."""
        chosen = {name: getattr(self, name) for name in self.compiled_in}
        rule = self.rule.with_constants(**chosen)
        new = [rule.parameters[0], *self.slots]
        if self.slots:
            require_numbers(rule, len(new), f"the new ({', '.join(new)})")
        else:
            require_numbers(rule, what=f"the new {new[0]}")
        return update_kernel(len(self.slots), len(self.scalar_names)).specialize(rule=rule)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments; clipping only where it is set."""
        clipping = {"clipnorm": self.clipnorm, "clipvalue": self.clipvalue}
        given = {name: to_plain(value) for name, value in clipping.items() if value is not None}
        config = {**super().get_config(), **given}
        return {n: float(v) if isinstance(v, Setting) else v for n, v in config.items()}

    @classmethod
    def from_function(cls, function: RuleCallable) -> "type[Optimizer]":
        """The optimizer that a rule `f(param, grad, slot, ..., lr=0.001, ...)` stands for.

        Parameters without a default are slots, those with one are arguments of the optimizer:
        numbers may be changed at any time, and truth values and names are compiled in.

        Raises:
            FunctionError: the rule cannot be read, or does not begin with two parameters.
        """
        return optimizer_class(function)


def optimizer_class(function: RuleCallable, slots: Sequence[str] | None = None) -> type[Optimizer]:
    """The class of optimizers that apply a rule; `slots`, if given, must be those of the rule."""
    rule = Function(function)
    options = {name: rule.defaults[name] for name in rule.parameters if name in rule.defaults}
    required = tuple(name for name in rule.parameters if name not in options)
    if len(required) < 2 or rule.parameters[: len(required)] != required:
        raise rule.source.error(
            None,
            f"{rule.name}({', '.join(rule.parameters)}) should take (param, grad), then its slots, "
            "and then options, which have defaults",
        )
    if slots is not None and tuple(slots) != required[2:]:
        raise rule.source.error(
            None, f"{rule.name} takes the slots {list(required[2:])}, not {list(slots)}"
        )
    fixed = tuple(n for n, v in options.items() if isinstance(v, bool | str | None))
    decays = "lr" in options and "decay" not in options
    arguments = {**options, "decay": 0.0} if decays else options
    members = {
        "__init__": _constructor(arguments),
        "__doc__": function.__doc__,
        "__module__": function.__module__,
        "rule": rule,
        "slots": required[2:],
        "compiled_in": fixed,
    }
    made = type(rule.name, (Optimizer,), members)
    made().kernel().on(devices.get("cpu")).text()
    return made


def _constructor(arguments: Mapping[str, Any]) -> Callable[..., None]:
    """An `__init__` that takes these arguments and keeps them."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(n, kind, default=v) for n, v in arguments.items()]
    rest = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
    signature = inspect.Signature([inspect.Parameter("self", kind), *parameters, rest])

    def __init__(self: Optimizer, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        Optimizer.__init__(self, **bound.arguments["kwargs"])
        for name in arguments:
            setattr(self, name, bound.arguments[name])

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    return __init__


def _square(x):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    return x * x


SQUARE = Function(_square)
