"""A layer applied to every time step."""

from typing import Any, ClassVar

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Shape
from pronghorn.components.regularizer import Regularizer
from pronghorn.layers.wrappers.wrapper import Wrapper


class TimeDistributed(Wrapper):
    """Applies a layer to each step: (batch, steps, ...) to (batch, steps, ...).

    All steps of all samples go through the layer at once, as one batch; so a layer that depends
    on its batch, such as BatchNormalization, sees them together. A mask goes round the layer, not
    into it. An activity regularizer of the layer looks at the whole output.

    Weights: the layer's, under its names.

    Args:
        layer: the layer.
    """

    examples = (
        (
            {"layer": {"class_name": "Dense", "config": {"output_dim": 3, "name": "a"}}},
            (4, 5),
        ),
        (
            {
                "layer": {
                    "class_name": "Convolution1D",
                    "config": {"nb_filter": 2, "filter_length": 2, "name": "a"},
                },
            },
            (3, 4, 2),
        ),
    )
    expected_failures: ClassVar = {
        "weights_are_named_and_counted": "weights have the names of the layers inside",
    }
    min_ndim = 3

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)

    def declare(self, inner: Any) -> dict[str, Any]:
        """Any number of steps of what the layer takes; only where it says so itself."""
        if self.layer.batch_input_shape is None:
            return {}
        return {"batch_input_shape": (inner[0], None, *inner[1:])}

    @property
    def activity_regularizer(self) -> Regularizer | None:  # type: ignore[override]
        """The layer's own."""
        return self.layer.activity_regularizer

    @property
    def data_dtype(self) -> Any:  # type: ignore[override]
        """What the layer takes."""
        return self.layer.data_dtype

    def build(self, input_shape: Shape) -> None:
        """Make the layer's weights."""
        self.connect_inner(self.layer, (input_shape[0], *input_shape[2:]), 0)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """(batch, steps) and the layer's output shape for one step."""
        inner = self.layer.get_output_shape_for((input_shape[0], *input_shape[2:]))
        return (*input_shape[:2], *inner[1:])

    def check_data(self, x: Any) -> None:
        """What the layer checks."""
        self.layer.check_data(x.reshape((-1, *x.shape[2:])))

    def forward(self, x: Array, ctx: Context) -> Array:
        """The layer's output for all steps as one batch."""
        ctx.saved.inner = ctx.inside(self.layer)
        folded = x.reshape((x.shape[0] * x.shape[1], *x.shape[2:]))
        y = self.layer.forward(folded, ctx.saved.inner)
        return y.reshape((*x.shape[:2], *y.shape[1:]))

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """The layer's gradient for all steps as one batch."""
        inner: Context = ctx.saved.inner
        inner.needs_input_gradient = ctx.needs_input_gradient
        folded = dy.reshape((dy.shape[0] * dy.shape[1], *dy.shape[2:]))
        dx = self.layer.backward(folded, inner)
        return None if dx is None else dx.reshape((*dy.shape[:2], *dx.shape[1:]))
