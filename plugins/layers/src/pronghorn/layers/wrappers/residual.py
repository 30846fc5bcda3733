"""Layers with a way around them."""

from typing import Any, ClassVar

from pronghorn.components.composite import Composite
from pronghorn.components.context import Array, Context
from pronghorn.components.layer import Layer, Shape
from pronghorn.components.steps import record_backward, record_forward
from pronghorn.devices import kernels as core
from pronghorn.errors import ShapeError
from pronghorn.layers.merging.modes import Concat, Maximum, Mode, Product, Sum

MODES = ("sum", "mul", "ave", "max", "concat")


class Residual(Composite):
    """`y = x + f(x)`, f being the layers inside one after the other.

    f(x) has the shape of x, but for "concat", where the last axes come one after the other. A mask
    goes through f, and on if f passes it.

    Weights: those of the layers, under their names.

    Args:
        layers: a layer, or a list of them.
        merge_mode: how x and f(x) are put together: "sum", "mul", "ave", "max" or "concat".

    Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
    """

    examples = (
        (
            {
                "layers": [
                    {"class_name": "Dense", "config": {"output_dim": 7, "name": "a"}},
                    {"class_name": "Activation", "config": {"activation": "tanh", "name": "b"}},
                    {"class_name": "Dense", "config": {"output_dim": 5, "name": "c"}},
                ]
            },
            (5,),
        ),
        (
            {
                "layers": [
                    {
                        "class_name": "LSTM",
                        "config": {"output_dim": 3, "return_sequences": True, "name": "a"},
                    }
                ],
                "merge_mode": "concat",
            },
            (4, 2),
        ),
    )
    expected_failures: ClassVar = {
        "weights_are_named_and_counted": "weights have the names of the layers inside",
    }

    def __init__(self, layers: Any, merge_mode: str = "sum", **kwargs: Any) -> None:
        listed = layers if isinstance(layers, (list, tuple)) else [layers]
        self.layers: list[Layer] = [Layer.get(layer) for layer in listed]
        if not self.layers:
            raise ValueError("Residual takes a layer, or a list of one or more")
        if "batch_input_shape" not in kwargs and "input_shape" not in kwargs:
            declared = self.layers[0].declared_shape()
            kwargs.update({} if declared is None else {"batch_input_shape": declared})
        super().__init__(**kwargs)
        if merge_mode not in MODES:
            raise ValueError(f"merge_mode must be one of {', '.join(MODES)}, got {merge_mode!r}")
        self.merge_mode = merge_mode
        modes: dict[str, Mode] = {
            "sum": Sum(),
            "mul": Product(),
            "ave": Sum(mean=True),
            "max": Maximum(),
            "concat": Concat(-1),
        }
        self._mode = modes[merge_mode]

    @property
    def inner(self) -> list[Layer]:
        """The layers."""
        return self.layers

    @property
    def supports_masking(self) -> bool:  # type: ignore[override]
        """Whether the first layer takes masks."""
        return self.layers[0].supports_masking

    @property
    def produces_mask(self) -> bool:
        """Whether the input's mask comes through."""
        return self.masked and self.layers[-1].produces_mask

    @property
    def data_dtype(self) -> Any:  # type: ignore[override]
        """What the first layer takes."""
        return self.layers[0].data_dtype

    def build(self, input_shape: Shape) -> None:
        """Make the layers' weights."""
        shape, masked = input_shape, self.masked
        for stream, layer in enumerate(self.layers):
            if masked and not layer.supports_masking:
                raise ValueError(
                    f"layer {layer.name!r} ({type(layer).__name__}) of {self.name!r} does not "
                    "support masks, but one is passed on to it"
                )
            layer.masked = masked
            self.connect_inner(layer, shape, stream)
            assert layer.output_shape is not None
            shape, masked = layer.output_shape, layer.produces_mask

    def get_output_shape_for(self, input_shape: Shape) -> Shape:
        """The input's, or with "concat" what both are together."""
        shape = input_shape
        for layer in self.layers:
            shape = layer.get_output_shape_for(shape)
        try:
            return self._mode.output_shape([input_shape, shape])
        except ShapeError as error:
            raise ShapeError(
                f"layer {self.name!r}, merge_mode {self.merge_mode!r}: {error}"
            ) from None

    def forward(self, x: Array, ctx: Context) -> Array:
        """y = x + f(x)."""
        steps = ctx.saved.steps = record_forward(ctx, self.layers, x)
        ctx.output_mask = steps[-1].ctx.output_mask
        ctx.saved.both = [x, steps[-1].y]
        y = ctx.saved.y = self._mode.forward(ctx.saved.both, ctx)
        return y

    def backward(self, dy: Array, ctx: Context) -> Array | None:
        """dx is the sum of both ways' gradients."""
        saved = ctx.saved
        around, through = self._mode.backward(dy, saved.both, saved.y, ctx)
        dx = record_backward(saved.steps, through, ctx.needs_input_gradient)
        if dx is None:
            return None
        ctx.run(core.add, dx, around)
        return around

    def get_config(self) -> dict[str, Any]:
        """The layers' classes and configurations, and the merge mode."""
        config = super().get_config()
        config["layers"] = [
            {"class_name": type(layer).__name__, "config": layer.get_config()}
            for layer in self.layers
        ]
        return config
