"""Components that are made of one plain function, whose last parameters are their options."""

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from typing import Any, ClassVar, Self

from pronghorn import devices
from pronghorn.components.named import NamedComponent
from pronghorn.components.spelling import canonical_names
from pronghorn.devices.function import Function
from pronghorn.devices.pair import KernelPair
from pronghorn.devices.returned import ONE, require_numbers


class FunctionComponent(NamedComponent):
    """A component made of a function of data and options.

    Args:
        function: the function; its parameters after the data are options and have defaults.
        config: values for some of the options.

    Attributes:
        data: what the data are called in messages; only their number counts.
        returns: how many numbers the function must return, and that in words.
        name: the identifier, which is the function's name.
        function: the function, whose defaults are this component's options.
        defaults: the options that the author chose.
        config: the options of this component.
    """

    data: ClassVar[tuple[str, ...]]
    returns: tuple[int, str] = (ONE, "a number")

    def __init__(self, function: Function, config: Mapping[str, Any] | None = None) -> None:
        self.name = self.__name__ = function.name
        self.defaults = {n: function.defaults[n] for n in function.parameters[len(self.data) :]}
        self._configure(function, config or {})

    @classmethod
    def decorate(cls, function: Callable[..., Any] | None, **arguments: Any) -> Any:
        """What a decorator does, with or without arguments.

        Raises:
            FunctionError: the function takes other data, or an option without a default.
        """
        if function is None:
            return lambda given: cls.decorate(given, **arguments)
        function = getattr(function, "on_numbers", function)
        made = cls(read_function(function, cls.data), **arguments)
        made.__doc__ = function.__doc__
        return made

    def configured(self, **config: Any) -> Self:
        """This component with other options."""
        made = copy(self)
        made.label = config.pop("name", self.label)
        made._configure(self.function, {**self.config, **canonical_names(self.config, config)})
        made.forget()
        return made

    def get_config(self) -> dict[str, Any]:
        """The options that differ from their defaults, and the label if there is one."""
        label = {"name": self.label} if self.label else {}
        return {n: v for n, v in self.config.items() if v != self.defaults[n]} | label

    def kernels(self) -> tuple[KernelPair, ...]:
        """Kernels in which the function, and its derivative if it has one, are compiled."""
        raise NotImplementedError(f"{type(self).__name__} names no kernels")

    def checked(self) -> Self:
        """This component, once the text of its kernels could be written.

        Raises:
            FunctionError: the function uses what cannot be compiled, or cannot be derived.
        """
        for kernel in self.kernels():
            kernel.on(devices.get("cpu")).text()
        return self

    def complete(self, function: Function) -> Function:
        """`function` with those of the options put in that it takes.

        Raises:
            FunctionError: its text shows that it returns something else than it must.
        """
        taken = {n: v for n, v in self.config.items() if n in function.parameters}
        completed = function.with_constants(**taken)
        require_numbers(completed, *self.returns)
        return completed

    def forget(self) -> None:
        """Drop what was made for other options."""
        for cls in type(self).__mro__:
            for name, member in vars(cls).items():
                if isinstance(member, cached_property):
                    self.__dict__.pop(name, None)

    def _configure(self, function: Function, config: Mapping[str, Any]) -> None:
        unknown = [n for n in config if n not in self.defaults]
        if unknown:
            known = ", ".join(self.defaults) or "none"
            raise TypeError(f"{self.name} has no option {unknown[0]!r}; its options: {known}")
        self.config = {**self.defaults, **config}
        # Other compiled functions may call this one by the component's name.
        self.function = copy(function)
        self.function.defaults = {**function.defaults, **self.config}

    def __repr__(self) -> str:
        shown = "".join(f", {key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({self.name}{shown})"


def read_function(function: Callable[..., Any] | Function, data: tuple[str, ...]) -> Function:
    """`function` as a `Function` whose first parameters are data and whose others are options.

    Raises:
        FunctionError: it takes other data, or an option without a default.
    """
    made = function if isinstance(function, Function) else Function(function)
    required = tuple(n for n in made.parameters if n not in made.defaults)
    if len(required) != len(data) or made.parameters[: len(data)] != required:
        raise made.source.error(
            None,
            f"{made.name}({', '.join(made.parameters)}) should take ({', '.join(data)}) and then "
            "only options, which have defaults",
        )
    return made
