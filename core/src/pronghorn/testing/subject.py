"""What is checked: a component, how it is named, and the ways in which it is made."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from inspect import isfunction
from typing import Any

import numpy as np

from pronghorn import registry
from pronghorn.components.component import Component, own_arguments
from pronghorn.components.custom import custom_object_scope
from pronghorn.registry import Entry
from pronghorn.testing.example import Example, read_examples


@dataclass(frozen=True)
class Subject:
    """A component under check.

    Attributes:
        kind: its kind, in the plural.
        identifier: what it is called.
        given: what the registry holds, or was given: an instance, a class, a plain function.
        component: the same, or what a plain function stands for.
        examples: the ways to make it; empty if it needs arguments and has no examples.
        expected_failures: reasons by the name of the check that fails.
        entry: what the registry knows about it, if it is registered.
    """

    kind: str
    identifier: str
    given: Any
    component: Any
    examples: tuple[Example, ...]
    expected_failures: Mapping[str, str]
    entry: Entry | None = None

    @classmethod
    def of(
        cls,
        kind: str,
        given: Any,
        examples: Iterable[Any] | None = None,
        expected_failures: Mapping[str, str] | None = None,
    ) -> "Subject":
        """The subject that an identifier, a registry entry, or a component itself stands for.

        An instance of a class of components is taken as an example of that class.
        """
        base = contract(kind)
        entry = registry.find(kind, given) if isinstance(given, str) else given
        if not isinstance(entry, Entry):
            entry = None
        held = given if entry is None else registry.load_entry(entry)
        component, told = _made_of(base, held), examples
        if told is None:
            told = getattr(held, "examples", None)
        if _is_made_of_class(component):
            told = [_example_of(component)] if examples is None else told
            component = type(component)
        chosen = _default_examples(component) if told is None else read_examples(told)
        failures = {**getattr(held, "expected_failures", {}), **(expected_failures or {})}
        name = _name_of(component) if entry is None else entry.identifier
        return cls(base.kind, name, held, component, chosen, failures, entry)

    @property
    def base(self) -> type[Component]:
        """The contract of the kind."""
        return contract(self.kind)

    @cached_property
    def made_class(self) -> type[Any] | None:
        """The component's own class, or None if the component is an instance or a function."""
        return self.component if isinstance(self.component, type) else None

    def trials(self) -> list["Trial"]:
        """One trial for each example."""
        return [Trial(self, example) for example in self.examples]

    def __str__(self) -> str:
        return f"{registry.singular(self.kind)} {self.identifier!r}"


@dataclass(frozen=True)
class Trial:
    """A component as one of its examples makes it."""

    subject: Subject
    example: Example

    def make(self, **changes: Any) -> Any:
        """A component made anew, with these changes of its configuration."""
        config = {**self.example.config, **changes}
        return self.subject.base.coerce(self.subject.component, config)

    def resolve(self, description: Any) -> Any:
        """What an identifier or a dictionary means where this component has its own name."""
        subject = self.subject
        names = {subject.identifier: subject.component}
        if subject.made_class is not None:
            names[subject.made_class.__name__] = subject.component
        with custom_object_scope(names):
            return subject.base.get(description)

    def array(self, default: tuple[int, ...], seed: int = 0, dtype: str = "float64") -> np.ndarray:
        """Normally distributed numbers in the example's shape, or in the default one."""
        shape = self.example.shape or default
        return np.random.default_rng(seed).normal(0.0, 1.0, shape).astype(dtype)

    def with_config(self, **changes: Any) -> "Trial":
        """The trial with a changed configuration."""
        config = {**self.example.config, **changes}
        return replace(self, example=replace(self.example, config=config))


def contract(kind: str) -> type[Component]:
    """The base class of a kind, which may be given in the singular."""
    known = registry.to_kind(kind)
    if known is None:
        raise ValueError(f"there is no kind {kind!r}; kinds are {', '.join(registry.KINDS)}")
    word = registry.singular(known)
    base: type[Component] = getattr(
        import_module(f"pronghorn.components.{word}"), word.capitalize()
    )
    return base


def required_arguments(component: Any) -> list[str]:
    """Arguments without which a class of components cannot be made."""
    if not isinstance(component, type):
        return []
    own = own_arguments(component)
    parameters = inspect.signature(component.__init__).parameters  # type: ignore[misc]
    return [name for name in own if parameters[name].default is inspect.Parameter.empty]


def is_generic(component: Any) -> bool:
    """Whether it is an instance of a class of the core that wraps a function, not of its own."""
    return type(component).__module__.startswith("pronghorn.components.")


def _made_of(base: type[Component], held: Any) -> Any:
    """What a plain function stands for, made once; anything else as it is."""
    is_factory = getattr(held, "makes_regularizer", False)
    return base.from_function(held) if isfunction(held) and not is_factory else held


def _is_made_of_class(component: Any) -> bool:
    """Whether it is an instance that a class of its own makes from a configuration."""
    if not isinstance(component, Component) or is_generic(component):
        return False
    if component.kind == "callbacks":
        return False  # They need not keep their arguments.
    # An activation such as softmax is registered as an instance of a class without arguments.
    return bool(component.get_config()) or not hasattr(component, "__name__")


def _example_of(component: Any) -> Example:
    config = component.get_config()
    shape = config.pop("batch_input_shape", None)
    config.pop("input_dtype", None)
    if shape is None:
        return Example(config)
    return Example(config, tuple(shape[1:]), batch=shape[0])


def _default_examples(component: Any) -> tuple[Example, ...]:
    return () if required_arguments(component) else (Example(),)


def _name_of(component: Any) -> str:
    named = getattr(component, "name", None)
    if isinstance(named, str) and named:
        return named
    return str(getattr(component, "__name__", type(component).__name__))
