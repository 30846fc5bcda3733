"""Ways to make one array of several: shapes, forward, and the gradient for each of them."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from pronghorn import backend
from pronghorn.components.array_function import ArrayFunction, shape_from
from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.merging import kernels


class Mode:
    """A way to merge arrays whose first axis is the batch."""

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Shape of the result; here of arrays that all have the same, where it is known."""
        if any(len(shape) != len(shapes[0]) for shape in shapes):
            raise ShapeError(f"{_told(shapes)} cannot be merged element by element")
        return tuple(_common(sizes, shapes) for sizes in zip(*shapes, strict=True))

    def forward(self, inputs: Sequence[Array], ctx: Context) -> Array:
        """Describe the result."""
        raise NotImplementedError

    def backward(self, dy: Array, inputs: Sequence[Array], y: Array, ctx: Context) -> list[Array]:
        """Describe the gradient for each input, from that of the result, which may be changed."""
        raise NotImplementedError


class Sum(Mode):
    """The sum of all, or with `mean` their mean."""

    def __init__(self, mean: bool = False) -> None:
        self.mean = mean

    def forward(self, inputs: Sequence[Array], ctx: Context) -> Array:
        """y = a + b + ..."""
        y = copied(inputs[0], ctx)
        for x in inputs[1:]:
            ctx.run(core.add, x, y)
        if self.mean:
            ctx.run(core.scale, y, 1.0 / len(inputs))
        return y

    def backward(self, dy: Array, inputs: Sequence[Array], y: Array, ctx: Context) -> list[Array]:
        """The same for all."""
        if self.mean:
            ctx.run(core.scale, dy, 1.0 / len(inputs))
        return [*(copied(dy, ctx) for _ in inputs[1:]), dy]


class Product(Mode):
    """The product of all, element by element."""

    def forward(self, inputs: Sequence[Array], ctx: Context) -> Array:
        """y = a b ..."""
        y = copied(inputs[0], ctx)
        for x in inputs[1:]:
            ctx.run(kernels.multiply, x, y)
        return y

    def backward(self, dy: Array, inputs: Sequence[Array], y: Array, ctx: Context) -> list[Array]:
        """Each is multiplied with all the others."""
        gradients = [copied(dy, ctx) for _ in inputs]
        for i, dx in enumerate(gradients):
            for j, x in enumerate(inputs):
                if i != j:
                    ctx.run(kernels.multiply, x, dx)
        return gradients


class Maximum(Mode):
    """The largest of all, element by element; where several are, the gradient is the first's."""

    def forward(self, inputs: Sequence[Array], ctx: Context) -> Array:
        """y = max(a, b, ...)."""
        y = copied(inputs[0], ctx)
        for x in inputs[1:]:
            ctx.run(kernels.maximum, x, y)
        return y

    def backward(self, dy: Array, inputs: Sequence[Array], y: Array, ctx: Context) -> list[Array]:
        """Whoever is the largest has it all."""
        gradients = [ctx.empty(x.shape) for x in inputs]
        for x, dx in zip(inputs, gradients, strict=True):
            ctx.run(kernels.take_maximum, x, y, dy, dx)
        return gradients


class Concat(Mode):
    """One after the other along an axis, which counts the batch as 0."""

    def __init__(self, axis: int) -> None:
        self.axis = axis

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """Lengths along the axis add up; the others are equal."""
        rank = len(shapes[0])
        if any(len(shape) != rank for shape in shapes):
            raise ShapeError(f"{_told(shapes)} cannot be concatenated")
        axis = _axis(self.axis, rank, "concat_axis")
        merged = [_common(sizes, shapes, i == axis) for i, sizes in enumerate(zip(*shapes))]  # noqa: B905
        lengths = [shape[axis] for shape in shapes]
        merged[axis] = None if None in lengths else sum(n for n in lengths if n is not None)
        return tuple(merged)

    def forward(self, inputs: Sequence[Array], ctx: Context) -> Array:
        """Copy each to its place."""
        axis = self.axis % inputs[0].ndim
        before, after = inputs[0].shape[:axis], inputs[0].shape[axis + 1 :]
        y = ctx.empty((*before, sum(x.shape[axis] for x in inputs), *after))
        for x, start, columns in self._places(inputs):
            ctx.run(kernels.put_columns, x.reshape((-1, columns)), start, _rows(y, axis))
        return y

    def backward(self, dy: Array, inputs: Sequence[Array], y: Array, ctx: Context) -> list[Array]:
        """Copy each from its place."""
        gradients = [ctx.empty(x.shape) for x in inputs]
        rows = _rows(dy, self.axis % dy.ndim)
        for dx, start, columns in self._places(gradients):
            ctx.run(kernels.take_columns, rows, start, dx.reshape((-1, columns)))
        return gradients

    def _places(self, arrays: Sequence[Array]) -> list[tuple[Array, int, int]]:
        """Each array, where its columns start, and how many they are."""
        axis = self.axis % arrays[0].ndim
        places, start = [], 0
        for x in arrays:
            columns = prod(x.shape[axis:])
            places.append((x, start, columns))
            start += columns
        return places


class Dot(Mode):
    """The sums of products along one axis of each of two, for every sample."""

    def __init__(self, axes: int | Sequence[int]) -> None:
        self.axes = axes

    def _axes(self, ranks: Sequence[int]) -> tuple[int, int]:
        given = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        first, second = (_axis(a, n, "dot_axes") for a, n in zip(given, ranks, strict=True))
        return first, second

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The other axes of the first, then those of the second; a single number is one column."""
        if len(shapes) != 2:
            raise ValueError(f"modes 'dot' and 'cos' merge 2 inputs, not {len(shapes)}")
        first, second = shapes
        a, b = self._axes([len(first), len(second)])
        if None not in (first[a], second[b]) and first[a] != second[b]:
            raise ShapeError(
                f"axes {a} and {b} of {_told(shapes)}, along which they are multiplied, have "
                "different lengths"
            )
        rest = (*first[:a], *first[a + 1 :], *second[1:b], *second[b + 1 :])
        return rest if len(rest) > 1 else (*rest, 1)

    def forward(self, inputs: Sequence[Array], ctx: Context) -> Array:
        """Matrix products, once the axes are the last ones."""
        a, b = ctx.saved.factors = self._matrices(inputs, ctx)
        z = ctx.empty((a.shape[0], a.shape[1], b.shape[1]))
        ctx.run(core.batch_product_nt, a, b, z)
        return z.reshape(self.output_shape([x.shape for x in inputs]))

    def backward(self, dy: Array, inputs: Sequence[Array], y: Array, ctx: Context) -> list[Array]:
        """da = dz b, db = dzᵀ a."""
        a, b = ctx.saved.factors
        dz = dy.reshape((a.shape[0], a.shape[1], b.shape[1]))
        da, db = ctx.empty(a.shape), ctx.empty(b.shape)
        ctx.run(core.batch_product, dz, b, da)
        ctx.run(core.batch_product_tn, dz, a, db)
        return self._turned_back((da, db), inputs, ctx)

    def _matrices(self, inputs: Sequence[Array], ctx: Context) -> tuple[Array, ...]:
        """Each as (batch, rest, length along its axis)."""
        axes = self._axes([x.ndim for x in inputs])
        made = []
        for x, axis in zip(inputs, axes, strict=True):
            order = [*(i for i in range(x.ndim) if i != axis), axis]
            turned = x if axis == x.ndim - 1 else ctx.permuted(x, order)
            made.append(turned.reshape((x.shape[0], -1, x.shape[axis])))
        return tuple(made)

    def _turned_back(
        self, gradients: Sequence[Array], inputs: Sequence[Array], ctx: Context
    ) -> list[Array]:
        """The gradients in the order of the inputs' axes."""
        axes = self._axes([x.ndim for x in inputs])
        made = []
        for dx, x, axis in zip(gradients, inputs, axes, strict=True):
            rest = [n for i, n in enumerate(x.shape) if i != axis]
            turned = dx.reshape((*rest, x.shape[axis]))
            order = [*range(axis), x.ndim - 1, *range(axis, x.ndim - 1)]
            made.append(turned if axis == x.ndim - 1 else ctx.permuted(turned, order))
        return made


class Cosine(Dot):
    """The same, divided by the norms of the vectors along the axes: the cosines between them."""

    def forward(self, inputs: Sequence[Array], ctx: Context) -> Array:
        """Products over norms."""
        y = super().forward(inputs, ctx)
        squares = []
        for x in ctx.saved.factors:
            found = ctx.empty((x.shape[0], x.shape[1]))
            ctx.run(kernels.squares, x.reshape((-1, x.shape[2])), found.reshape((found.size,)))
            squares.append(found)
        ctx.saved.squares = squares
        ctx.run(kernels.cosines, self._pairs(y, ctx), *squares, backend.epsilon())
        return y

    def backward(self, dy: Array, inputs: Sequence[Array], y: Array, ctx: Context) -> list[Array]:
        """Through the products, and through the norms."""
        squares = ctx.saved.squares
        shares = [ctx.empty(found.shape) for found in squares]
        pairs = self._pairs(dy, ctx), self._pairs(y, ctx)
        ctx.run(kernels.cosine_gradients, *pairs, *squares, backend.epsilon(), *shares)
        gradients = super().backward(dy, inputs, y, ctx)
        through = [ctx.empty(x.shape) for x in ctx.saved.factors]
        for x, share, added in zip(ctx.saved.factors, shares, through, strict=True):
            ctx.run(core.fill, added, 0.0)
            rows = (x.reshape((-1, x.shape[2])), share.reshape((share.size,)))
            ctx.run(kernels.add_scaled_rows, *rows, added.reshape((-1, x.shape[2])))
        for added, dx in zip(self._turned_back(through, inputs, ctx), gradients, strict=True):
            ctx.run(core.add, added, dx)
        return gradients

    def _pairs(self, y: Array, ctx: Context) -> Array:
        a, b = ctx.saved.factors
        return y.reshape((a.shape[0], a.shape[1], b.shape[1]))


class Custom(Mode):
    """What a function makes of the list of arrays; it runs on the CPU."""

    def __init__(
        self, function: Callable[..., Any], output_shape: Any, arguments: Mapping[str, Any]
    ) -> None:
        self.given = output_shape
        self.function = ArrayFunction(function, arguments, listed=True)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        """What was said."""
        return shape_from(self.given, list(shapes), shapes[0][0])

    def forward(self, inputs: Sequence[Array], ctx: Context) -> Array:
        """Call the function."""
        y = ctx.empty(self.output_shape([x.shape for x in inputs]))
        self.function.forward(inputs, y, ctx)
        return y

    def backward(self, dy: Array, inputs: Sequence[Array], y: Array, ctx: Context) -> list[Array]:
        """Its gradient by autograd."""
        gradients = [ctx.empty(x.shape) for x in inputs]
        self.function.backward(inputs, dy, gradients, ctx)
        return gradients


def copied(x: Array, ctx: Context) -> Array:
    """A copy that may be changed."""
    y = ctx.empty(x.shape)
    ctx.run(core.copy, x, y)
    return y


def _rows(y: Array, axis: int) -> Array:
    """The array as rows that hold all that is behind the axis."""
    return y.reshape((-1, prod(y.shape[axis:])))


def _axis(axis: int, rank: int, what: str) -> int:
    """The axis counted from the front."""
    if not isinstance(axis, int):
        raise TypeError(f"{what} must be whole numbers, got {axis!r}")
    if not -rank <= axis < rank or axis % rank == 0:
        raise ValueError(
            f"{what} {axis} is no axis of arrays of {rank} axes; the batch is 0 and not taken"
        )
    return axis % rank


def _common(sizes: Sequence[int | None], shapes: Sequence[Shape], free: bool = False) -> int | None:
    known = {n for n in sizes if n is not None}
    if len(known) > 1 and not free:
        raise ShapeError(f"{_told(shapes)} do not fit together")
    return next(iter(known), None)


def _told(shapes: Sequence[Shape]) -> str:
    return "shapes " + " and ".join(map(str, shapes))
