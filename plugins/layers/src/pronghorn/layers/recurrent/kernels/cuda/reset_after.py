"""The time loop of GRU with the reset after the product on the GPU: launches for each step."""

from typing import Any

from pronghorn.devices.cuda import composed, kernel, prange
from pronghorn.layers.recurrent.kernels.cuda.steps import add_turned


@kernel(functions=("inner", "activate"))
def reset_after_step(
    x, u, bias, drop, mask, h, inside, z,
    batch, depth, padded, dropped, masked, inner_values, values, s, gates, kept_inside,
):  # fmt: skip
    """h[s + 1] from h[s]; `gates` and `kept_inside`: where those of z and `inside` are."""
    size = batch * padded
    for e in prange(batch * padded):
        b, j = e // padded, e % padded
        row = s * size + b * padded
        at = (s * batch + b) * 3 * padded + j
        update, forget, recurrent = x[at], x[at + padded], bias[j]
        for k in range(depth):
            column = k * 3 * padded + j
            hz = h[row + k]
            hr, hh = hz, hz
            if dropped:
                own = b * padded + k
                hz *= drop[own]
                hr *= drop[own + size]
                hh *= drop[own + 2 * size]
            update += hz * u[column]
            forget += hr * u[column + padded]
            recurrent += hh * u[column + 2 * padded]
        kept_share, reset = inner(update), inner(forget)
        total = x[at + 2 * padded] + reset * recurrent
        value = activate(total)
        inside[kept_inside + e] = recurrent
        z[gates + e] = kept_share if inner_values else update
        z[gates + size + e] = reset if inner_values else forget
        z[gates + 2 * size + e] = value if values else total
        before = h[s * size + e]
        gone = masked and mask[s * batch + b] == 0
        h[(s + 1) * size + e] = before if gone else kept_share * before + (1.0 - kept_share) * value


@composed("inner", "activate")
def reset_after_forward(
    x, u, bias, drop, mask, packed, spare, h, inside, z,
    batch, depth, padded, share, dropped, masked, inner_values, values, kept, inner, activate,
):  # fmt: skip
    """One launch for each step."""
    step = reset_after_step.specialize(inner=inner, activate=activate)
    size = batch * padded
    flags = (batch, depth, padded, dropped, masked, kept * inner_values, kept * values)
    return [
        step.bind(x, u, bias, drop, mask, h, inside, z, *flags, s, 3 * s * size * kept,
                  s * size * kept)
        for s in range(x.size // (3 * size))
    ]  # fmt: skip


@kernel(functions=("inner", "inner_slope", "again", "slope"))
def reset_after_slopes(dz, dr, mask, h, inside, z, dy, dh, batch, padded, masked, sequences, s):
    """dz[s] and dr[s] from dh and dy[s]; dh = what goes round the products of the step."""
    size = batch * padded
    for e in prange(batch * padded):
        b, j = e // padded, e % padded
        to, at = (s * batch + b) * 3 * padded + j, 3 * s * size + e
        d = dh[e]
        if sequences:
            d += dy[s * size + e]
        gone = masked and mask[s * batch + b] == 0
        own = 0.0 if gone else d
        update, reset = inner(z[at]), inner(z[at + size])
        dh[e] = d if gone else d * update
        candidate = own * (1.0 - update) * slope(z[at + 2 * size])
        apart = h[s * size + e] - again(z[at + 2 * size])
        d_update = own * apart * inner_slope(z[at])
        d_reset = candidate * inside[s * size + e] * inner_slope(z[at + size])
        dz[to] = d_update
        dz[to + padded] = d_reset
        dz[to + 2 * padded] = candidate
        dr[to] = d_update
        dr[to + padded] = d_reset
        dr[to + 2 * padded] = candidate * reset


@composed("inner", "inner_slope", "again", "slope")
def reset_after_backward(
    dz, dr, u, drop, mask, packed, spare, h, inside, z, dy, dh,
    batch, depth, padded, share, dropped, masked, sequences, inner, inner_slope, again, slope,
):  # fmt: skip
    """Two launches for each step."""
    slopes = reset_after_slopes.specialize(
        inner=inner, inner_slope=inner_slope, again=again, slope=slope
    )
    calls: list[Any] = []
    for s in range(dz.size // (3 * batch * padded) - 1, -1, -1):
        arrays = (dz, dr, mask, h, inside, z, dy, dh)
        calls.append(slopes.bind(*arrays, batch, padded, masked, sequences, s))
        calls.append(add_turned.bind(dr, u, drop, dh, batch, depth, padded, 3, 0, 3, dropped, s))
    return calls
