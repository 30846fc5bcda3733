"""A recurrent layer that reads in both directions."""

from typing import Any, ClassVar

from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.devices import kernels as core
from pronghorn.layers.wrappers import kernels
from pronghorn.layers.wrappers.wrapper import Wrapper

MODES = ("sum", "mul", "ave", "concat")


class Bidirectional(Wrapper):
    """Two recurrent layers, one for each direction of time, on the same input and mask.

    (batch, steps, features) to what the layer gives, with "concat" twice as long on the last axis.
    The second one's sequence is turned round, so that outputs of the same step come together.

    Weights: those of `forward_<name>`, then those of `backward_<name>`.

    Args:
        layer: the recurrent layer; the second one is made from its configuration.
        merge_mode: "sum", "mul", "ave" (the mean) or "concat" (one after the other on the last
            axis). Keras 1's None has two outputs, which a Sequential model cannot have.
        weights: initial arrays of both.
    """

    examples = (
        ({"layer": {"class_name": "LSTM", "config": {"output_dim": 3, "name": "a"}}}, (4, 3)),
        (
            {
                "layer": {
                    "class_name": "SimpleRNN",
                    "config": {"output_dim": 2, "return_sequences": True, "name": "a"},
                },
                "merge_mode": "sum",
            },
            (4, 3),
        ),
        (
            {
                "layer": {"class_name": "GRU", "config": {"output_dim": 2, "name": "a"}},
                "merge_mode": "mul",
            },
            (3, 2),
        ),
    )
    expected_failures: ClassVar = {
        "weights_are_named_and_counted": "weights have the names of the layers inside",
    }
    min_ndim = max_ndim = 3

    def __init__(
        self, layer: Any, merge_mode: str | None = "concat", weights: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(layer, **kwargs)
        if merge_mode not in MODES:
            raise ValueError(
                f"merge_mode must be 'sum', 'mul', 'ave' or 'concat', got {merge_mode!r}"
            )
        if not hasattr(self.layer, "go_backwards"):
            raise ValueError(
                f"Bidirectional wraps a recurrent layer, which {type(self.layer).__name__} is not"
            )
        self.merge_mode = merge_mode
        self.initial_weights = weights
        config = self.layer.get_config()
        name, backwards = config["name"], bool(config["go_backwards"])
        self.forward_layer = _made(self.layer, config, f"forward_{name}", backwards)
        self.backward_layer = _made(self.layer, config, f"backward_{name}", not backwards)

    def declare(self, inner: Any) -> dict[str, Any]:
        """What the layer says."""
        return {"batch_input_shape": inner}

    @property
    def inner(self) -> list[Layer]:
        """The layer of each direction."""
        return [self.forward_layer, self.backward_layer]

    @property
    def sequences(self) -> bool:
        """Whether the outputs of all steps are wanted."""
        return bool(getattr(self.layer, "return_sequences", False))

    @property
    def produces_mask(self) -> bool:
        """A mask goes on only with the whole sequence."""
        return self.masked and self.sequences

    def build(self, input_shape: Shape) -> None:
        """Make the weights of both layers."""
        for stream, layer in enumerate(self.inner):
            layer.masked = self.masked
            self.connect_inner(layer, input_shape, stream)

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The layer's, with "concat" twice as long on the last axis."""
        shape = self.forward_layer.get_output_shape_for(input_shape)
        last = shape[-1]
        assert last is not None
        return (*shape[:-1], 2 * last if self.merge_mode == "concat" else last)

    def forward(self, x: Array, ctx: Context) -> Array:
        """Both outputs, merged."""
        outputs, ctx.saved.inner = [], []
        for layer in self.inner:
            inner = ctx.inside(layer)
            inner.mask = inner.output_mask = ctx.mask
            outputs.append(layer.forward(x, inner))
            ctx.saved.inner.append(inner)
        if not self.sequences:
            ctx.output_mask = None
        first, second = (_steps(y) for y in outputs)
        ctx.saved.outputs = first, second
        wide = 2 if self.merge_mode == "concat" else 1
        y = ctx.empty((*first.shape[:2], wide * first.shape[2]))
        ctx.run(getattr(kernels, f"merge_{self.merge_mode}"), first, second, y)
        return y.reshape((*outputs[0].shape[:-1], y.shape[2]))

    def backward(self, dy: Array, ctx: Context) -> Array:
        """The sum of both layers' gradients of the input."""
        first, second = ctx.saved.outputs
        d_first, d_second = ctx.empty(first.shape), ctx.empty(second.shape)
        upstream = dy.reshape((*first.shape[:2], -1))
        shape = first.shape if self.sequences else (first.shape[0], first.shape[2])
        kernel = getattr(kernels, f"part_{self.merge_mode}")
        ctx.run(kernel, upstream, first, second, d_first, d_second)
        gradients = []
        for layer, inner, d in zip(self.inner, ctx.saved.inner, (d_first, d_second), strict=True):
            inner.needs_input_gradient = ctx.needs_input_gradient
            gradients.append(layer.backward(d.reshape(shape), inner))
        dx, other = gradients
        if dx is not None:
            ctx.run(core.add, other, dx)
        return dx


def _made(layer: Layer, config: dict[str, Any], name: str, backwards: bool) -> Layer:
    """The same layer under another name, in a direction."""
    return type(layer).from_config({**config, "name": name, "go_backwards": backwards})


def _steps(y: Array) -> Array:
    """(batch, steps, features), also of a single output."""
    return y if y.ndim == 3 else y.reshape((y.shape[0], 1, y.shape[1]))
