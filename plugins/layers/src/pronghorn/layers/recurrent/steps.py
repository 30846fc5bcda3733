"""The arrays of one batch on its way through a loop over time, whatever the products are."""

from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.devices import kernels as core
from pronghorn.devices.function import Function
from pronghorn.layers.recurrent import kernels

if TYPE_CHECKING:
    from pronghorn.layers.recurrent.time_loop import TimeLoop


class Steps:
    """Inputs by step, dropout, the mask, and the states; time is the first axis.

    Attributes:
        batch, steps, features: of the input.
        units, padded: numbers of a state in use, and in memory.
        width: of all gates of a sample.
        factors: (batch, features), factors of the input for each gate or for all; none without
            dropout.
        drop: (gates, batch, padded), factors of h, or (1, batch, padded) for all gates.
        mask: (steps, batch) uint8.
        h: (steps + 1, batch, padded), the states before each step and after the last.
    """

    def __init__(self, layer: "TimeLoop", x: Array, units: int, padded: int, ctx: Context) -> None:
        self.layer = layer
        self.batch, self.steps, self.features = x.shape
        self.units, self.padded = units, padded
        self.gates = len(layer.columns)
        self.width = self.gates * padded
        # States for the next batch are read where backward would read them.
        self.kept = int(ctx.keeps or layer.stateful)
        self.dropped = int(ctx.training and layer.dropout_U > 0.0)
        self.factors = self._input_factors(ctx)
        self.drop = self._state_factors(ctx)
        self._take_mask(ctx)
        self.h = ctx.empty((self.steps + 1, self.batch, self.padded))
        self.ends: dict[str, Array] = {}
        self.start("h", self.h, ctx)
        self.cleared = bool(self.masked and layer.zero_output_for_mask)

    # Going in.

    def _take_mask(self, ctx: Context) -> None:
        self.masked = int(ctx.mask is not None)
        self.mask = ctx.empty((self.steps, self.batch) if self.masked else (1, 1), np.uint8)
        if self.masked:
            backwards = int(self.layer.go_backwards)
            ctx.run(kernels.steps_of_mask, ctx.mask, backwards, self.mask)

    def by_step(self, x: Array, factor: Array | None, ctx: Context) -> Array:
        """The input (steps * batch, features), times a factor (batch, features) if there is one."""
        rows, backwards = self.steps * self.batch, int(self.layer.go_backwards)
        if self.batch == 1 and factor is None and not backwards:
            return x.reshape((rows, self.features))
        y = ctx.empty((self.steps, self.batch, self.features))
        if factor is None:
            ctx.run(kernels.to_steps, x, backwards, y)
        else:
            ctx.run(kernels.to_steps_dropped, x, factor, backwards, y)
        return y.reshape((rows, self.features))

    def _input_factors(self, ctx: Context) -> list[Array]:
        rate = self.layer.dropout_W if ctx.training else 0.0
        if rate == 0.0:
            return []
        count = 1 if self.layer.fused else self.gates
        return [
            self._factors((self.batch, self.features), self.features, rate, 2 * n, ctx)
            for n in range(count)
        ]

    def _state_factors(self, ctx: Context) -> Array:
        if not self.dropped:
            return ctx.empty((1, 1))
        count = 1 if self.layer.fused else self.gates
        shape = (count * self.batch, self.units)
        own = self._factors(shape, self.padded, self.layer.dropout_U, 1, ctx)
        return own.reshape((count, self.batch, self.padded))

    def _factors(
        self, shape: tuple[int, int], wide: int, rate: float, stream: int, ctx: Context
    ) -> Array:
        """Factors (n, wide): 1 / (1 - rate) where an element is kept, else 0."""
        kept, factor = ctx.empty(shape, np.uint8), ctx.empty((shape[0], wide))
        key = ctx.key ^ (stream << 40)
        ctx.run(core.dropout_mask, kept.reshape((kept.size,)), ctx.clock, key, rate)
        ctx.run(kernels.unit_factors, kept, 1.0 / (1.0 - rate), factor)
        return factor

    def start(self, name: str, states: Array, ctx: Context) -> None:
        """Begin with zeros, or with the states of the batch before."""
        first = part(states, 0, 1).reshape((self.batch * self.padded,))
        if self.layer.stateful:
            state = self.layer.state(ctx, name, (self.batch, self.padded))
            ctx.run(core.copy, state, first)
        else:
            ctx.run(core.fill, first, 0.0)
        self.ends[name] = states

    # Coming out.

    def keep_states(self, ctx: Context) -> None:
        """Keep the last states for the next batch."""
        for name, states in self.ends.items() if self.layer.stateful else ():
            state = self.layer.state(ctx, name, (self.batch, self.padded))
            ctx.run(core.copy, self.last(states), state)

    def last(self, states: Array) -> Array:
        """The states after the last step, flat."""
        return part(states, self.steps, self.steps + 1).reshape((self.batch * self.padded,))

    def output(self, ctx: Context) -> Array:
        """The output of the last step, or of all."""
        if self.layer.return_sequences:
            return self._every_output(ctx)
        y = ctx.empty((self.batch, self.units))
        final = self.last(self.h).reshape((self.batch, self.padded))
        ctx.run(kernels.without_padding, final, y)
        return y

    def _every_output(self, ctx: Context) -> Array:
        y = ctx.empty((self.batch, self.steps, self.units))
        if not self.cleared:
            ctx.run(kernels.from_steps, self.h, 1, 0, y)
            return y
        shown = ctx.empty((self.steps, self.batch, self.padded))
        ctx.run(core.copy, flat(part(self.h, 1, self.steps + 1)), flat(shown))
        ctx.run(kernels.clear_gone, self.mask, shown)
        ctx.run(kernels.from_steps, shown, 0, 0, y)
        return y

    # Going back.

    def upstream(self, dy: Array, ctx: Context) -> tuple[Array, Array]:
        """The gradients of all outputs (steps, batch, padded), and of the last one alone."""
        dh = ctx.empty((self.batch, self.padded))
        if not self.layer.return_sequences:
            ctx.run(kernels.pad_units, dy, dh)
            return ctx.empty((1, 1, 1)), dh
        every = ctx.empty((self.steps, self.batch, self.padded))
        ctx.run(kernels.to_steps, dy, 0, every)
        if self.cleared:
            ctx.run(kernels.clear_gone, self.mask, every)
        ctx.run(core.fill, dh, 0.0)
        return every, dh

    def gradients(self, dz: Array, ctx: Context) -> Array | None:
        """Write the weights' gradients, and give that of the input if it is wanted."""
        if any(ctx.gradient(weight) is not None for weight in self.layer.weights):
            self.weight_gradients(dz, ctx)
        return self.input_gradient(dz, ctx) if ctx.needs_input_gradient else None

    def weight_gradients(self, dz: Array, ctx: Context) -> None:
        """Write the gradients of W, U and b of all gates."""
        raise NotImplementedError

    def input_gradient(self, dz: Array, ctx: Context) -> Array:
        """The gradient of the input (batch, steps, features)."""
        raise NotImplementedError


def part(x: Any, start: int, stop: int) -> Array:
    """Elements `start` to `stop` along the first axis of an array, or of the handle of one."""
    return x.part(start, stop) if hasattr(x, "part") else x[start:stop]


def flat(x: Array) -> Array:
    """The same numbers with one axis."""
    return x.reshape((x.size,))


def again(activation: Activation) -> Function:
    """What gives the activation's value from what its derivative is in terms of."""
    return activation.scalar if activation.needs_input else _IDENTITY


def _identity(x):  # type: ignore[no-untyped-def]
    return x


_IDENTITY = Function(_identity)
