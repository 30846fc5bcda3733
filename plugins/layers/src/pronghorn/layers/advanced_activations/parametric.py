"""What activations with weights share: which elements have a weight in common."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from pronghorn.components.constraint import Constraint
from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.components.weight import Weight
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.advanced_activations import kernels
from pronghorn.layers.columns import as_matrix, from_matrix

LEAST_COLUMNS, MOST_COLUMNS = 64, 4096
"""Rows of fewer columns are put together, up to so many, to make loops that are worth while."""
PART_ROWS = 128
"""Rows, at least, of each part in which sums over rows are taken."""
MAX_PARTS = 64


class Parametric(Layer):
    """Applies a function whose weights differ from element to element of a sample.

    Weights have the shape of a sample, with 1 for each of the shared axes. The batch, and what
    lies along shared axes, has weights in common: those are the rows of a matrix whose columns
    each have weights of their own.

    Args:
        shared_axes: axes, from 1 on, along which weights are shared; one of them, several or None.
    """

    supports_masking = True
    min_ndim = 2
    function: ClassVar[Any]
    gradient: ClassVar[Any]

    def __init__(self, shared_axes: int | Sequence[int] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(shared_axes, int):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)
        self._stored_shape: tuple[int, ...] | None = None

    def check_input_shape(self, shape: Shape) -> None:
        """Raise ShapeError if a shared axis is none, or the length of another is not known."""
        super().check_input_shape(shape)
        if not self.shared_axes:
            self._find_shared_axes(shape)
        shared = self.shared_axes or []
        if any(axis not in range(1, len(shape)) for axis in shared):
            raise ShapeError(
                f"layer {self.name!r}: shared_axes {shared} are not all axes of a sample in "
                f"{shape}; the first one is 1"
            )
        if any(shape[axis] is None for axis in self._kept(len(shape))):
            raise ShapeError(
                f"layer {self.name!r}: the axes of {shape} must be known, or be in shared_axes"
            )

    def add_parameter(
        self,
        suffix: str,
        input_shape: Shape,
        init: Initializer,
        regularizer: Regularizer | None = None,
        constraint: Constraint | None = None,
    ) -> Weight:
        """Make a weight of the shape of a sample, with 1 for each shared axis."""
        kept = self._kept(len(input_shape))
        shape = tuple(input_shape[a] or 0 if a in kept else 1 for a in range(1, len(input_shape)))
        return self.add_weight(suffix, shape, init, regularizer, constraint)

    def expect_weights(self, shapes: Sequence[tuple[int, ...]]) -> None:
        """Keras 1 leaves shared_axes out of configurations; the arrays of a file tell them."""
        if self.shared_axes or len(set(shapes)) != 1 or any(w.placed for w in self.own_weights):
            return
        self._stored_shape = tuple(shapes[0])
        if self.input_shape is not None and self._find_shared_axes(self.input_shape):
            for weight in self.own_weights:
                weight.array = np.zeros(self._stored_shape, weight.dtype)

    def _find_shared_axes(self, input_shape: Shape) -> bool:
        """Whether the stored arrays have 1 where a sample is longer; those axes are shared."""
        pairs = list(zip(self._stored_shape or (), input_shape[1:], strict=False))
        fits = len(pairs) == len(input_shape) - 1 and all(n in (1, m) for n, m in pairs)
        shared = [axis for axis, (n, m) in enumerate(pairs, 1) if n != m]
        if fits and shared:
            self.shared_axes = shared
        return fits and bool(shared)

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = f(x, weights)."""
        matrix = as_matrix(x, self._kept(x.ndim), ctx)
        wide = matrix.reshape(_widened(*matrix.shape))
        weights = [self._repeated(w, wide.shape[1], ctx) for w in self.own_weights]
        y = ctx.empty(wide.shape)
        ctx.run(self.function, wide, *weights, y)
        ctx.saved.x, ctx.saved.weights = wide, weights
        return from_matrix(y, x.shape, self._kept(x.ndim), ctx)

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy f', in place; sums of the weights' gradients over rows."""
        x, weights = ctx.saved.x, ctx.saved.weights
        shape, kept = dy.shape, self._kept(dy.ndim)
        slope = as_matrix(dy, kept, ctx).reshape(x.shape)
        rows, columns = x.shape
        count = min(max(rows // PART_ROWS, 1), MAX_PARTS)
        parts = [ctx.empty((count, columns)) for _ in weights]
        ctx.run(self.gradient, x, *weights, slope, *parts)
        for weight, part in zip(self.own_weights, parts, strict=True):
            found = ctx.gradient(weight)
            if found is not None:
                each = part.reshape((part.size // weight.size, weight.size))
                ctx.run(core.bias_gradient, each, found.reshape((weight.size,)))
        return from_matrix(slope, shape, kept, ctx)

    def _kept(self, ndim: int) -> list[int]:
        """The axes along which weights differ."""
        return [axis for axis in range(1, ndim) if axis not in (self.shared_axes or [])]

    def _repeated(self, weight: Weight, columns: int, ctx: Context) -> Array:
        if weight.size == columns:
            return weight.flat
        wide = ctx.empty((columns,))
        ctx.run(kernels.repeat_weights, weight.flat, wide)
        return wide


def _widened(rows: int, columns: int) -> tuple[int, int]:
    """The matrix's shape with as many rows put together as make a row long enough."""
    if 0 < columns < LEAST_COLUMNS:
        for times in range(-(-LEAST_COLUMNS // columns), MOST_COLUMNS // columns):
            if rows % times == 0:
                return rows // max(times, 1), times * columns
    return rows, columns
