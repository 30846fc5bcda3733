"""What `keras.backend` computes with tensors, for arrays: NumPy's, and those that autograd follows.

They are found as `pronghorn.backend.<name>`. Lambda layers and functions of whole arrays that are
objectives or metrics use them. Those of one element may also stand in functions that Pronghorn
compiles: there each means its `on_numbers`.
"""

import builtins
import sys
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from pronghorn import backend
from pronghorn import number_functions as on

Axis = int | Sequence[int] | None


def on_numbers(scalar: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function of arrays mean `scalar` in functions that are compiled."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.on_numbers = scalar  # type: ignore[attr-defined]
        return function

    return mark


def numpy_for(*arrays: Any) -> Any:
    """The module whose functions take these arrays: autograd's where it follows one of them."""
    tracer = sys.modules.get("autograd.tracer")
    if tracer is not None and builtins.any(isinstance(array, tracer.Box) for array in arrays):
        import autograd.numpy

        return autograd.numpy
    return np


def _axes(axis: Axis) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


# One element at a time.


@on_numbers(on.square)
def square(x: Any) -> Any:
    """`x**2`."""
    return x * x


@on_numbers(on.sqrt)
def sqrt(x: Any) -> Any:
    """The square root; 0 of negative numbers."""
    np_ = numpy_for(x)
    return np_.sqrt(np_.maximum(x, 0.0))


@on_numbers(on.abs)
def abs(x: Any) -> Any:
    """`|x|`."""
    return numpy_for(x).abs(x)


@on_numbers(on.sign)
def sign(x: Any) -> Any:
    """1, 0 or -1."""
    return numpy_for(x).sign(x)


@on_numbers(on.exp)
def exp(x: Any) -> Any:
    """`e**x`."""
    return numpy_for(x).exp(x)


@on_numbers(on.log)
def log(x: Any) -> Any:
    """The natural logarithm."""
    return numpy_for(x).log(x)


@on_numbers(on.sin)
def sin(x: Any) -> Any:
    """The sine."""
    return numpy_for(x).sin(x)


@on_numbers(on.cos)
def cos(x: Any) -> Any:
    """The cosine."""
    return numpy_for(x).cos(x)


@on_numbers(on.tanh)
def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return numpy_for(x).tanh(x)


@on_numbers(on.sigmoid)
def sigmoid(x: Any) -> Any:
    """`1 / (1 + e**-x)`."""
    return 0.5 * numpy_for(x).tanh(0.5 * x) + 0.5


@on_numbers(on.hard_sigmoid)
def hard_sigmoid(x: Any) -> Any:
    """`0.2 x + 0.5`, between 0 and 1."""
    return numpy_for(x).clip(0.2 * x + 0.5, 0.0, 1.0)


@on_numbers(on.softplus)
def softplus(x: Any) -> Any:
    """`log(1 + e**x)`."""
    return numpy_for(x).logaddexp(x, 0.0)


@on_numbers(on.softsign)
def softsign(x: Any) -> Any:
    """`x / (1 + |x|)`."""
    return x / (1.0 + numpy_for(x).abs(x))


@on_numbers(on.relu)
def relu(x: Any, alpha: float = 0.0, max_value: float | None = None) -> Any:
    """`max(x, 0)`, or at most `max_value`; below 0 `alpha x`."""
    np_ = numpy_for(x)
    positive = np_.maximum(x, 0.0)
    if max_value is not None:
        positive = np_.minimum(positive, max_value)
    return positive if not alpha else positive + alpha * np_.minimum(x, 0.0)


@on_numbers(on.elu)
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x above 0, below it `alpha (e**x - 1)`."""
    np_ = numpy_for(x)
    return np_.maximum(x, 0.0) + alpha * (np_.exp(np_.minimum(x, 0.0)) - 1.0)


@on_numbers(on.clip)
def clip(x: Any, min_value: float | None, max_value: float | None) -> Any:
    """x, at least `min_value` and at most `max_value`."""
    if max_value is not None and min_value is not None and max_value < min_value:
        max_value = min_value
    lowest = -np.inf if min_value is None else min_value
    return numpy_for(x).clip(x, lowest, np.inf if max_value is None else max_value)


@on_numbers(on.maximum)
def maximum(x: Any, y: Any) -> Any:
    """The larger one of each two elements."""
    return numpy_for(x, y).maximum(x, y)


@on_numbers(on.minimum)
def minimum(x: Any, y: Any) -> Any:
    """The smaller one of each two elements."""
    return numpy_for(x, y).minimum(x, y)


@on_numbers(on.pow)
def pow(x: Any, a: float) -> Any:
    """`x**a`."""
    return x**a


def round(x: Any) -> Any:
    """The nearest whole number, the even one of two."""
    return np.round(_value(x))


# Comparisons and choices, which have no gradient of their own.


def equal(x: Any, y: Any) -> Any:
    """Where x and y are equal, as booleans."""
    return np.equal(_value(x), _value(y))


def not_equal(x: Any, y: Any) -> Any:
    """Where they differ."""
    return np.not_equal(_value(x), _value(y))


def greater(x: Any, y: Any) -> Any:
    """Where x is larger."""
    return np.greater(_value(x), _value(y))


def greater_equal(x: Any, y: Any) -> Any:
    """Where x is not smaller."""
    return np.greater_equal(_value(x), _value(y))


def lesser(x: Any, y: Any) -> Any:
    """Where x is smaller."""
    return np.less(_value(x), _value(y))


def lesser_equal(x: Any, y: Any) -> Any:
    """Where x is not larger."""
    return np.less_equal(_value(x), _value(y))


less, less_equal = lesser, lesser_equal


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """Elements of the one where the condition holds, else of the other."""
    np_ = numpy_for(then_expression, else_expression)
    return np_.where(_value(condition), then_expression, else_expression)


def stop_gradient(x: Any) -> Any:
    """x, as a constant."""
    return _value(x)


# Sums over axes.


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The sum over an axis, or several, or all."""
    return numpy_for(x).sum(x, axis=_axes(axis), keepdims=keepdims)


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean over an axis, or several, or all; of booleans in the float type."""
    if getattr(x, "dtype", None) == np.bool_:
        x = cast(x, backend.floatx())
    return numpy_for(x).mean(x, axis=_axes(axis), keepdims=keepdims)


def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The product over an axis, or several, or all."""
    return numpy_for(x).prod(x, axis=_axes(axis), keepdims=keepdims)


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest element along an axis, or several, or all."""
    return numpy_for(x).max(x, axis=_axes(axis), keepdims=keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The smallest element along an axis, or several, or all."""
    return numpy_for(x).min(x, axis=_axes(axis), keepdims=keepdims)


def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The variance over an axis, or several, or all."""
    return numpy_for(x).var(x, axis=_axes(axis), keepdims=keepdims)


def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The standard deviation over an axis, or several, or all."""
    return sqrt(var(x, axis, keepdims))


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether an element is not 0."""
    return np.any(_value(x), axis=_axes(axis), keepdims=keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Whether no element is 0."""
    return np.all(_value(x), axis=_axes(axis), keepdims=keepdims)


def argmax(x: Any, axis: int = -1) -> Any:
    """Where along an axis the largest element is."""
    return np.argmax(_value(x), axis=axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """Where along an axis the smallest element is."""
    return np.argmin(_value(x), axis=axis)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """`log(sum(e**x))`, without overflow."""
    top = np.max(_value(x), axis=_axes(axis), keepdims=True)
    found = log(sum(exp(x - top), axis, True)) + top
    return found if keepdims else sum(found, axis)


def cumsum(x: Any, axis: int = 0) -> Any:
    """Running sums along an axis."""
    return numpy_for(x).cumsum(x, axis=axis)


def softmax(x: Any, axis: int = -1) -> Any:
    """`e**x`, scaled to the sum 1 along an axis."""
    powers = exp(x - np.max(_value(x), axis=axis, keepdims=True))
    return powers / sum(powers, axis, True)


def l2_normalize(x: Any, axis: int | None = -1) -> Any:
    """x, divided by its norm along an axis."""
    norm = sum(square(x), axis, True)
    return x / sqrt(maximum(norm, backend.epsilon()))


# Products.


def dot(x: Any, y: Any) -> Any:
    """Sums of products over the last axis of x and the last but one of y."""
    return numpy_for(x, y).dot(x, y)


def batch_dot(x: Any, y: Any, axes: int | Sequence[int] | None = None) -> Any:
    """The same for each sample, over one axis of each; axes count the batch as 0."""
    if axes is None:
        axes = (x.ndim - 1, builtins.max(y.ndim - 2, 1))
    first, second = (axes, axes) if isinstance(axes, int) else axes
    np_ = numpy_for(x, y)
    names = "abcdefghijklmnop"
    left = list(names[: x.ndim])
    right = [left[0], *names[x.ndim : x.ndim + y.ndim - 1]]
    right[second] = left[first]
    out = [n for n in left if n != left[first]] + [n for n in right[1:] if n != left[first]]
    found = np_.einsum(f"{''.join(left)},{''.join(right)}->{''.join(out)}", x, y)
    return expand_dims(found, 1) if found.ndim == 1 else found


# Shapes.


def shape(x: Any) -> tuple[int, ...]:
    """The lengths of the axes."""
    return tuple(np.shape(_value(x)))


int_shape = shape


def ndim(x: Any) -> int:
    """The number of axes."""
    return len(shape(x))


def dtype(x: Any) -> str:
    """The name of the elements' type."""
    return str(np.asarray(_value(x)).dtype)


def count_params(x: Any) -> int:
    """The number of elements."""
    return int(np.prod(shape(x)))


def cast(x: Any, dtype: str) -> Any:
    """x with elements of another type."""
    return x.astype(dtype) if hasattr(x, "astype") else np.asarray(x, dtype)


def cast_to_floatx(x: Any) -> Any:
    """x in the float type."""
    return cast(x, backend.floatx())


def reshape(x: Any, shape: Sequence[int]) -> Any:
    """The same elements in another shape."""
    return numpy_for(x).reshape(x, tuple(shape))


def flatten(x: Any) -> Any:
    """All elements in one axis."""
    return numpy_for(x).reshape(x, (-1,))


def batch_flatten(x: Any) -> Any:
    """Each sample's elements in one axis."""
    return numpy_for(x).reshape(x, (shape(x)[0], -1))


def expand_dims(x: Any, dim: int = -1, axis: int | None = None) -> Any:
    """x with one more axis, of length 1."""
    return numpy_for(x).expand_dims(x, dim if axis is None else axis)


def squeeze(x: Any, axis: int) -> Any:
    """x without an axis of length 1."""
    return numpy_for(x).squeeze(x, axis)


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Any:
    """The axes in another order."""
    return numpy_for(x).transpose(x, tuple(pattern))


def transpose(x: Any) -> Any:
    """The axes in reverse order."""
    return numpy_for(x).transpose(x)


def reverse(x: Any, axes: int | Sequence[int]) -> Any:
    """The elements in reverse order along an axis, or several."""
    turned = {a % ndim(x) for a in ([axes] if isinstance(axes, int) else axes)}
    return x[tuple(slice(None, None, -1 if i in turned else 1) for i in range(ndim(x)))]


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """Arrays one after the other along an axis."""
    return numpy_for(*tensors).concatenate(list(tensors), axis=axis)


def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Arrays beside each other along a new axis."""
    return numpy_for(*x).stack(list(x), axis=axis)


pack = stack


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each element so many times along an axis."""
    return numpy_for(x).repeat(x, rep, axis=axis)


def repeat(x: Any, n: int) -> Any:
    """(samples, d) as (samples, n, d)."""
    return repeat_elements(expand_dims(x, 1), n, 1)


def tile(x: Any, n: Any) -> Any:
    """x, so many times along each axis."""
    return numpy_for(x).tile(x, n)


def gather(reference: Any, indices: Any) -> Any:
    """Rows of an array."""
    return reference[np.asarray(_value(indices)).astype(int)]


def one_hot(indices: Any, nb_classes: int) -> Any:
    """A row of zeros and a 1 for each class number."""
    return np.eye(nb_classes, dtype=backend.floatx())[np.asarray(_value(indices)).astype(int)]


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether each sample's class is among its k largest predictions."""
    values, classes = _value(predictions), np.asarray(_value(targets)).astype(int)
    chosen = np.take_along_axis(values, classes[:, None], axis=1)
    return (values > chosen).sum(axis=1) < k


# One after the other.


def map_fn(fn: Callable[[Any], Any], elems: Any, name: str | None = None) -> Any:
    """`fn` of each row."""
    return stack([fn(element) for element in elems])


def foldl(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None) -> Any:
    """`fn(so far, row)`, from the first row to the last."""
    rows = list(elems)
    return reduce(fn, rows) if initializer is None else reduce(fn, rows, initializer)


def foldr(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None) -> Any:
    """`fn(so far, row)`, from the last row to the first."""
    return foldl(fn, list(elems)[::-1], initializer)


# Sequences, images and volumes.


def temporal_padding(x: Any, padding: int = 1) -> Any:
    """Sequences with so many zeros on both sides."""
    return asymmetric_temporal_padding(x, padding, padding)


def asymmetric_temporal_padding(x: Any, left_pad: int = 1, right_pad: int = 1) -> Any:
    """Sequences with so many zeros before and after."""
    return _padded(x, [(left_pad, right_pad)], "tf")


def spatial_2d_padding(
    x: Any, padding: Sequence[int] = (1, 1), dim_ordering: str = "default"
) -> Any:
    """Images with so many rows and columns of zeros on both sides."""
    return _padded(x, [(n, n) for n in padding], dim_ordering)


def asymmetric_spatial_2d_padding(
    x: Any,
    top_pad: int = 1,
    bottom_pad: int = 1,
    left_pad: int = 1,
    right_pad: int = 1,
    dim_ordering: str = "default",
) -> Any:
    """Images with margins of zeros."""
    return _padded(x, [(top_pad, bottom_pad), (left_pad, right_pad)], dim_ordering)


def spatial_3d_padding(
    x: Any, padding: Sequence[int] = (1, 1, 1), dim_ordering: str = "default"
) -> Any:
    """Volumes with so many planes, rows and columns of zeros on both sides."""
    return _padded(x, [(n, n) for n in padding], dim_ordering)


def resize_images(
    x: Any, height_factor: int, width_factor: int, dim_ordering: str = "default"
) -> Any:
    """Images with each row and column so many times."""
    return _enlarged(x, (height_factor, width_factor), dim_ordering)


def resize_volumes(
    x: Any,
    depth_factor: int,
    height_factor: int,
    width_factor: int,
    dim_ordering: str = "default",
) -> Any:
    """Volumes with each plane, row and column so many times."""
    return _enlarged(x, (depth_factor, height_factor, width_factor), dim_ordering)


def _padded(x: Any, margins: Sequence[tuple[int, int]], dim_ordering: str) -> Any:
    start = _first_of_space(dim_ordering)
    widths = [*[(0, 0)] * start, *margins, *[(0, 0)] * (2 - start)]
    return numpy_for(x).pad(x, widths, mode="constant")


def _enlarged(x: Any, factors: Sequence[int], dim_ordering: str) -> Any:
    for axis, factor in enumerate(factors, _first_of_space(dim_ordering)):
        x = repeat_elements(x, factor, axis)
    return x


def _first_of_space(dim_ordering: str) -> int:
    """The first axis that is neither the batch nor the channels."""
    chosen = backend.image_dim_ordering() if dim_ordering == "default" else dim_ordering
    if chosen not in ("tf", "th"):
        raise ValueError(f"dim_ordering must be 'tf', 'th' or 'default', got {dim_ordering!r}")
    return 2 if chosen == "th" else 1


# New arrays.


def variable(value: Any, dtype: str | None = None, name: str | None = None) -> np.ndarray:
    """An array of these numbers, which `set_value` may change."""
    return np.array(value, dtype or backend.floatx())


constant = variable


def zeros(shape: Sequence[int], dtype: str | None = None, name: str | None = None) -> np.ndarray:
    """An array of zeros."""
    return np.zeros(tuple(shape), dtype or backend.floatx())


def ones(shape: Sequence[int], dtype: str | None = None, name: str | None = None) -> np.ndarray:
    """An array of ones."""
    return np.ones(tuple(shape), dtype or backend.floatx())


def eye(size: int, dtype: str | None = None, name: str | None = None) -> np.ndarray:
    """An identity matrix."""
    return np.eye(size, dtype=dtype or backend.floatx())


def zeros_like(x: Any, dtype: str | None = None, name: str | None = None) -> np.ndarray:
    """Zeros in the shape of x."""
    return np.zeros_like(_value(x), dtype)


def ones_like(x: Any, dtype: str | None = None, name: str | None = None) -> np.ndarray:
    """Ones in the shape of x."""
    return np.ones_like(_value(x), dtype)


def arange(start: int, stop: int | None = None, step: int = 1, dtype: str = "int32") -> np.ndarray:
    """Whole numbers in equal steps."""
    return np.arange(*((start,) if stop is None else (start, stop, step)), dtype=dtype)


def random_normal(
    shape: Sequence[int],
    mean: float = 0.0,
    std: float = 1.0,
    dtype: str | None = None,
    seed: int | None = None,
) -> np.ndarray:
    """Normal random numbers, of NumPy's global generator unless there is a seed."""
    source = np.random if seed is None else np.random.RandomState(seed)
    return np.asarray(source.normal(mean, std, tuple(shape)), dtype or backend.floatx())


def random_uniform(
    shape: Sequence[int],
    low: float = 0.0,
    high: float = 1.0,
    dtype: str | None = None,
    seed: int | None = None,
) -> np.ndarray:
    """Uniform random numbers, of NumPy's global generator unless there is a seed."""
    source = np.random if seed is None else np.random.RandomState(seed)
    return np.asarray(source.uniform(low, high, tuple(shape)), dtype or backend.floatx())


def random_binomial(
    shape: Sequence[int], p: float = 0.0, dtype: str | None = None, seed: int | None = None
) -> np.ndarray:
    """Ones with probability p, else zeros."""
    return np.asarray(random_uniform(shape, seed=seed) < p, dtype or backend.floatx())


# Values.


def get_value(x: Any) -> Any:
    """The numbers of a variable: a copy of an array; of a setting of an optimizer a float."""
    return float(x) if isinstance(x, float) else np.array(_value(x))


def set_value(x: Any, value: Any) -> None:
    """Change a variable, or a setting of an optimizer such as `model.optimizer.lr`, in place."""
    if hasattr(x, "set_value"):
        x.set_value(value)
    else:
        x[...] = value


def batch_get_value(xs: Sequence[Any]) -> list[Any]:
    """The numbers of several variables."""
    return [get_value(x) for x in xs]


def batch_set_value(tuples: Sequence[tuple[Any, Any]]) -> None:
    """Change several variables, each given with its value."""
    for x, value in tuples:
        set_value(x, value)


eval = get_value


# Losses, prediction first.


def binary_crossentropy(output: Any, target: Any, from_logits: bool = False) -> Any:
    """`-t log(p) - (1 - t) log(1 - p)`, element by element."""
    if from_logits:
        output = sigmoid(output)
    p = clip(output, backend.epsilon(), 1.0 - backend.epsilon())
    return -(target * log(p) + (1.0 - target) * log(1.0 - p))


def categorical_crossentropy(output: Any, target: Any, from_logits: bool = False) -> Any:
    """`-sum(t log(p))` over the last axis, p scaled to the sum 1."""
    p = softmax(output) if from_logits else output / sum(output, -1, True)
    return -sum(target * log(clip(p, backend.epsilon(), 1.0 - backend.epsilon())), -1)


def sparse_categorical_crossentropy(output: Any, target: Any, from_logits: bool = False) -> Any:
    """The same for class numbers."""
    classes = np.asarray(_value(target))
    if classes.ndim == ndim(output):
        classes = classes[..., 0]
    return categorical_crossentropy(output, one_hot(classes, shape(output)[-1]), from_logits)


def _value(x: Any) -> Any:
    """The numbers that autograd follows, or x itself."""
    while hasattr(x, "_value"):
        x = x._value
    return x
