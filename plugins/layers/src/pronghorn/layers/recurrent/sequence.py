"""The arrays of one batch on its way through a recurrent layer over features."""

from typing import TYPE_CHECKING

import numpy as np

from pronghorn.components.context import Array, Context
from pronghorn.devices import kernels as core
from pronghorn.devices import threads
from pronghorn.devices.simd import host
from pronghorn.layers.recurrent import kernels
from pronghorn.layers.recurrent.steps import Steps, part

if TYPE_CHECKING:
    from pronghorn.layers.recurrent.recurrent import Recurrent

SLICE = 16
"""Samples that a thread takes through all steps at a time: two register blocks."""
ALONE = 1 << 15
"""Multiply-adds of a step that one thread has done before two could have met after it."""


class Sequence(Steps):
    """Products of all steps' inputs, weights side by side, states; time is the first axis.

    Each gate has `padded` columns, of which the first `units` are in use.

    Attributes, besides those of `Steps`:
        inputs: the input by step, (steps, batch, features), once, or with dropout for each gate.
        x: (steps, batch, width) products of the inputs with W, plus b.
        w, u, b: (features, width), (units, width), (width,).
        drop: (gates, batch, padded), factors of h.
        share: samples that a thread takes at a time.
    """

    layer: "Recurrent"

    def __init__(self, layer: "Recurrent", x: Array, ctx: Context) -> None:
        super().__init__(layer, x, layer.output_dim, layer.padded, ctx)
        self.share = slice_of(self.batch)
        self.inner_bias: Array = None
        self._join(ctx)
        self.x = self._products(x, ctx)
        if self.dropped and layer.fused:
            whole = ctx.empty((self.gates, self.batch, self.padded))
            ctx.run(kernels.repeat_units, self.drop.reshape((self.batch, self.padded)), whole)
            self.drop = whole
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

    def pool(self, ctx: Context) -> int:
        """The address of the pool if two threads are to divide the units of every step, else 0.

        They do where there are too few samples to divide.
        """
        alone = self.share < self.batch or self.dropped or ctx.device.side != "cpu"
        pays = self.u.size * self.batch > ALONE and threads.available()
        return threads.pool() if pays and not alone else 0

    # Going in.

    def _join(self, ctx: Context) -> None:
        self.w = ctx.empty((self.features, self.width))
        self.u = ctx.empty((self.units, self.width))
        shape = self.layer.bias_shape(self.width)
        self.b = ctx.empty(shape) if self.layer.bias else ctx.constant(np.zeros(shape), ctx.dtype)
        join_bias = kernels.join_bias if self.b.ndim == 1 else kernels.join_gate
        for place, gate in enumerate(self.layer.columns):
            (w, u, b), own = self.layer.weight_parts(gate)
            rest = (place * self.padded, self.padded)
            ctx.run(kernels.join_gate, w, own, self.units, self.w, *rest)
            ctx.run(kernels.join_gate, u, own, self.units, self.u, *rest)
            if b is not None:
                ctx.run(join_bias, b, own, self.units, self.b, *rest)
        self.b = self.layer.input_bias(self, ctx)

    def _products(self, x: Array, ctx: Context) -> Array:
        rows = self.steps * self.batch
        products = ctx.empty((rows, self.width))
        if not self.factors:
            self.inputs = [self.by_step(x, None, ctx)]
            ctx.run(core.product_bias, self.inputs[0], self.w, self.b, products)
            return products
        self.inputs = [self.by_step(x, factor, ctx) for factor in self.factors]
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

    # Going back.

    def weight_gradients(self, dz: Array, ctx: Context) -> None:
        """Write the gradients of W, U and b of all gates."""
        dz = dz.reshape((self.steps * self.batch, self.width))
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
                to = None if weight is None else ctx.gradient(weight)
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

    def input_gradient(self, dz: Array, ctx: Context) -> Array:
        """The gradient of the input (batch, steps, features)."""
        rows, backwards = self.steps * self.batch, int(self.layer.go_backwards)
        dz = dz.reshape((rows, self.width))
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
