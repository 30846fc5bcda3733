"""The time loop of GRU on the GPU: launches for each step; arrays as on the CPU."""

from typing import Any

from pronghorn.devices.cuda import composed, kernel, prange
from pronghorn.layers.recurrent.kernels.cuda.steps import add_turned


@kernel(functions=("inner",))
def gru_gates(
    x, u, drop, h, reset, z, batch, depth, padded, dropped, inner_values, s, gates, kept_reset
):
    """The gates z and r of a step, and `reset`, what the candidate's product takes."""
    size = batch * padded
    for e in prange(batch * padded):
        b, j = e // padded, e % padded
        row = s * size + b * padded
        at = (s * batch + b) * 3 * padded + j
        update, forget = x[at], x[at + padded]
        for k in range(depth):
            column = k * 3 * padded + j
            first = h[row + k]
            second = first
            if dropped:
                first *= drop[b * padded + k]
                second *= drop[size + b * padded + k]
            update += first * u[column]
            forget += second * u[column + padded]
        value = inner(forget)
        z[gates + e] = inner(update) if inner_values else update
        z[gates + size + e] = value if inner_values else forget
        before = h[row + j] * value
        reset[kept_reset + e] = before * drop[2 * size + e] if dropped else before


@kernel(functions=("again", "activate"))
def gru_step(x, u, mask, h, reset, z, batch, depth, padded, masked, values, s, gates, kept_reset):
    """h[s + 1] from h[s], the gates and `reset`; `again`: the value of what z has."""
    size = batch * padded
    for e in prange(batch * padded):
        b, j = e // padded, e % padded
        total = x[((s * batch + b) * 3 + 2) * padded + j]
        for k in range(depth):
            total += reset[kept_reset + b * padded + k] * u[(k * 3 + 2) * padded + j]
        value = activate(total)
        z[gates + 2 * size + e] = value if values else total
        before, update = h[s * size + e], again(z[gates + e])
        gone = masked and mask[s * batch + b] == 0
        h[(s + 1) * size + e] = before if gone else update * before + (1.0 - update) * value


def same(x):
    """x."""
    return x


@composed("inner", "activate")
def gru_forward(
    x, u, drop, mask, packed, spare, h, reset, z,
    batch, depth, padded, share, dropped, masked, inner_values, values, kept, inner, activate,
):  # fmt: skip
    """Two launches for each step."""
    size = batch * padded
    stored = kept * inner_values
    gates = gru_gates.specialize(inner=inner)
    step = gru_step.specialize(again=same if stored else inner, activate=activate)
    calls = []
    for s in range(x.size // (3 * size)):
        places = (s, 3 * s * size * kept, s * size * kept)
        sizes = (batch, depth, padded)
        calls.append(gates.bind(x, u, drop, h, reset, z, *sizes, dropped, stored, *places))
        flags = (masked, kept * values)
        calls.append(step.bind(x, u, mask, h, reset, z, *sizes, *flags, *places))
    return calls


@kernel(functions=("inner", "inner_slope", "again", "slope"))
def gru_slopes(dz, mask, h, z, dy, dh, batch, padded, masked, sequences, s):
    """dz[s] of z and of the candidate; dh = what goes round the products of the step."""
    size = batch * padded
    for e in prange(batch * padded):
        b, j = e // padded, e % padded
        to, at = (s * batch + b) * 3 * padded + j, 3 * s * size + e
        d = dh[e]
        if sequences:
            d += dy[s * size + e]
        if masked and mask[s * batch + b] == 0:
            dz[to] = 0.0
            dz[to + 2 * padded] = 0.0
            dh[e] = d
        else:
            update, candidate = inner(z[at]), again(z[at + 2 * size])
            dz[to] = d * (h[s * size + e] - candidate) * inner_slope(z[at])
            dz[to + 2 * padded] = d * (1.0 - update) * slope(z[at + 2 * size])
            dh[e] = d * update


@kernel(functions=("inner", "inner_slope"))
def gru_reset_slopes(dz, u, drop, h, z, dh, batch, depth, padded, dropped, s):
    """dz[s] of r; dh += what goes through the candidate's product."""
    size = batch * padded
    for e in prange(batch * padded):
        b, k = e // padded, e % padded
        at = 3 * s * size + size + e
        row = (s * batch + b) * 3 * padded
        total = 0.0
        if k < depth:
            for j in range(padded):
                total += dz[row + 2 * padded + j] * u[(k * 3 + 2) * padded + j]
        if dropped:
            total *= drop[2 * size + e]
        dz[row + padded + k] = total * h[s * size + e] * inner_slope(z[at])
        dh[e] += total * inner(z[at])


@composed("inner", "inner_slope", "again", "slope")
def gru_backward(
    dz, u, drop, mask, packed, spare, h, z, dy, dh,
    batch, depth, padded, share, dropped, masked, sequences, inner, inner_slope, again, slope,
):  # fmt: skip
    """Three launches for each step."""
    functions = {"inner": inner, "inner_slope": inner_slope}
    slopes = gru_slopes.specialize(**functions, again=again, slope=slope)
    resets = gru_reset_slopes.specialize(**functions)
    calls: list[Any] = []
    for s in range(dz.size // (3 * batch * padded) - 1, -1, -1):
        calls.append(slopes.bind(dz, mask, h, z, dy, dh, batch, padded, masked, sequences, s))
        sizes = (batch, depth, padded)
        calls.append(resets.bind(dz, u, drop, h, z, dh, *sizes, dropped, s))
        calls.append(add_turned.bind(dz, u, drop, dh, *sizes, 3, 0, 2, dropped, s))
    return calls
