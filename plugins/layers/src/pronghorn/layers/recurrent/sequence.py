"""The arrays of one batch on its way through a recurrent layer."""

from typing import TYPE_CHECKING, Any

import numpy as np

from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.devices import kernels as core
from pronghorn.devices import threads
from pronghorn.devices.function import Function
from pronghorn.devices.simd import host
from pronghorn.layers.recurrent import kernels

if TYPE_CHECKING:
    from pronghorn.layers.recurrent.recurrent import Recurrent

SLICE = 16
"""Samples that a thread takes through all steps at a time: two register blocks."""


class Sequence:
    """Products of all steps' inputs, weights side by side, states; time is the first axis.

    Each gate has `padded` columns, of which the first `units` are in use.

    Attributes:
        inputs: the input by step, (steps, batch, features), once, or with dropout for each gate.
        x: (steps, batch, width) products of the inputs with W, plus b.
        w, u, b: (features, width), (units, width), (width,).
        h: (steps + 1, batch, padded), the states before each step and after the last.
        mask: (steps, batch) uint8.
        drop: (gates, batch, padded), factors of h.
        share: samples that a thread takes at a time.
    """

    def __init__(self, layer: "Recurrent", x: Array, ctx: Context) -> None:
        self.layer = layer
        self.batch, self.steps, self.features = x.shape
        self.units, self.padded = layer.output_dim, layer.padded
        self.gates = len(layer.columns)
        self.width = self.gates * self.padded
        self.share = slice_of(self.batch)
        # States for the next batch are read where backward would read them.
        self.kept = int(ctx.keeps or layer.stateful)
        self.dropped = int(ctx.training and layer.dropout_U > 0.0)
        self.inner_bias: Array = None
        self._join(ctx)
        self._take_mask(ctx)
        self.x = self._products(x, ctx)
        self.drop = self._state_factors(ctx)
        self.h = ctx.empty((self.steps + 1, self.batch, self.padded))
        self.ends: dict[str, Array] = {}
        self.start("h", self.h, ctx)
        self.cleared = bool(self.masked and layer.zero_output_for_mask)
        # What the layer's own loop keeps for the way back.
        self.z: Array = None
        self.c: Array = None
        self.reset: Array = None
        self.recurrent_dz: Array = None

    @property
    def sizes(self) -> tuple[int, ...]:
        """What the loops are told of sizes, and whether there are dropout and a mask."""
        own = (self.batch, self.units, self.padded, self.share)
        return (*own, self.dropped, self.masked)

    # Going in.

    def _join(self, ctx: Context) -> None:
        self.w = ctx.empty((self.features, self.width))
        self.u = ctx.empty((self.units, self.width))
        self.b = ctx.empty(self.layer.bias_shape(self.width))
        join_bias = kernels.join_bias if self.b.ndim == 1 else kernels.join_gate
        for place, gate in enumerate(self.layer.columns):
            (w, u, b), own = self.layer.weight_parts(gate)
            rest = (place * self.padded, self.padded)
            ctx.run(kernels.join_gate, w, own, self.units, self.w, *rest)
            ctx.run(kernels.join_gate, u, own, self.units, self.u, *rest)
            ctx.run(join_bias, b, own, self.units, self.b, *rest)
        self.b = self.layer.input_bias(self, ctx)

    def _take_mask(self, ctx: Context) -> None:
        self.masked = int(ctx.mask is not None)
        self.mask = ctx.empty((self.steps, self.batch) if self.masked else (1, 1), np.uint8)
        if self.masked:
            backwards = int(self.layer.go_backwards)
            ctx.run(kernels.steps_of_mask, ctx.mask, backwards, self.mask)

    def _products(self, x: Array, ctx: Context) -> Array:
        rows = self.steps * self.batch
        products = ctx.empty((rows, self.width))
        self.factors = self._input_factors(ctx)
        if not self.factors:
            self.inputs = [self._by_step(x, None, ctx)]
            ctx.run(core.product_bias, self.inputs[0], self.w, self.b, products)
            return products
        self.inputs = [self._by_step(x, factor, ctx) for factor in self.factors]
        for place, given in enumerate(self.inputs):
            own = ctx.empty((rows, self.width))
            ctx.run(core.product_bias, given, self.w, self.b, own)
            self._copy_columns(own, products, place, ctx)
        return products

    def _copy_columns(self, source: Array, to: Array, place: int, ctx: Context) -> None:
        """Copy the columns of a gate, or all if one mask serves all gates."""
        start, count = place * self.padded, self.padded
        if len(self.inputs) == 1:
            start, count = 0, self.width
        ctx.run(kernels.part_gate, source, start, to, start, count)

    def _by_step(self, x: Array, factor: Array | None, ctx: Context) -> Array:
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
        """Factors (batch, features) of the input, for each gate or for all, if it is dropped."""
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
        rows = self.gates * self.batch
        shape = (self.batch if self.layer.fused else rows, self.units)
        own = self._factors(shape, self.padded, self.layer.dropout_U, 1, ctx)
        if not self.layer.fused:
            return own
        whole = ctx.empty((self.gates, self.batch, self.padded))
        ctx.run(kernels.repeat_units, own, whole)
        return whole

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
        rows = dz.reshape((self.steps * self.batch, self.width))
        if any(ctx.gradient(weight) is not None for weight in self.layer.weights):
            self._weight_gradients(rows, ctx)
        return self._input_gradient(rows, ctx) if ctx.needs_input_gradient else None

    def _weight_gradients(self, dz: Array, ctx: Context) -> None:
        db = self.layer.bias_gradient(self, dz, ctx)
        dw = ctx.empty((self.features, self.width))
        for place, given in enumerate(self.inputs):
            own = dw if place == 0 else ctx.empty(dw.shape)
            ctx.run(core.product_tn, given, dz, own)
            if own is not dw:
                self._copy_columns(own, dw, place, ctx)
        du = self.layer.recurrent_gradient(self, dz, ctx)
        for place, gate in enumerate(self.layer.columns):
            weights, own_start = self.layer.weight_parts(gate)
            start = place * self.padded
            for fused, weight in zip((dw, du, db), weights, strict=True):
                to = ctx.gradient(weight)
                if to is not None:
                    kernel = kernels.part_bias if fused.ndim == 1 else kernels.part_gate
                    ctx.run(kernel, fused, start, to, own_start, self.units)

    def state_gradient(self, dz: Array, ctx: Context) -> Array:
        """The gradient of U (padded, width) for products with the states before each step."""
        du = ctx.empty((self.padded, self.width))
        before = part(self.h, 0, self.steps).reshape((dz.shape[0], self.padded))
        if not self.dropped:
            ctx.run(core.product_tn, before, dz, du)
            return du
        own, dropped = ctx.empty(du.shape), ctx.empty(before.shape)
        for place in range(self.gates):
            factors = part(
                self.drop.reshape((self.gates, self.batch, self.padded)), place, place + 1
            )
            ctx.run(kernels.drop_steps, self.h, factors.reshape((self.batch, self.padded)), dropped)
            ctx.run(core.product_tn, dropped, dz, own)
            start = place * self.padded
            ctx.run(kernels.part_gate, own, start, du, start, self.padded)
        return du

    def _input_gradient(self, dz: Array, ctx: Context) -> Array:
        rows, backwards = dz.shape[0], int(self.layer.go_backwards)
        dx = ctx.empty((self.batch, self.steps, self.features))
        if not self.factors:
            by_step = ctx.empty((rows, self.features))
            ctx.run(core.product_nt, dz, self.w, by_step)
            if self.batch == 1 and not backwards:
                return by_step.reshape(dx.shape)
            shape = (self.steps, self.batch, self.features)
            ctx.run(kernels.from_steps, by_step.reshape(shape), 0, backwards, dx)
            return dx
        return self._dropped_input_gradient(dz, dx, ctx)

    def _dropped_input_gradient(self, dz: Array, dx: Array, ctx: Context) -> Array:
        """The sum over gates of what goes back through each gate's dropout."""
        backwards = int(self.layer.go_backwards)
        ctx.run(core.fill, dx, 0.0)
        for place, factor in enumerate(self.factors):
            own, w = dz, self.w
            if len(self.factors) > 1:
                own, w = (
                    ctx.empty((dz.shape[0], self.padded)),
                    ctx.empty((self.features, self.padded)),
                )
                start = place * self.padded
                ctx.run(kernels.part_gate, dz, start, own, 0, self.padded)
                ctx.run(kernels.part_gate, self.w, start, w, 0, self.padded)
            by_step = ctx.empty((dz.shape[0], self.features))
            ctx.run(core.product_nt, own, w, by_step)
            steps = by_step.reshape((self.steps, self.batch, self.features))
            ctx.run(kernels.add_steps_dropped, steps, factor, backwards, dx)
        return dx


def slice_of(batch: int) -> int:
    """How many samples a thread takes at a time, so that all threads have some."""
    even = -(-batch // max(threads.count(), 1))
    return min(SLICE, -(-even // host().rows) * host().rows)


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
