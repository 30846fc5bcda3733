"""The contract of an initializer, and how a function of a shape becomes one."""

import inspect
from collections.abc import Callable, Mapping
from math import prod
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np

from pronghorn.components.named import NamedComponent
from pronghorn.components.spelling import canonical_names
from pronghorn.errors import FunctionError, ShapeError

Draw = Callable[..., Any]
SUPPLIED = ("shape", "rng", "dim_ordering", "name")
"""What a function may take besides its own options."""


class Initializer(NamedComponent):
    """What a weight's first numbers are drawn from.

    Made of a function of the weight's shape. The function may also take `rng` (a
    `numpy.random.Generator`), `dim_ordering` ("tf" or "th": where a kernel has its channels) and
    `name` (None from layers, for scripts of Keras 1); its other parameters need defaults and are
    options.

    Args:
        function: the function, which gives an array, or a number for all elements.
        config: values for some of its options, and for `seed`, with which the numbers are always
            the same.
    """

    kind: ClassVar[str] = "initializers"

    def __init__(self, function: Draw, config: Mapping[str, Any] | None = None) -> None:
        self.function = function
        self.name = self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self._takes, self._defaults = _parameters(function)
        given = canonical_names(self._defaults, config or {})
        self.seed = given.pop("seed", None)
        unknown = [n for n in given if n not in self._defaults]
        if unknown:
            known = ", ".join([*self._defaults, "seed"])
            raise TypeError(f"{self.name} has no option {unknown[0]!r}; its options: {known}")
        self.config = {**self._defaults, **given}

    @classmethod
    def from_function(cls, function: Draw) -> Self:
        """The initializer that a function `f(shape, ...)` stands for."""
        return cls(function)

    def __call__(
        self,
        shape: tuple[int, ...] | None = None,
        rng: np.random.Generator | None = None,
        dim_ordering: str = "th",
        name: str | None = None,
        **config: Any,
    ) -> Any:
        """Draw numbers of a shape, or choose options where there is no shape, as for a class.

        Args:
            shape: the weight's shape.
            rng: where random numbers come from; by default NumPy's global generator seeds one.
            dim_ordering: "tf" if a kernel's channels are its last two axes, "th" if the first.
            name: for scripts of Keras 1, which pass the weight's; it has no effect.
            config: options for this call.

        Raises:
            ShapeError: the function gives another shape, or cannot fill this one.
            FunctionError: it gives no numbers.
        """
        if shape is None:
            return self.configured(**config)
        if isinstance(shape, Real):
            return self._with_option(shape, config)
        if config:
            return self.configured(**config)(shape, rng, dim_ordering)
        generator = default_generator() if rng is None else rng
        if self.seed is not None:
            generator = np.random.default_rng(self.seed)
        supplied = {"rng": generator, "dim_ordering": dim_ordering, "name": name}
        given = {n: v for n, v in supplied.items() if n in self._takes}
        drawn = self._array(self.function(tuple(shape), **given, **self.config))
        if drawn.shape not in ((), tuple(shape)):
            raise ShapeError(
                f"initializer {self.name!r} gave an array of shape {drawn.shape} for a weight of "
                f"shape {tuple(shape)}"
            )
        return np.array(np.broadcast_to(drawn, shape))

    def _with_option(self, value: Any, config: Mapping[str, Any]) -> Self:
        """This initializer with its only option, as in `Constant(0.1)`."""
        if len(self.config) != 1:
            raise TypeError(
                f"{self.name} takes a shape, or its options by name: "
                f"{', '.join([*self._defaults, 'seed'])}"
            )
        return self.configured(**{next(iter(self.config)): value}, **config)

    def _array(self, drawn: Any) -> np.ndarray:
        """What the function gave, as an array of numbers."""
        try:
            array = np.asarray(drawn)
        except ValueError:  # rows of different lengths
            array = np.empty(0, object)
        if array.dtype.kind not in "fiub":
            code = getattr(self.function, "__code__", None)
            place = f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
            raise FunctionError(
                f"initializer {self.name!r}{place} must return an array of the weight's shape, or "
                f"a number, but it gave {str(drawn)[:80]!r}"
            )
        return array

    def configured(self, **config: Any) -> Self:
        """This initializer with other options."""
        own = {**self.config, "seed": self.seed}
        return type(self)(self.function, {**own, **canonical_names(own, config)})

    def get_config(self) -> dict[str, Any]:
        """The options that differ from their defaults."""
        seed = {} if self.seed is None else {"seed": self.seed}
        return {n: v for n, v in self.config.items() if v != self._defaults[n]} | seed

    def __repr__(self) -> str:
        shown = "".join(f", {key}={value!r}" for key, value in self.get_config().items())
        return f"Initializer({self.name}{shown})"


def initializer(function: Draw) -> Initializer:
    """Decorator: make an initializer of a function of a shape.

    @initializer
    def uniform(shape, rng, scale=0.05):
        return rng.uniform(-scale, scale, shape)
    """
    return Initializer(function)


def default_generator() -> np.random.Generator:
    """A generator seeded by NumPy's global one, so that `np.random.seed` repeats its numbers."""
    return np.random.default_rng(np.random.randint(0, 2**32, size=4, dtype=np.uint32))


def fans(shape: tuple[int, ...], dim_ordering: str = "th") -> tuple[float, float]:
    """How many inputs a unit sees, and how many units an input, for a weight of this shape.

    As in Keras 1: a matrix is (inputs, units). A kernel of four or five axes has its two channel
    axes first, units before inputs ("th"), or last, inputs before units ("tf"). The window is
    the other axes, but with "tf" only the first two of them. Any other weight has the root of its
    size for both.
    """
    if len(shape) == 2:
        return float(shape[0]), float(shape[1])
    if len(shape) in (4, 5):
        if dim_ordering not in ("tf", "th"):
            raise ValueError(f"dim_ordering must be 'tf' or 'th', not {dim_ordering!r}")
        units, inputs, *window = (
            shape if dim_ordering == "th" else (shape[-1], shape[-2], *shape[:2])
        )
        return float(inputs * prod(window)), float(units * prod(window))
    root = prod(shape) ** 0.5
    return root, root


def _parameters(function: Draw) -> tuple[frozenset[str], dict[str, Any]]:
    """Which supplied arguments a function takes, and its own options with their defaults.

    Raises:
        TypeError: its first parameter is not the shape, or an option has no default.
    """
    parameters = list(inspect.signature(function).parameters.values())
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    options = {p.name: p.default for p in named[1:] if p.name not in SUPPLIED}
    bare = [name for name, default in options.items() if default is inspect.Parameter.empty]
    if not named or bare:
        raise TypeError(
            f"{function.__name__}{inspect.signature(function)} should take (shape), then any of "
            "rng, dim_ordering and name, and then options, which have defaults"
        )
    return frozenset(p.name for p in parameters) - {named[0].name}, options
