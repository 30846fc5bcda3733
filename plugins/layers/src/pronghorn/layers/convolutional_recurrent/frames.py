"""The arrays of one batch of films on its way through a convolutional recurrent layer."""

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from pronghorn.components.activation import Activation
from pronghorn.components.context import Array, Context
from pronghorn.devices import kernels as core
from pronghorn.layers.convolutional import kernels as convolutional
from pronghorn.layers.convolutional.activated import parts_of
from pronghorn.layers.recurrent import kernels as recurrent
from pronghorn.layers.recurrent.steps import Steps, part

if TYPE_CHECKING:
    from pronghorn.layers.convolutional_recurrent.conv_lstm import ConvLSTM2D


class Frames(Steps):
    """Convolutions of all steps' inputs, kernels side by side, states; time is the first axis.

    Gates whose inputs or states are dropped each in its own way are convolved apart, in a group
    for each; otherwise all are one group.

    Attributes, besides those of `Steps`:
        frame: (rows, columns, channels) of the input.
        space: rows and columns of a state.
        filters: of a gate.
        apart: whether each gate is a group of its own.
        groups: the gates of each.
        inputs: the input of each group by step, (steps * batch, *frame).
        kernels: w (nb_row, nb_col, channels, wide), u (nb_row, nb_col, filters, wide) and b (wide,)
            of each group.
        x: (groups, steps * batch * places * wide), convolutions of the inputs with w, plus b.
        r: (groups, batch * places * wide), those of the outputs of one step with u.
        first: the first step with outputs before it that need not be 0.
    """

    layer: "ConvLSTM2D"

    def __init__(self, layer: "ConvLSTM2D", x: Array, ctx: Context) -> None:
        batch, steps, *frame = x.shape
        self.frame = tuple(frame)
        self.filters = layer.nb_filter
        self.space = tuple(layer.output_lengths(self.frame[:2]))
        self.places = prod(self.space)
        units = self.places * self.filters
        super().__init__(layer, x.reshape((batch, steps, prod(frame))), units, units, ctx)
        self.apart = int(bool(self.factors or self.dropped) and not layer.fused)
        self.groups = [(gate,) for gate in layer.columns] if self.apart else [layer.columns]
        self.wide = self.filters * len(self.groups[0])
        self.first = 0 if layer.stateful else 1
        self.kernels = [self._join(group, ctx) for group in self.groups]
        self.inputs = self._inputs(x, ctx)
        self.x = self._products(ctx)
        self.r = ctx.empty((len(self.groups), self.batch * self.places * self.wide))
        self.before = self._states_before(ctx)
        # What the loop keeps for the way back.
        self.z: Array = None
        self.c: Array = None

    # Going in.

    def _join(self, group: tuple[str, ...], ctx: Context) -> tuple[Array, Array, Array]:
        """The kernels and biases of some gates side by side."""
        window = self.layer.window
        w = ctx.empty((*window, self.frame[2], self.wide))
        u = ctx.empty((*window, self.filters, self.wide))
        shape = (self.wide,)
        b = ctx.empty(shape) if self.layer.bias else ctx.constant(np.zeros(shape), ctx.dtype)
        for place, own, weights in self._parts(group):
            rest = (place * self.filters, self.filters)
            for whole, weight in zip((w, u), weights, strict=False):
                source = columns(self.layer.window_first(weight, ctx))
                ctx.run(recurrent.join_gate, source, own, self.filters, columns(whole), *rest)
            if weights[2] is not None:
                ctx.run(recurrent.join_bias, weights[2], own, self.filters, b, *rest)
        return w, u, b

    def _parts(self, group: tuple[str, ...]) -> Iterator[tuple[int, int, tuple]]:
        """Of each gate its place in the group, where it starts in its weights, and those."""
        for place, gate in enumerate(group):
            weights, own = self.layer.weight_parts(gate)
            yield place, own, weights

    def _inputs(self, x: Array, ctx: Context) -> list[Array]:
        folded = x.reshape((self.batch, self.steps, self.features))
        found = [self.by_step(folded, factor, ctx) for factor in self.factors or [None]]
        shaped = [given.reshape((self.steps * self.batch, *self.frame)) for given in found]
        return shaped if len(shaped) == len(self.groups) else shaped * len(self.groups)

    def _products(self, ctx: Context) -> Array:
        rows = self.steps * self.batch
        products = ctx.empty((len(self.groups), rows * self.places * self.wide))
        kernel = core.conv2d_bias.specialize(activate=Activation.get("linear").scalar)
        for n, (given, (w, _, b)) in enumerate(zip(self.inputs, self.kernels, strict=True)):
            to = part(products, n, n + 1).reshape(self._images(rows))
            ctx.run(kernel, given, w, b, to, *self.layer.way(self.frame[:2]))
        return products

    def _images(self, count: int) -> tuple[int, ...]:
        """The shape of so many frames of a group's gates."""
        return (count, *self.space, self.wide)

    def _states_before(self, ctx: Context) -> list[Array]:
        """The outputs before each step (steps, batch, padded) as each group has them."""
        if not self.dropped:
            return [part(self.h, 0, self.steps)] * len(self.groups)
        return [ctx.empty((self.steps, self.batch, self.padded)) for _ in self.groups]

    def convolve_states(self, s: int, ctx: Context) -> None:
        """Describe r, the convolutions of the outputs before step s."""
        kernel = core.conv2d.specialize(activate=Activation.get("linear").scalar)
        for n, (_, u, _) in enumerate(self.kernels):
            before = part(self.before[n], s, s + 1)
            if self.dropped:
                factor, flat_before = self._factor(n), before.reshape((self.batch, self.padded))
                ctx.run(recurrent.drop_steps, part(self.h, s, s + 1), factor, flat_before)
            images = before.reshape((self.batch, *self.space, self.filters))
            to = part(self.r, n, n + 1).reshape(self._images(self.batch))
            ctx.run(kernel, images, u, to, *self.layer.inner_way)

    def _factor(self, group: int) -> Array:
        """The factors of a group's outputs."""
        return part(self.drop, group, group + 1).reshape((self.batch, self.padded))

    # Going back.

    def _of_group(self, dz: Array, group: int, first: int, last: int) -> Array:
        """The gradients of a group from step `first` to before `last`, as frames."""
        own = part(dz.reshape((len(self.groups), dz.size // len(self.groups))), group, group + 1)
        by_step = own.reshape((self.steps, own.size // self.steps))
        return part(by_step, first, last).reshape(self._images((last - first) * self.batch))

    def convolve_back(self, dz: Array, back: Array, s: int, ctx: Context) -> None:
        """Describe the gradients of the outputs before step s, for each group."""
        for n, (_, u, _) in enumerate(self.kernels):
            to = part(back, n, n + 1).reshape((self.batch, *self.space, self.filters))
            own = self._of_group(dz, n, s, s + 1)
            ctx.run(core.conv2d_input_gradient, own, u, to, *self.layer.inner_way)

    def weight_gradients(self, dz: Array, ctx: Context) -> None:
        """Write the gradients of W, U and b of all gates."""
        for n, (group, (w, u, _)) in enumerate(zip(self.groups, self.kernels, strict=True)):
            own = self._of_group(dz, n, 0, self.steps)
            dw, du, db = ctx.empty(w.shape), ctx.empty(u.shape), ctx.empty((self.wide,))
            way = self.layer.way(self.frame[:2])
            ctx.run(core.conv2d_weight_gradient, self.inputs[n], own, dw, *way)
            self._state_gradient(dz, n, du, ctx)
            rows = own.reshape((own.size // self.wide, self.wide))
            parts = parts_of(rows, ctx)
            ctx.run(convolutional.sum_rows, rows, parts)
            ctx.run(convolutional.sum_parts, parts, db)
            for place, start, weights in self._parts(group):
                column = place * self.filters
                for found, weight in zip((dw, du), weights, strict=False):
                    self.layer.put_kernel(found, column, weight, start, ctx)
                to = None if weights[2] is None else ctx.gradient(weights[2])
                if to is not None:
                    ctx.run(recurrent.part_bias, db, column, to, start, self.filters)

    def _state_gradient(self, dz: Array, group: int, du: Array, ctx: Context) -> None:
        """Describe the gradient of a group's u, over all steps at once."""
        count = self.steps - self.first
        if count == 0:
            ctx.run(core.fill, du.reshape((du.size,)), 0.0)
            return
        before = part(self.before[group], self.first, self.steps)
        images = before.reshape((count * self.batch, *self.space, self.filters))
        own = self._of_group(dz, group, self.first, self.steps)
        ctx.run(core.conv2d_weight_gradient, images, own, du, *self.layer.inner_way)

    def input_gradient(self, dz: Array, ctx: Context) -> Array:
        """The gradient of the input (batch, steps, features)."""
        backwards = int(self.layer.go_backwards)
        dx = ctx.empty((self.batch, self.steps, self.features))
        found = []
        for n, (w, _, _) in enumerate(self.kernels):
            images = ctx.empty(self.inputs[n].shape)
            own = self._of_group(dz, n, 0, self.steps)
            way = self.layer.way(self.frame[:2])
            ctx.run(core.conv2d_input_gradient, own, w, images, *way)
            found.append(images.reshape((self.steps, self.batch, self.features)))
        if self.factors:
            ctx.run(core.fill, dx, 0.0)
            for by_step, factor in zip(found, self.factors, strict=True):
                ctx.run(recurrent.add_steps_dropped, by_step, factor, backwards, dx)
            return dx
        for other in found[1:]:
            ctx.run(core.add, other, found[0])
        ctx.run(recurrent.from_steps, found[0], 0, backwards, dx)
        return dx


def columns(w: Array) -> Array:
    """Kernels as a matrix that has a column for each filter."""
    *window, filters = w.shape
    return w.reshape((prod(window), filters))
