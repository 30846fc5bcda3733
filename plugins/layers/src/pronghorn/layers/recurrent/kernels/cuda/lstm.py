"""The time loop of LSTM on the GPU: launches for each step; arrays as on the CPU."""

from typing import Any

from pronghorn.devices.cuda import composed, kernel, prange
from pronghorn.layers.recurrent.kernels.cuda.steps import add_turned


@kernel(functions=("inner", "activate"))
def lstm_step(
    x, u, drop, mask, h, c, z,
    batch, depth, padded, dropped, masked, inner_values, values, s, gates, before, after,
):  # fmt: skip
    """h[s + 1] and the row `after` of c from h[s] and the row `before`; `gates`: where z's are."""
    size = batch * padded
    for e in prange(batch * padded):
        b, j = e // padded, e % padded
        row = s * size + b * padded
        at = (s * batch + b) * 4 * padded + j
        i, f, g, o = x[at], x[at + padded], x[at + 2 * padded], x[at + 3 * padded]
        for k in range(depth):
            column = k * 4 * padded + j
            hi = h[row + k]
            hf, hg, ho = hi, hi, hi
            if dropped:
                own = b * padded + k
                hi *= drop[own]
                hf *= drop[own + size]
                hg *= drop[own + 2 * size]
                ho *= drop[own + 3 * size]
            i += hi * u[column]
            f += hf * u[column + padded]
            g += hg * u[column + 2 * padded]
            o += ho * u[column + 3 * padded]
        vi, vf, vg, vo = inner(i), inner(f), activate(g), inner(o)
        z[gates + e] = vi if inner_values else i
        z[gates + size + e] = vf if inner_values else f
        z[gates + 2 * size + e] = vg if values else g
        z[gates + 3 * size + e] = vo if inner_values else o
        cell = vf * c[before * size + e] + vi * vg
        gone = masked and mask[s * batch + b] == 0
        c[after * size + e] = c[before * size + e] if gone else cell
        h[(s + 1) * size + e] = h[s * size + e] if gone else vo * activate(cell)


@composed("inner", "activate")
def lstm_forward(
    x, u, drop, mask, packed, spare, meeting, h, c, z,
    batch, depth, padded, share, dropped, masked, pool, inner_values, values, kept,
    inner, activate,
):  # fmt: skip
    """One launch for each step."""
    step = lstm_step.specialize(inner=inner, activate=activate)
    size = batch * padded
    flags = (batch, depth, padded, dropped, masked, kept * inner_values, kept * values)
    calls = []
    for s in range(x.size // (4 * size)):
        places = (4 * s * size, s, s + 1) if kept else (0, s % 2, (s + 1) % 2)
        calls.append(step.bind(x, u, drop, mask, h, c, z, *flags, s, *places))
    return calls


@kernel(functions=("inner", "inner_slope", "again", "activate", "slope"))
def lstm_slopes(dz, mask, c, z, dy, dh, dc, batch, padded, masked, sequences, values, s):
    """dz[s] from dh, dc and dy[s]; dh and dc = what goes round the products of the step."""
    size = batch * padded
    for e in prange(batch * padded):
        b, j = e // padded, e % padded
        to, at = (s * batch + b) * 4 * padded + j, 4 * s * size + e
        d = dh[e]
        if sequences:
            d += dy[s * size + e]
        if masked and mask[s * batch + b] == 0:
            dz[to] = 0.0
            dz[to + padded] = 0.0
            dz[to + 2 * padded] = 0.0
            dz[to + 3 * padded] = 0.0
            dh[e] = d
        else:
            i, f, g, o = z[at], z[at + size], z[at + 2 * size], z[at + 3 * size]
            cell = c[(s + 1) * size + e]
            value = activate(cell)
            steep = slope(value) if values else slope(cell)
            d_cell = dc[e] + d * inner(o) * steep
            dz[to] = d_cell * again(g) * inner_slope(i)
            dz[to + padded] = d_cell * c[s * size + e] * inner_slope(f)
            dz[to + 2 * padded] = d_cell * inner(i) * slope(g)
            dz[to + 3 * padded] = d * value * inner_slope(o)
            dc[e] = d_cell * inner(f)
            dh[e] = 0.0


@kernel
def clear(x):
    """x = 0."""
    for e in prange(x.size):
        x[e] = 0.0


@composed("inner", "inner_slope", "again", "activate", "slope")
def lstm_backward(
    dz, u, drop, mask, packed, spare, c, z, dy, dh, dc,
    batch, depth, padded, share, dropped, masked, sequences, values,
    inner, inner_slope, again, activate, slope,
):  # fmt: skip
    """Two launches for each step."""
    calls: list[Any] = [clear.bind(dc)]
    slopes = lstm_slopes.specialize(
        inner=inner, inner_slope=inner_slope, again=again, activate=activate, slope=slope
    )
    for s in range(dz.size // (4 * batch * padded) - 1, -1, -1):
        flags = (batch, padded, masked, sequences, values, s)
        calls.append(slopes.bind(dz, mask, c, z, dy, dh, dc, *flags))
        calls.append(add_turned.bind(dz, u, drop, dh, batch, depth, padded, 4, 0, 4, dropped, s))
    return calls
