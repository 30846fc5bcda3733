"""The contract of a metric, and how a function of one element or one row becomes one."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from pronghorn.components.context import Array, Context, EagerContext
from pronghorn.components.function_component import FunctionComponent
from pronghorn.components.named import NamedComponent
from pronghorn.components.objective import Objective, rows_of
from pronghorn.devices import kernels
from pronghorn.devices.function import Function
from pronghorn.devices.pair import KernelPair
from pronghorn.errors import FunctionError, ShapeError, UnknownComponentError

RowCallable = Callable[..., Any]


class Metric(NamedComponent):
    """A number that tells how good predictions are. It has no influence on training.

    It is made of sums over rows, which are added up over all batches before `result` is taken.

    Attributes:
        name: the identifier, which is also the label in logs unless there is a `label`.
        width: how many sums over the rows it needs.
        sparse: whether targets may be class numbers, one for each row.
        row: the function `row(t, p) -> tuple` of one row of targets and predictions, `width`
            numbers that are added up over the rows.
        reduction: "mean" if those are yet to be divided by the number of columns, else "sum".
        whole: whether `record` is given targets and predictions as they are, (samples, ...), and
            not as rows.
    """

    kind: ClassVar[str] = "metrics"
    width: int = 1
    sparse: bool = False
    whole: bool = False
    reduction: str = "sum"
    row: Function

    @classmethod
    def lookup(cls, identifier: str) -> Any:
        """The metric of this name; every objective is one too."""
        try:
            return super().lookup(identifier)
        except UnknownComponentError:
            try:
                return Objective.lookup(identifier)
            except UnknownComponentError:
                pass
            raise

    @classmethod
    def coerce(cls, thing: Any, config: Mapping[str, Any]) -> Self:
        """Make a metric from an objective too: its mean over the rows."""
        if isinstance(thing, Objective):
            thing = ObjectiveMetric(thing)
        return super().coerce(thing, config)

    @classmethod
    def from_function(cls, function: RowCallable) -> "Metric":
        """The metric that a function `f(y_true, y_pred)` of one element stands for: its mean.

        A function that cannot be compiled, but works on arrays, is one of arrays.
        """
        try:
            made: ScalarMetric = metric(function)
            return made.checked()
        except FunctionError as error:
            from pronghorn.components.array_objective import ArrayMetric, tried  # a subclass

            return ArrayMetric(tried(function, error))

    def record(self, ctx: Context, t: Array, p: Array, sums: Array) -> None:
        """Describe the sums over the rows of `t` (rows, k) and `p` (rows, columns).

        They are added to `sums`, float64 (width,).
        """
        self.check_columns(t, p)
        scale = 1.0 / p.shape[1] if self.reduction == "mean" else 1.0
        ctx.run(kernels.metric_rows.specialize(row=self.row), t, p, scale, sums)

    def check_columns(self, t: Array, p: Array) -> None:
        """Raise ShapeError if there are not as many columns in the targets as predicted."""
        columns = p.shape[1]
        if t.shape[1] != columns and not (self.sparse and t.shape[1] == 1):
            raise ShapeError(
                f"metric {self.name!r} compares predictions of {columns} columns with targets of "
                f"as many, but the targets have {t.shape[1]}"
            )

    def result(self, sums: Any, rows: int) -> float:
        """The metric's value, from the sums over `rows` rows: their mean."""
        return float(sums[0] / rows)

    def __call__(self, y_true: Any = None, y_pred: Any = None, **config: Any) -> Any:
        """The metric of NumPy arrays, computed on the CPU; without them, other options."""
        if y_pred is None:
            return self.configured(**config)
        sparse = self.sparse and np.shape(y_true) != np.shape(y_pred)
        t, p, _ = rows_of(y_true, y_pred, sparse)
        sums = np.zeros(self.width)
        self.record(EagerContext("cpu", p.dtype), t, p, sums)
        return self.result(sums, len(p))


class ObjectiveMetric(Metric):
    """The mean over all rows of an objective's loss, without weights and masks."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.name = self.__name__ = objective.name
        self.label = objective.label
        self.__doc__ = objective.__doc__
        self.sparse = objective.sparse
        self.reduction = objective.reduction

    @cached_property
    def row(self) -> Function:  # type: ignore[override]
        """The objective's loss of a row, without its gradient."""
        return _one_number(self.objective.row.with_constants(g=None))

    def configured(self, **config: Any) -> Self:
        """This metric with other options of its objective."""
        return type(self)(self.objective.configured(**config))

    def get_config(self) -> dict[str, Any]:
        """The options of the objective that differ from their defaults."""
        return self.objective.get_config()

    def to_identifier(self) -> Any:
        """What a configuration holds for this metric: what it holds for the objective."""
        return self.objective.to_identifier()


class FunctionMetric(FunctionComponent, Metric):
    """A metric made of a function."""

    def kernels(self) -> tuple[KernelPair, ...]:
        """The pass over all rows."""
        return (kernels.metric_rows.specialize(row=self.row),)


class ScalarMetric(FunctionMetric):
    """The mean over all elements of a function `f(y_true, y_pred, **options)`."""

    data = ("y_true", "y_pred")
    reduction = "mean"

    @cached_property
    def row(self) -> Function:  # type: ignore[override]
        """The function's sum over a row."""
        return _sum_of_elements(self.complete(self.function))


class RowMetric(FunctionMetric):
    """A metric of a function `row(t, p, **options)`, which gives one number or a tuple.

    Args:
        function, config: as of every component made of a function.
        width: how many numbers.
        sparse: whether targets may be class numbers.
        reduction: "mean" if they are to be divided by the number of columns.
    """

    data = ("t", "p")
    value: RowCallable | None = None

    def __init__(
        self,
        function: Function,
        config: Mapping[str, Any] | None = None,
        width: int = 1,
        sparse: bool = False,
        reduction: str = "sum",
    ) -> None:
        super().__init__(function, config)
        self.width = width
        if width > 1:
            self.returns = width, f"a tuple of {width} numbers"
        self.sparse = sparse
        self.reduction = reduction

    @cached_property
    def row(self) -> Function:  # type: ignore[override]
        """The row function, its options put in, as one that gives a tuple."""
        completed = self.complete(self.function)
        return completed if self.width > 1 else _one_number(completed)

    def from_sums(self, function: RowCallable) -> Self:
        """Decorator: take `function(sums, rows, **options) -> float` as what the sums amount to."""
        self.value = function
        return self

    def result(self, sums: Any, rows: int) -> float:
        """The metric's value, from the sums over `rows` rows."""
        if self.value is None:
            return super().result(sums, rows)
        return float(self.value(sums, rows, **self.config))


def metric(function: RowCallable | None = None) -> Any:
    """Decorator: make a metric of a function `f(y_true, y_pred, **options)` of one element.

    Its value is the function's mean over all elements.
    """
    return ScalarMetric.decorate(function)


def row_metric(
    function: RowCallable | None = None,
    *,
    width: int = 1,
    sparse: bool = False,
    reduction: str = "sum",
) -> Any:
    """Decorator: make a metric of a function `row(t, p, **options)` of one row.

    The function gives one number, or a tuple of `width`, to be added up over the rows. The value
    is the mean over the rows unless `@name.from_sums` says otherwise.
    """
    return RowMetric.decorate(function, width=width, sparse=sparse, reduction=reduction)


def accuracy_for(
    objective: Objective, output_shape: tuple[int | None, ...], class_mode: str | None = None
) -> str:
    """The metric that "accuracy" means for an objective and a model's output shape.

    As in Keras 1: binary for one column or `binary_crossentropy`, sparse for class numbers, else
    categorical. `class_mode`, "binary" or "categorical", of older scripts goes first.
    """
    if class_mode == "binary":
        return "binary_accuracy"
    if objective.sparse:
        return "sparse_categorical_accuracy" if output_shape[-1] != 1 else "binary_accuracy"
    if class_mode == "categorical":
        return "categorical_accuracy"
    one_column = output_shape[-1] == 1
    if one_column or objective.name == "binary_crossentropy":
        return "binary_accuracy"
    return "categorical_accuracy"


def _sum_of_elements(function: Function) -> Function:
    def row(t, p):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        total = 0.0
        for j in range(p.size):
            total += function(t[j], p[j])
        return (total,)

    return Function(row)


def _one_number(function: Function) -> Function:
    def row(t, p):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        return (function(t, p),)

    return Function(row)
