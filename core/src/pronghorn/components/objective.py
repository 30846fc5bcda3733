"""The contract of an objective, and how a function of one element or one row becomes one."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from pronghorn import backend, registry
from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context, EagerContext
from pronghorn.components.function_component import FunctionComponent
from pronghorn.components.named import NamedComponent
from pronghorn.devices import kernels
from pronghorn.devices.function import Function
from pronghorn.devices.pair import KernelPair
from pronghorn.devices.rows import row_sum
from pronghorn.errors import FunctionError, ShapeError

RowCallable = Callable[..., Any]
BLOCK = 32
"""Elements summed up before they go into the sum of a row, which in float32 is nearer."""


class Objective(NamedComponent):
    """What training makes small: a loss for every row of the last axis.

    Attributes:
        name: the identifier.
        sparse: whether targets are class numbers, one for each row.
        row: the function `row(t, p, g) -> loss` of one row of targets `t` and predictions `p`,
            which writes the loss's gradient at `p` to `g` unless `g` is None.
        reduction: "mean" if loss and gradient are yet to be divided by the number of columns,
            else "sum".
        whole: whether `record` is given targets and predictions as they are, (samples, ...), and
            not as rows.
    """

    kind: ClassVar[str] = "objectives"
    sparse: bool = False
    whole: bool = False
    reduction: str = "sum"
    row: Function

    @classmethod
    def from_function(cls, function: RowCallable) -> "Objective":
        """The objective that a function `f(y_true, y_pred)` of one element stands for.

        Its mean over the last axis is the loss; its gradient is derived. A function that cannot be
        compiled, but works on arrays, is one of arrays.

        Raises:
            FunctionError: the function is neither.
        """
        try:
            made: ScalarObjective = objective(function)
            return made.checked()
        except FunctionError as error:
            from pronghorn.components.array_objective import ArrayObjective, tried  # a subclass

            return ArrayObjective(tried(function, error))

    def fused(self, activation: Activation | None) -> Function | None:
        """`row` with the gradient taken before the activation that made `p`, or None.

        Where there is one, it gives the same numbers as going through both backward passes.
        """
        return self.row if activation is not None and activation.identity else None

    def record(
        self,
        ctx: Context,
        t: Array,
        p: Array,
        coefficient: Array,
        losses: Array,
        g: Array | None = None,
        activation: Activation | None = None,
    ) -> bool:
        """Describe the losses of all rows, each times its coefficient, and their gradient.

        Args:
            ctx: where to describe them.
            t: targets (rows, columns), or (rows, 1) where `sparse`.
            p: predictions (rows, columns).
            coefficient: factor of each row's loss (rows,).
            losses: where the losses go (rows,).
            g: where the gradient goes (rows, columns), or None in the test phase.
            activation: the activation that made `p`, if its backward may be left out.

        Returns:
            Whether `g` is the gradient before the activation.
        """
        scale = self.scale(p.shape[1])
        if g is None:
            row = self.row.with_constants(g=None)
            ctx.run(kernels.objective_losses.specialize(row=row), t, p, coefficient, scale, losses)
            return False
        fused = self.fused(activation)
        row = self.row if fused is None else fused
        ctx.run(kernels.objective_rows.specialize(row=row), t, p, coefficient, scale, g, losses)
        return fused is not None

    def scale(self, columns: int) -> float:
        """What a row's loss and gradient are multiplied with: 1, or one over the columns."""
        return 1.0 / columns if self.reduction == "mean" else 1.0

    def __call__(self, y_true: Any = None, y_pred: Any = None, **config: Any) -> Any:
        """The loss of every row of NumPy arrays: the predictions' shape without the last axis.

        Without arrays, as for a class, this objective with other options.
        """
        if y_pred is None:
            return self.configured(**config)
        return self._eager(y_true, y_pred)[0]

    def gradient(self, y_true: Any, y_pred: Any) -> np.ndarray:
        """The gradient of the sum of all losses at the predictions, as a NumPy array."""
        return self._eager(y_true, y_pred)[1]

    def _eager(self, y_true: Any, y_pred: Any) -> tuple[np.ndarray, np.ndarray]:
        t, p, shape = rows_of(y_true, y_pred, self.sparse)
        losses, g = np.empty(len(p), p.dtype), np.empty_like(p)
        self.record(EagerContext("cpu", p.dtype), t, p, np.ones(len(p), p.dtype), losses, g)
        return losses.reshape(shape[:-1]), g.reshape(shape)


class FunctionObjective(FunctionComponent, Objective):
    """An objective made of a function.

    Args:
        function, config: as of every component made of a function.
        reduction: "mean" or "sum" over the last axis.
    """

    def __init__(
        self, function: Function, config: Mapping[str, Any] | None = None, reduction: str = "mean"
    ) -> None:
        if reduction not in ("mean", "sum"):
            raise ValueError(f"reduction {reduction!r} is unknown: use 'mean' or 'sum'")
        super().__init__(function, config)
        self.reduction = reduction
        self.fusions: dict[str, Function] = {}

    def fuse(self, activation: str) -> Callable[[RowCallable], RowCallable]:
        """Decorator: what goes in the place of the gradient after an official activation.

        It takes the arguments of the gradient, `p` being the activation's output, and gives the
        gradient before the activation. It stands for the options' defaults only.
        """

        def take(function: RowCallable) -> RowCallable:
            self.fusions[activation] = Function(function)
            return function

        return take

    def fused(self, activation: Activation | None) -> Function | None:
        """The fusion that was declared for this very activation and options, if there is one."""
        chosen = any(value != self.defaults[name] for name, value in self.config.items())
        if activation is None or activation.name not in self.fusions or chosen:
            return super().fused(activation)
        official = registry.load("activations", f"pronghorn-activations:{activation.name}")
        if activation is not official:
            return None
        return self.with_gradient(self.complete(self.fusions[activation.name]))

    def with_gradient(self, function: Function) -> Function:
        """The row function whose gradient is `function`."""
        raise NotImplementedError(f"{type(self).__name__} has no rows")

    def kernels(self) -> tuple[KernelPair, ...]:
        """The pass over all rows."""
        return (kernels.objective_rows.specialize(row=self.row),)


class ScalarObjective(FunctionObjective):
    """An objective made of a function `f(y_true, y_pred, **options) -> loss` of one element."""

    data = ("y_true", "y_pred")
    given: Function | None = None

    def derivative(self, function: RowCallable) -> Self:
        """Decorator: take `function(y_true, y_pred)` as the derivative with respect to `y_pred`."""
        self.given = Function(function)
        self.forget()
        return self

    @cached_property
    def slope(self) -> Function:
        """The derivative with respect to `y_pred`."""
        derived = self.given or self.function.derivative(self.function.parameters[1])
        return self.complete(derived)

    @cached_property
    def row(self) -> Function:  # type: ignore[override]
        """The row function that the element's function amounts to."""
        loss = self.complete(self.function)  # before its derivative, which knows less to say
        return element_rows(loss, self.slope)

    def with_gradient(self, function: Function) -> Function:
        """The row function of the element's loss and this gradient."""
        return element_rows(self.complete(self.function), function)


class RowObjective(FunctionObjective):
    """An objective whose author writes the loop over a row: `row(t, p, g, **options) -> loss`.

    Args:
        function, config, reduction: as of every objective made of a function.
        sparse: whether `t` holds one class number.
    """

    data = ("t", "p", "g")

    def __init__(
        self,
        function: Function,
        config: Mapping[str, Any] | None = None,
        reduction: str = "sum",
        sparse: bool = False,
    ) -> None:
        super().__init__(function, config, reduction)
        self.sparse = sparse

    @cached_property
    def row(self) -> Function:  # type: ignore[override]
        """The row function with the options put in."""
        return self.complete(self.function)

    def with_gradient(self, function: Function) -> Function:
        """The row function that the author wrote."""
        return function


def objective(function: RowCallable | None = None, *, reduction: str = "mean") -> Any:
    """Decorator: make an objective of a function `f(y_true, y_pred, **options)` of one element.

    The loss is its mean (or `reduction="sum"`) over the last axis; the gradient is derived:

        @objective
        def mean_squared_error(y_true, y_pred):
            return (y_pred - y_true) ** 2
    """
    return ScalarObjective.decorate(function, reduction=reduction)


def row_objective(
    function: RowCallable | None = None, *, reduction: str = "sum", sparse: bool = False
) -> Any:
    """Decorator: make an objective of a function `row(t, p, g, **options) -> loss` of one row.

    `t` and `p` are the targets and predictions of one row, one-dimensional. The function writes
    the gradient at `p` to `g` where `g is not None`, and returns the loss.
    """
    return RowObjective.decorate(function, reduction=reduction, sparse=sparse)


def element_rows(loss: Function, slope: Function) -> Function:
    """The row function that sums the loss of the elements; `slope` is its derivative."""

    def row(t, p, g):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        if g is None:
            total = 0.0
            for start in range(0, p.size, BLOCK):
                part = 0.0
                for j in range(start, min(start + BLOCK, p.size)):
                    part += loss(t[j], p[j])
                total += part
            return total
        # Sums keep a loop from being vectorized, so they have one of their own.
        for j in range(p.size):
            g[j] = loss(t[j], p[j])
        total = row_sum(g)
        for j in range(p.size):
            g[j] = slope(t[j], p[j])
        return total

    return Function(row)


def rows_of(
    y_true: Any, y_pred: Any, sparse: bool = False
) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Targets and predictions as matrices of rows, and the predictions' own shape.

    Predictions of one axis are one column. Class numbers may lack the trailing axis of size 1.

    Raises:
        ShapeError: the shapes do not belong together.
    """
    given = np.asarray(y_pred)
    dtype = given.dtype if given.dtype in (np.float32, np.float64) else backend.floatx()
    p = np.asarray(given, dtype, order="C")
    shape = p.shape if p.ndim > 1 else (p.size, 1)
    t = np.asarray(y_true, dtype, order="C")
    columns = 1 if sparse else shape[-1]
    if t.size * shape[-1] != p.size * columns or (not sparse and t.shape != p.shape):
        wanted = (*p.shape[:-1], 1) if sparse else p.shape
        raise ShapeError(
            f"targets of shape {t.shape} do not fit predictions of shape {p.shape}: expected "
            f"{wanted}"
        )
    return t.reshape(-1, columns), p.reshape(-1, shape[-1]), shape
