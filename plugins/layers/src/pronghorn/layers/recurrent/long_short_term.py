"""The gates of long short-term memory, whatever their products are."""

from typing import Any

import numpy as np

from pronghorn.components.initializer import Initializer
from pronghorn.components.layer import Shape
from pronghorn.layers.recurrent.time_loop import TimeLoop, elementwise


class LongShortTerm(TimeLoop):
    """Base of LSTM and ConvLSTM2D: gates i, c, f, o, the forget gate's bias with its own start."""

    gates = ("i", "c", "f", "o")
    columns = ("i", "f", "c", "o")

    def keep_gates(self, forget_bias_init: Any, inner_activation: Any) -> None:
        """Keep what is said of the gates."""
        self.forget_bias_init = Initializer.get(forget_bias_init)
        self.inner_activation = elementwise(inner_activation, "inner_activation")

    def build(self, input_shape: Shape) -> None:
        """Make the weights; the forget gate's bias has an initializer of its own."""
        super().build(input_shape)
        bias = self._gate_weights[""][2] if self.fused else None
        if bias is not None:
            units = self.units
            value = bias.value
            stream = np.random.Philox(key=[self.key or 0, len(self.own_weights)])
            rng = np.random.Generator(stream)
            value[units : 2 * units] = self.forget_bias_init((units,), rng)
            bias.value = value

    def bias_init(self, gate: str) -> Initializer:
        """The forget gate's own, else that of all."""
        return self.forget_bias_init if gate == "f" else super().bias_init(gate)
