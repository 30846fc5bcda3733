"""Small parts of models for checks that must not depend on any pack."""

from typing import Any

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.components.initializer import initializer
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.objective import objective
from pronghorn.components.optimizer import optimizer_class


@objective
def squared_error(y_true, y_pred):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """`(y_pred - y_true)**2`, an objective."""
    return (y_pred - y_true) * (y_pred - y_true)


RATE = 0.05
"""Learning rate of `descent`."""


@optimizer_class
def descent(param, grad, lr=RATE):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """`p - lr * g`, an optimizer."""
    return param - lr * grad


@initializer
def spread(shape: Any, rng: Any) -> Any:
    """U(-1, 1)."""
    return rng.uniform(-1.0, 1.0, shape)


@initializer
def nothing(shape: Any) -> Any:
    """0."""
    return np.zeros(shape)


class Affine(Layer):
    """`y = x W + b`, (batch, d) to (batch, 2), computed by NumPy.

    Weights: W (d, 2), b (2,).
    """

    min_ndim = max_ndim = 2

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        assert input_shape[1] is not None
        self.W = self.add_weight("W", (input_shape[1], 2), spread)
        self.b = self.add_weight("b", (2,), spread)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, 2)."""
        return (input_shape[0], 2)

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x W + b."""
        y = ctx.empty((x.shape[0], 2))
        ctx.run(_affine, x, self.W, self.b, y)
        ctx.saved.x = x
        return y

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dW = xᵀ dy, db = the sum of dy's rows, dx = dy Wᵀ."""
        dx = ctx.empty(ctx.saved.x.shape)
        ctx.run(_affine_gradients, ctx.saved.x, dy, ctx.gradient(self.W), ctx.gradient(self.b))
        ctx.run(_affine_backward, dy, self.W, dx)
        return dx


class Shift(Layer):
    """`y = x + s`, any shape; s, of a sample's shape, is learnt and zero at first."""

    def build(self, input_shape: Shape) -> None:
        """Make s."""
        self.s = self.add_weight("s", tuple(n or 1 for n in input_shape[1:]), nothing)

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x + s."""
        y = ctx.empty(x.shape)
        ctx.run(_shift, x, self.s, y)
        return y

    def backward(self, dy: Array, ctx: Context) -> Array:
        """ds = the sum of dy over the samples, dx = dy."""
        ctx.run(_shift_gradient, dy, ctx.gradient(self.s))
        return dy


class MaskSteps(Layer):
    """Passes its input on, (batch, steps, ...), and masks some steps of each sample.

    Which ones depends on the places alone, so that differences of the input do not change it. No
    sample is masked as a whole; some miss their first steps, some their last ones.
    """

    supports_masking = True
    min_ndim = 3

    @property
    def produces_mask(self) -> bool:
        """Always."""
        return True

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x, with a mask."""
        ctx.output_mask = ctx.constant(step_mask(x.shape[0], x.shape[1]), np.uint8)
        return x

    def backward(self, dy: Array, ctx: Context) -> Array:
        """dx = dy."""
        return dy


def step_mask(batch: int, steps: int) -> np.ndarray:
    """Which steps count, bool (batch, steps): all, or all but one, two... at one of the ends."""
    sample, step = np.meshgrid(np.arange(batch), np.arange(steps), indexing="ij")
    missing = np.minimum((sample + 1) // 2, steps - 1)
    return np.asarray(np.where(sample % 2, step >= missing, step < steps - missing))


def _affine(x: np.ndarray, w: np.ndarray, b: np.ndarray, y: np.ndarray) -> None:
    np.add(x @ w, b, out=y)


def _affine_gradients(x: np.ndarray, dy: np.ndarray, dw: Any, db: Any) -> None:
    for gradient, value in ((dw, x.T @ dy), (db, dy.sum(axis=0))):
        if gradient is not None:
            gradient[...] = value


def _shift(x: np.ndarray, s: np.ndarray, y: np.ndarray) -> None:
    np.add(x, s, out=y)


def _shift_gradient(dy: np.ndarray, ds: np.ndarray) -> None:
    np.sum(dy, axis=0, out=ds)


def _affine_backward(dy: np.ndarray, w: np.ndarray, dx: np.ndarray) -> None:
    np.matmul(dy, w.T, out=dx)
