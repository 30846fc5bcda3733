"""The time loop of SimpleRNN on the GPU: some launches for each step; arrays as on the CPU."""

from typing import Any

from pronghorn.devices.cuda import composed, kernel, prange
from pronghorn.layers.recurrent.kernels.cuda.steps import add_turned


@kernel(functions=("activate",))
def simple_step(x, u, drop, mask, h, z, batch, depth, padded, dropped, masked, kept, s):
    """h[s + 1] from h[s]."""
    size = batch * padded
    for e in prange(batch * padded):
        b, j = e // padded, e % padded
        row = s * size + b * padded
        total = x[s * size + e]
        for k in range(depth):
            factor = drop[b * padded + k] if dropped else 1.0
            total += h[row + k] * factor * u[k * padded + j]
        if kept:
            z[s * size + e] = total
        gone = masked and mask[s * batch + b] == 0
        h[(s + 1) * size + e] = h[s * size + e] if gone else activate(total)


@composed("activate")
def simple_forward(
    x, u, drop, mask, packed, spare, h, z,
    batch, depth, padded, share, dropped, masked, kept, activate,
):  # fmt: skip
    """One launch for each step."""
    step = simple_step.specialize(activate=activate)
    rest = (batch, depth, padded, dropped, masked, kept)
    steps = x.size // (batch * padded)
    return [step.bind(x, u, drop, mask, h, z, *rest, s) for s in range(steps)]


@kernel(functions=("slope",))
def simple_slopes(dz, mask, at, dy, dh, batch, padded, masked, sequences, s, first):
    """dz[s] from dh and dy[s]; dh = what goes round the step."""
    size = batch * padded
    for e in prange(batch * padded):
        d = dh[e]
        if sequences:
            d += dy[s * size + e]
        gone = masked and mask[s * batch + e // padded] == 0
        dz[s * size + e] = 0.0 if gone else d * slope(at[first + e])
        dh[e] = d if gone else 0.0


@composed("slope")
def simple_backward(
    dz, u, drop, mask, packed, spare, at, first_at, dy, dh,
    batch, depth, padded, share, dropped, masked, sequences, slope,
):  # fmt: skip
    """Two launches for each step."""
    calls: list[Any] = []
    size = batch * padded
    slopes = simple_slopes.specialize(slope=slope)
    for s in range(dz.size // size - 1, -1, -1):
        flags = (batch, padded, masked, sequences, s, (s + first_at) * size)
        calls.append(slopes.bind(dz, mask, at, dy, dh, *flags))
        calls.append(add_turned.bind(dz, u, drop, dh, batch, depth, padded, 1, 0, 1, dropped, s))
    return calls
