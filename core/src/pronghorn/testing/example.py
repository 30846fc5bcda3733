"""How a component is made for its checks, and what it is tried on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Example:
    """One way to make a component, and data that it takes.

    A component says its examples in an attribute `examples`, as plain tuples: a configuration,
    then what else is needed, each part only if it is needed:

        examples = [
            ({"output_dim": 3}, (5,)),
            ({"output_dim": 3, "mask_zero": True}, (6,), {"integers": 7}),
        ]

    Attributes:
        config: arguments of the constructor, or options of a function.
        shape: of one input sample of a layer; of the weight that a constraint, a regularizer or
            an initializer is tried on.
        integers: inputs are whole numbers from 0 up to this one, exclusive.
        batch: the only batch size that the layer can take.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    shape: tuple[int, ...] | None = None
    integers: int | None = None
    batch: int | None = None

    @classmethod
    def of(cls, given: Any) -> "Example":
        """The example that a tuple, or a configuration alone, stands for.

        Raises TypeError, with the accepted forms, for anything else.
        """
        if isinstance(given, Example):
            return given
        if isinstance(given, Mapping):
            return cls(dict(given))
        parts = list(given) if isinstance(given, tuple | list) else []
        options = parts.pop() if len(parts) == 3 else {}
        known = {f.name for f in fields(cls)} - {"config", "shape"}
        fits = (
            len(parts) in (1, 2)
            and isinstance(parts[0], Mapping)
            and (len(parts) == 1 or isinstance(parts[1], tuple | list))
            and isinstance(options, Mapping)
            and set(options) <= known
        )
        if not fits:
            raise TypeError(
                f"{given!r} is no example: give a configuration, (configuration, shape) or "
                f"(configuration, shape, options), with the options {', '.join(sorted(known))}"
            )
        shape = tuple(parts[1]) if len(parts) == 2 else None
        return cls(dict(parts[0]), shape, **options)

    def __str__(self) -> str:
        given = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"Example({', '.join(text for text in given if not text.endswith('=None'))})"


def read_examples(given: Any) -> tuple[Example, ...]:
    """The examples that an `examples` attribute holds.

    Raises TypeError if it is no sequence of examples.
    """
    if isinstance(given, Mapping | str) or not isinstance(given, Iterable):
        raise TypeError(f"examples should be a list such as [({{...}}, (5,))], got {given!r}")
    return tuple(Example.of(each) for each in given)
