"""Scalar and row functions: plain Python that becomes part of kernels."""

import ast
from collections.abc import Callable, Mapping
from functools import cached_property
from types import FunctionType
from typing import Any

import numpy as np

from pronghorn.devices import source
from pronghorn.devices.folding import with_constants
from pronghorn.errors import FunctionError

Constant = None | bool | int | float | str


class Function:
    """A plain Python function as kernels use it: with its source, constants and derivative.

    Args:
        function: a function or lambda in a file or a notebook cell. It may use `math`, numbers
            from around it, and other such functions.
        constants: values for some of its parameters, see `with_constants`.

    Attributes:
        source: tree and meanings of the free names.
        parameters: names of the parameters that are left.
        defaults: default values of those parameters that have one.
        constants: the values put in so far.

    Raises:
        FunctionError: the source cannot be read.
    """

    def __init__(
        self, function: Callable[..., Any], constants: Mapping[str, Constant] | None = None
    ) -> None:
        read = source.read(function)
        self._set(read, _defaults(read), constants or {})

    @classmethod
    def from_text(
        cls, text: str, scope: Mapping[str, Any] | None = None, filename: str = "<pronghorn>"
    ) -> "Function":
        """The function that `text`, one `def` written by a program, defines among `scope`."""
        read = source.from_text(text, scope or {}, filename)
        return cls._made(read, _defaults(read), {})

    @classmethod
    def _made(
        cls, read: source.Source, defaults: dict[str, Any], constants: Mapping[str, Constant]
    ) -> "Function":
        made = cls.__new__(cls)
        made._set(read, defaults, constants)
        return made

    def _set(
        self, read: source.Source, defaults: dict[str, Any], constants: Mapping[str, Constant]
    ) -> None:
        _check(read, constants)
        tree = with_constants(read.tree, constants) if constants else read.tree
        self.source = read.with_tree(tree)
        self.name = tree.name
        self.parameters = tuple(a.arg for a in tree.args.args)
        self.defaults = {n: v for n, v in defaults.items() if n in self.parameters}
        self.constants = dict(constants)
        self._derivatives: dict[str, Function] = {}

    def with_constants(self, **constants: Constant) -> "Function":
        """The function with some parameters fixed; branches that they decide are dropped."""
        if not constants:
            return self
        plain = {n: v.item() if isinstance(v, np.generic) else v for n, v in constants.items()}
        made = Function._made(self.source, self.defaults, plain)
        made.constants = {**self.constants, **plain}
        return made

    def with_defaults(self, parameters: int) -> "Function":
        """The function with all parameters after the first `parameters` at their defaults."""
        rest = self.parameters[parameters:]
        return self.with_constants(**{n: self.defaults[n] for n in rest if n in self.defaults})

    def derivative(self, wrt: str | None = None) -> "Function":
        """The partial derivative with respect to `wrt`, the first parameter if not given.

        It takes the same parameters. At a kink it is what `pronghorn.devices.derivative` says.

        Raises:
            FunctionError: a line cannot be derived, or there is no such parameter.
        """
        name = self.parameters[0] if wrt is None and self.parameters else str(wrt)
        if name not in self.parameters:
            raise self.source.error(None, f"{self.name} has no parameter {name!r} to derive by")
        if name not in self._derivatives:
            self._derivatives[name] = self._given_derivative(name) or self._derived(name)
        return self._derivatives[name]

    def _given_derivative(self, name: str) -> "Function | None":
        """The derivative that comes with the Python function, as the attribute `derivatives`."""
        given = getattr(self.source.origin, "derivatives", {}).get(name)
        return None if given is None else Function(given).with_constants(**self.constants)

    def _derived(self, name: str) -> "Function":
        from pronghorn.devices.derivative import derive  # which needs this module

        return Function._made(derive(self.source, name), self.defaults, {})

    def text(self) -> str:
        """The function as Python text, constants put in."""
        return ast.unparse(self.source.tree)

    def returns_first(self) -> bool:
        """Whether the only statement returns the first parameter as it is."""
        match self.source.tree.body:
            case [ast.Return(value=ast.Name(id=name))]:
                return name == self.parameters[0]
        return False

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Run as plain Python."""
        return self._callable(*args, **named)

    def __repr__(self) -> str:
        return f"Function({self.name}({', '.join(self.parameters)}) at {self.source.place()})"

    @cached_property
    def _callable(self) -> Callable[..., Any]:
        tree, scope = self.source.tree, _Scope(self.source)
        module = ast.Module([tree], [])
        exec(compile(module, self.source.filename, "exec"), scope)
        made: FunctionType = scope[tree.name]
        made.__defaults__ = self._default_tuple()
        return made

    def _default_tuple(self) -> tuple[Any, ...]:
        with_default = [n for n in self.parameters if n in self.defaults]
        return tuple(self.defaults[n] for n in with_default)


class _Scope(dict[str, Any]):
    """Globals of a function that was compiled again from its tree."""

    def __init__(self, read: source.Source) -> None:
        super().__init__()
        for node in ast.walk(read.tree):
            if isinstance(node, ast.Name):
                value = read.lookup(node.id)
                if value is not source.MISSING:
                    # As in kernels, a component stands for the function that it is made of.
                    inner = getattr(value, "function", None)
                    self[node.id] = inner if isinstance(inner, Function) else value
        self["math"] = self.get("math", __import__("math"))


def _defaults(read: source.Source) -> dict[str, Any]:
    names = [a.arg for a in read.tree.args.args]
    positional = read.origin.__code__.co_argcount
    given = read.origin.__defaults__ or ()
    found = dict(zip(names[positional - len(given) : positional], given, strict=True))
    return {**found, **(read.origin.__kwdefaults__ or {})}


def _check(read: source.Source, constants: Mapping[str, Any]) -> None:
    arguments = read.tree.args
    if arguments.vararg or arguments.kwarg:
        raise read.error(None, f"{read.tree.name} takes *args or **kwargs; name its parameters")
    unknown = [n for n in constants if n not in {a.arg for a in arguments.args}]
    if unknown:
        known = ", ".join(a.arg for a in arguments.args)
        raise read.error(None, f"{read.tree.name} has no parameter {unknown[0]!r}; it has {known}")
    for name, value in constants.items():
        if value is not None and not isinstance(value, bool | int | float | str | tuple):
            raise FunctionError(
                f"{read.tree.name}: {name}={value!r} cannot be compiled in; "
                "give None, a bool, a number or a string"
            )
