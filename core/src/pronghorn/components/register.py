"""Components made in a script or a notebook: usable at once by their identifiers.

    import math, pronghorn as ph

    @ph.register.activation("squareplus")
    def squareplus(x):
        return 0.5 * (x + math.sqrt(x * x + 4.0))

    model.add(Dense(32, activation="squareplus"))

Every decorator takes the identifier and returns the component, or, of a class, the class. Running
a cell again replaces what it registered; an identifier of an official pack is refused
(AmbiguousComponentError). What cannot be compiled or derived is a FunctionError here, with the
file, the line and its text.
"""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pronghorn import registry
from pronghorn.components.activation import Activation, ScalarActivation
from pronghorn.components.component import Component
from pronghorn.components.constraint import Constraint
from pronghorn.components.initializer import Initializer
from pronghorn.components.metric import Metric, RowMetric
from pronghorn.components.objective import Objective, RowObjective, ScalarObjective
from pronghorn.components.optimizer import Optimizer, optimizer_class
from pronghorn.components.regularizer import Regularizer

T = TypeVar("T", bound=type)
Decorator = Callable[[Callable[..., Any]], Any]


def activation(name: str, *, derivative: Callable[..., Any] | None = None) -> Decorator:
    """Register a function `f(x, **options)` of one element, or a class of activations.

    Args:
        name: the identifier.
        derivative: the derivative in terms of `x` or of the output `y`, if it is not to be
            derived from the function.
    """

    def take(function: Callable[..., Any]) -> Activation:
        if derivative is None:
            return Activation.from_function(function)
        made: ScalarActivation = ScalarActivation.decorate(function)
        made.derivative(derivative)
        return made.checked()

    return _decorator(Activation, name, take)


def objective(
    name: str,
    *,
    reduction: str | None = None,
    derivative: Callable[..., Any] | None = None,
    rows: bool = False,
    sparse: bool = False,
) -> Decorator:
    """Register a function `f(y_true, y_pred, **options)` of one element, or a class of objectives.

    Args:
        name: the identifier.
        reduction: "mean" (of elements) or "sum" (of rows) over the last axis.
        derivative: the derivative with respect to `y_pred`, if it is not to be derived.
        rows: whether the function is `row(t, p, g, **options) -> loss` of one row, which writes
            the gradient at `p` to `g` where `g is not None`.
        sparse: for rows, whether `t` holds one class number.
    """

    def take(function: Callable[..., Any]) -> Objective:
        made: Any
        if rows:
            made = RowObjective.decorate(function, reduction=reduction or "sum", sparse=sparse)
        else:
            made = ScalarObjective.decorate(function, reduction=reduction or "mean")
            if derivative is not None:
                made.derivative(derivative)
        checked: Objective = made.checked()
        return checked

    return _decorator(Objective, name, take)


def metric(name: str, *, rows: bool = False, width: int = 1, sparse: bool = False) -> Decorator:
    """Register a function `f(y_true, y_pred, **options)` of one element, or a class of metrics.

    Args:
        name: the identifier.
        rows: whether the function is `row(t, p, **options)` of one row.
        width: for rows, how many numbers it gives; `@name.from_sums` makes a value of their sums.
        sparse: for rows, whether targets may be class numbers.
    """

    def take(function: Callable[..., Any]) -> Metric:
        if not rows:
            return Metric.from_function(function)
        made: RowMetric = RowMetric.decorate(function, width=width, sparse=sparse)
        return made.checked()

    return _decorator(Metric, name, take)


def optimizer(name: str, *, slots: Sequence[str] | None = None) -> Decorator:
    """Register a rule `f(param, grad, *slots, **options)`, or a class of optimizers.

    The rule gives the new value of one parameter, and those of its slots after it. Parameters
    without a default are slots, those with one are arguments of the optimizer.

    Args:
        name: the identifier.
        slots: the names of the slots, as a check.
    """
    return _decorator(Optimizer, name, lambda function: optimizer_class(function, slots))


def regularizer(name: str) -> Decorator:
    """Register a function `f(x, **options)` of one element, or a class of regularizers."""
    return _decorator(Regularizer, name, Regularizer.from_function)


def constraint(name: str) -> Decorator:
    """Register a function `f(x, **options)` of one element, or a class of constraints."""
    return _decorator(Constraint, name, Constraint.from_function)


def initializer(name: str) -> Decorator:
    """Register a function `f(shape, rng, **options)` that gives an array."""
    return _decorator(Initializer, name, Initializer.from_function)


def layer(name: str) -> Callable[[T], T]:
    """Register a class of layers."""
    return _class_decorator("layers", name)


def callback(name: str) -> Callable[[T], T]:
    """Register a class of callbacks."""
    return _class_decorator("callbacks", name)


def _decorator(kind: type[Component], name: str, take: Callable[..., Any]) -> Decorator:
    _require_name(kind.kind, name)

    def decorate(thing: Any) -> Any:
        if isinstance(thing, kind) or (isinstance(thing, type) and issubclass(thing, kind)):
            made: Any = thing
        else:
            made = take(thing)
            made.__doc__ = thing.__doc__
            made.__name__ = name
        if not isinstance(made, type):
            made.name = name
        registry.add(kind.kind, name, made)
        return made

    return decorate


def _class_decorator(kind: str, name: str) -> Callable[[T], T]:
    _require_name(kind, name)

    def decorate(cls: T) -> T:
        if not isinstance(cls, type):
            raise TypeError(f"register.{registry.singular(kind)} takes a class, not {cls!r}")
        registry.add(kind, name, cls)
        return cls

    return decorate


def _require_name(kind: str, name: object) -> None:
    """Raise TypeError where a decorator was written without its identifier."""
    if not isinstance(name, str):
        word = registry.singular(kind)
        meant = getattr(name, "__name__", "name")
        raise TypeError(
            f"register.{word} takes the identifier first, not {name!r}: write "
            f'`@ph.register.{word}("{meant}")`'
        )


def __getattr__(name: str) -> Any:
    kinds = [registry.singular(kind) for kind in registry.KINDS if registry.singular(kind) in _HERE]
    near = get_close_matches(name, kinds, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(kinds)}"
    raise AttributeError(f"pronghorn.register has no {name!r}; {hint}")


_HERE = frozenset(globals())
