"""What all kinds ask of the plain functions that become components."""

from collections.abc import Callable, Mapping
from typing import Any

from pronghorn.devices.function import Function


def scalar_function(function: Callable[..., Any] | Function, leading: tuple[str, ...]) -> Function:
    """`function` as a `Function` whose first parameters are data and whose others are options.

    Args:
        function: a plain function.
        leading: what the data are called in messages; only their number counts.

    Raises:
        FunctionError: it takes fewer parameters, or an option without a default.
    """
    made = function if isinstance(function, Function) else Function(function)
    required = [n for n in made.parameters if n not in made.defaults]
    if len(required) != len(leading) or tuple(made.parameters[: len(leading)]) != tuple(required):
        wanted = ", ".join(leading)
        raise made.source.error(
            None,
            f"{made.name}({', '.join(made.parameters)}) should take ({wanted}) and then only "
            "options, which have defaults",
        )
    return made


def choose_config(function: Function, leading: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a function: its defaults, and what is given in their place.

    Raises:
        TypeError: an option that the function does not have.
    """
    options = {n: function.defaults[n] for n in function.parameters[leading:]}
    unknown = [n for n in given if n not in options]
    if unknown:
        known = ", ".join(options) or "none"
        raise TypeError(f"{function.name} has no option {unknown[0]!r}; its options: {known}")
    return {**options, **given}
