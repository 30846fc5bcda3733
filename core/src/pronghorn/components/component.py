"""What every component has: an identifier, a configuration, and `get` from whatever names it."""

import inspect
from abc import ABCMeta
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np

from pronghorn import registry
from pronghorn.components.custom import find_custom_object
from pronghorn.components.spelling import canonical_arguments, not_understood


class _Spelled(ABCMeta):
    """Translates the Keras 2/3 spellings of constructor arguments before the constructor runs."""

    @property
    def __signature__(cls) -> inspect.Signature:
        """The constructor's own signature, for editors and `help`."""
        if cls.__init__ is object.__init__:  # type: ignore[misc]
            return inspect.Signature()
        constructor = inspect.signature(cls.__init__)  # type: ignore[misc]
        return constructor.replace(parameters=list(constructor.parameters.values())[1:])

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        args = tuple(map(_python_numbers, args))
        given = {n: _python_numbers(v) for n, v in canonical_arguments(cls, kwargs).items()}
        known = all_arguments(cls) if _lacks_arguments(cls, args, given) else own_arguments(cls)
        unknown = [name for name in given if name not in known]
        if unknown and (known != own_arguments(cls) or not _takes_more(cls)):
            raise not_understood(cls, unknown, known)
        made = super().__call__(*args, **given)
        made.check_arguments()
        return made


class Component(metaclass=_Spelled):
    """Base of all components. A constructor keeps each argument under its own name."""

    kind: ClassVar[str] = ""

    def check_arguments(self) -> None:
        """Raise where an argument makes no sense; it runs after the constructor."""

    @classmethod
    def get(cls, identifier: Any) -> Self:
        """The component that `identifier` means.

        Takes a string identifier, an instance, a class, a plain function where the kind allows
        one, and `{"name": ..., "config": {...}}` or the dictionaries of Keras 1, 2 and 3 files.
        """
        if isinstance(identifier, str):
            return cls.coerce(cls.lookup(identifier), {})
        if isinstance(identifier, Mapping):
            name, config = split_config(identifier)
            return cls.coerce(cls.lookup(name), config)
        return cls.coerce(identifier, {})

    @classmethod
    def lookup(cls, identifier: str) -> Any:
        """What a custom-object scope or the registry holds under this identifier."""
        found = find_custom_object(identifier)
        return registry.load(cls.kind, identifier) if found is None else found

    @classmethod
    def coerce(cls, thing: Any, config: Mapping[str, Any]) -> Self:
        """Make an instance from a class, an instance or a plain function."""
        if isinstance(thing, type) and issubclass(thing, cls):
            return thing.from_config(dict(config))
        if isinstance(thing, cls):
            return thing.configured(**config) if config else thing
        if callable(thing) and not isinstance(thing, type | Component):
            made = cls.from_function(thing)
            return cls.coerce(made, config)
        raise TypeError(
            f"{thing!r} is no {cls.__name__.lower()}: give an identifier, an instance, a class "
            f'or {{"name": ..., "config": {{...}}}}'
        )

    @classmethod
    def from_function(cls, function: Callable[..., Any]) -> "Self | type[Self]":
        """Make the component that a plain function stands for, where the kind has such."""
        raise TypeError(f"a plain function ({function!r}) is no {cls.__name__.lower()}")

    def configured(self, **config: Any) -> Self:
        """A copy of this component with some of its arguments changed."""
        return type(self).from_config({**self.get_config(), **config})

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as plain data that `from_config` takes back."""
        return {name: to_plain(getattr(self, name)) for name in own_arguments(type(self))}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build the component that `get_config` described."""
        return cls(**config)

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={value!r}" for key, value in self.get_config().items())
        return f"{type(self).__name__}({shown})"


def _python_numbers(value: Any) -> Any:
    """NumPy's numbers, such as `y.max() + 1`, as Python's, which configurations hold."""
    if isinstance(value, np.generic):
        return value.item()
    if type(value) in (tuple, list) and any(isinstance(part, np.generic) for part in value):
        return type(value)(map(_python_numbers, value))
    return value


@cache
def own_arguments(cls: type) -> tuple[str, ...]:
    """Names of the constructor's own parameters, without `self`, `*args` and `**kwargs`."""
    parameters = inspect.signature(cls.__init__).parameters.values()  # type: ignore[misc]
    kept = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return tuple(p.name for p in parameters if p.kind in kept and p.name != "self")


@cache
def all_arguments(cls: type) -> tuple[str, ...]:
    """The constructor's own parameters, and those that it passes on to its bases' constructors."""
    names = list(own_arguments(cls))
    for base in cls.__mro__[1:-1] if _takes_more(cls) else ():
        names += own_arguments(base)
        if not _takes_more(base):
            break
    return tuple(dict.fromkeys(names))


def _lacks_arguments(cls: type, args: tuple[Any, ...], given: Mapping[str, Any]) -> bool:
    """Whether a required argument is missing, which Python would tell before an unknown one."""
    required = [
        name
        for name in own_arguments(cls)
        if inspect.signature(cls.__init__).parameters[name].default is inspect.Parameter.empty  # type: ignore[misc]
    ]
    own = own_arguments(cls)
    return any(name not in given and own.index(name) >= len(args) for name in required)


@cache
def _takes_more(cls: type) -> bool:
    """Whether the constructor takes `**kwargs`, and so has to judge unknown arguments itself."""
    constructor = cls.__init__  # type: ignore[misc]
    parameters = inspect.signature(constructor).parameters.values()
    return constructor is not object.__init__ and any(p.kind is p.VAR_KEYWORD for p in parameters)


def split_config(description: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and arguments of a component described by a dictionary of any Keras generation."""
    rest = dict(description)
    name = rest.pop("class_name", None) or rest.pop("name", None)
    if not isinstance(name, str):
        raise ValueError(f'expected {{"name": ..., "config": {{...}}}}, got {dict(description)!r}')
    if isinstance(rest.get("config"), Mapping):
        return name, dict(rest["config"])
    if isinstance(rest.get("config"), list):
        return name, {"layers": rest["config"]}  # a model's
    for key in ("module", "registered_name", "build_config", "config"):
        rest.pop(key, None)
    return name, rest


def to_plain(value: Any) -> Any:
    """A configuration value as plain data: components as names or dictionaries."""
    described = getattr(value, "to_identifier", None)
    if described is not None:
        return described()
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return value.item()
    return value
