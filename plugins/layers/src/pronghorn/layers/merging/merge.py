"""Several models side by side as the first layer of another one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pronghorn.components.branches import once
from pronghorn.components.component import to_plain
from pronghorn.components.composite import Composite, distinct
from pronghorn.components.context import Array, Context
from pronghorn.components.input import Input
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.steps import one_or_all
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.core import Activation
from pronghorn.layers.merging.modes import (
    Concat,
    Cosine,
    Custom,
    Dot,
    Maximum,
    Mode,
    Product,
    Sum,
)
from pronghorn.models import Sequential

MODES = ("sum", "mul", "concat", "ave", "dot", "cos", "max")


class Merge(Composite):
    """Merges the outputs of several models, each of which has its own input.

    It is the first layer of a Sequential, which then takes a list of arrays: one for each branch,
    in their order, a branch that begins with a Merge itself taking several.

    | mode | result |
    | --- | --- |
    | "sum", "mul", "ave", "max" | element by element; the outputs have the same shape |
    | "concat" | one after the other along `concat_axis` |
    | "dot" | sums of products along `dot_axes` of two outputs, for every sample |
    | "cos" | the same divided by the vectors' norms |
    | a function | what it makes of the list of arrays; it runs on the CPU |

    Axes count the batch as 0. Masks of the branches stay in the branches, as in Keras 1. A branch
    may be listed more than once, and in a Merge of a branch: it takes its input once, is computed
    once, and learns from all its places.

    Weights: those of the branches, under their names.

    Args:
        layers: the branches, two or more: Sequential models, or an `Input` that is merged as it is.
        mode: one of these names, or a function of a list of arrays.
        concat_axis: axis for "concat".
        dot_axes: axis of each for "dot" and "cos": one number for both, or two.
        output_shape: of a function's result, without the batch axis; or a function of the list of
            shapes that tells it with the batch axis.
        output_mask: only None.
        arguments: further arguments of a function.
    """

    expected_failures: ClassVar = {
        "can_be_made": "the checks give one input; test_merge.py has its own",
    }

    def __init__(
        self,
        layers: Sequence[Any],
        mode: str | Callable[..., Any] = "sum",
        concat_axis: int = -1,
        dot_axes: int | Sequence[int] = -1,
        output_shape: Any = None,
        output_mask: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(layers, (list, tuple)) or len(layers) < 2:
            raise TypeError(f"Merge takes a list of two models or more, got {layers!r}")
        self.layers: list[Layer] = [_branch(layer) for layer in layers]
        self.mode, self.concat_axis, self.dot_axes = mode, concat_axis, dot_axes
        self.merged_shape = output_shape
        if output_mask is not None:
            raise ValueError("output_mask: masks of branches do not reach a Merge, as in Keras 1")
        self.output_mask = output_mask
        self.arguments = dict(arguments or {})
        self._mode = self._find_mode()

    def _find_mode(self) -> Mode:
        if callable(self.mode):
            if self.merged_shape is None:
                raise ValueError(
                    "a function as mode needs output_shape: a tuple without the batch axis, or a "
                    "function of the list of input shapes"
                )
            return Custom(self.mode, self.merged_shape, self.arguments)
        if self.mode not in MODES:
            known = ", ".join(map(repr, MODES))
            raise ValueError(f"Invalid merge mode {self.mode!r}: use {known} or a function")
        if self.mode in ("dot", "cos"):
            axes = self.dot_axes
            if not isinstance(axes, int) and (
                not isinstance(axes, (list, tuple))
                or len(axes) != 2
                or not all(isinstance(axis, int) for axis in axes)
            ):
                raise TypeError(f"dot_axes must be a whole number or two of them, got {axes!r}")
            return Dot(axes) if self.mode == "dot" else Cosine(axes)
        if self.mode == "concat":
            return Concat(self.concat_axis)
        return {"mul": Product(), "max": Maximum(), "ave": Sum(mean=True)}.get(self.mode, Sum())

    # As the first layer of a model.

    @property
    def inner(self) -> list[Layer]:
        """The branches."""
        return distinct(self.layers)

    @property
    def branches(self) -> list[Layer]:
        """The same: any may be a branch of another Merge in the model, too."""
        return self.inner

    @property
    def sources(self) -> list[Layer]:
        """Those of all branches."""
        return distinct(source for branch in self.layers for source in branch.sources)

    @property
    def flattened(self) -> list[Layer]:
        """The layers of the branches, which stand for the Merge in files."""
        return distinct(layer for branch in self.layers for layer in branch.flattened_layers)

    @property
    def supports_masking(self) -> bool:  # type: ignore[override]
        """No: there is nothing before it."""
        return False

    @property
    def produces_mask(self) -> bool:
        """Never."""
        return False

    def declared_shape(self) -> Any:
        """The shape that the branches take, or the list of them."""
        return one_or_all([source.input_shape for source in self.sources])

    def connect(self, input_shape: Any) -> None:
        """Tell the shape; the branches have their weights."""
        self.input_shape = tuple(input_shape)
        self.output_shape = self.get_output_shape_for(input_shape)
        self.built = True

    def get_output_shape_for(self, input_shape: Any) -> Shape:
        """What the mode makes of the branches' shapes."""
        shapes = [branch.output_shape for branch in self.layers]
        try:
            shape = self._mode.output_shape([shape for shape in shapes if shape is not None])
        except ShapeError as error:
            raise ShapeError(f"{self.name!r}, mode {self.mode!r}: {error}") from None
        return shape if len(self.sources) > 1 else (input_shape[0], *shape[1:])

    # Numbers.

    def forward(self, x: Any, ctx: Context) -> Array:
        """The branches' outputs, merged."""
        ctx.saved.uses = [self._use(branch, x, ctx) for branch in self.layers]
        ctx.output_mask = None
        outputs = ctx.saved.outputs = [use.y for use, _ in ctx.saved.uses]
        y = ctx.saved.y = self._mode.forward(outputs, ctx)
        return y

    def _use(self, branch: Layer, x: Any, ctx: Context) -> "tuple[Use, bool]":
        """A branch's output, and whether this is the first place that asks for it."""
        if branch in ctx.branches:
            return ctx.branches[branch], False
        inner = ctx.inside(branch)
        given = x if isinstance(x, list) else [x]
        inputs = dict(zip(map(id, self.sources), given, strict=True))
        y = branch.forward(one_or_all([inputs[id(source)] for source in branch.sources]), inner)
        ctx.branches[branch] = Use(inner, y)
        return ctx.branches[branch], True

    def backward(self, dy: Array, ctx: Context) -> Any:
        """Each branch's gradient, added up over its places, goes back through the branch."""
        saved = ctx.saved
        gradients = self._mode.backward(dy, saved.outputs, saved.y, ctx)
        found: dict[int, Array | None] = {}
        # In reverse, so that a branch goes back when all its later places have been met.
        places = zip(self.layers, saved.uses, gradients, strict=True)
        for branch, (use, first), gradient in reversed(list(places)):
            if use.dy is not None:
                ctx.run(core.add, use.dy, gradient)
            use.dy = gradient
            if first:
                use.ctx.needs_input_gradient = ctx.needs_input_gradient
                dx = branch.backward(gradient, use.ctx)
                sources = branch.sources
                parts = dx if isinstance(dx, list) else [dx] * len(sources)
                found.update(zip(map(id, sources), parts, strict=True))
        return one_or_all([found.get(id(source)) for source in self.sources])

    def get_config(self) -> dict[str, Any]:
        """What Keras 1 writes of a Merge that is first in a model."""
        return {
            "name": self.name,
            "mode": self.mode,
            "mode_type": _type_of(self.mode),
            "concat_axis": self.concat_axis,
            "dot_axes": self.dot_axes,
            "output_shape": self.merged_shape,
            "output_shape_type": _type_of(self.merged_shape),
            "output_mask": None,
            "output_mask_type": "raw",
            "arguments": {name: to_plain(value) for name, value in self.arguments.items()},
            "layers": [
                {"class_name": type(branch).__name__, "config": branch.get_config()}
                for branch in self.layers
            ],
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Merge":
        """Build the layer that `get_config` described."""
        arguments = {key: v for key, v in config.items() if not key.endswith("_type")}
        return cls(**{**arguments, "layers": [_restored(layer) for layer in config["layers"]]})


@dataclass
class Use:
    """A branch in a plan: its context, its output, and the gradient from the places so far."""

    ctx: Context
    y: Array
    dy: Array | None = None


def _restored(layer: Any) -> Layer:
    return once(layer, _branch) if isinstance(layer, Mapping) else _branch(layer)


def _branch(layer: Any) -> Layer:
    if isinstance(layer, Input):
        return Sequential([layer, Activation("linear")])
    branch = Layer.get(layer)
    if not isinstance(branch, Sequential):
        raise TypeError(
            f"Merge merges Sequential models, not {type(branch).__name__}: make a model of it, as "
            "in Sequential([layer])"
        )
    return branch


def _type_of(value: Any) -> str:
    return "lambda" if callable(value) else "raw"
