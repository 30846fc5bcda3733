"""The time loop of SimpleRNN; arrays are flat, see `lstm` for their shapes."""

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.simd import pointer
from pronghorn.layers.recurrent.kernels.cpu.blocks import multiply, pack, pack_turned, panel_for


def _work(x, u, *rest):
    return x.size * max(u.size // 64, 1)


@kernel(functions=("activate",), work=_work)
def simple_forward(
    x, u, drop, mask, packed, spare, h, z, batch, depth, padded, share, dropped, masked, kept
):
    """h (steps + 1, batch, padded) = activate(x + h before * drop @ u), h[0] given.

    x (steps, batch, padded): input products with the bias. u (depth, padded). z as x: what
    activate's derivative is in terms of if it is not h, with `kept` the inputs.
    """
    panel = panel_for(u, batch)
    pack(u, depth, 1, padded, panel, packed)
    size = batch * padded
    steps = x.size // size
    for part in prange((batch + share - 1) // share):
        first = part * share
        rows = min(share, batch - first)
        start, span = first * padded, rows * padded
        for s in range(steps):
            now = s * size + start
            after = now + size
            a = pointer(h, now)
            if dropped:
                for j in range(span):
                    spare[start + j] = h[now + j] * drop[start + j]
                a = pointer(spare, start)
            multiply(
                pointer(x, now), padded, a, padded, pointer(packed, 0), depth,
                pointer(h, after), padded, rows, padded, panel,
            )  # fmt: skip
            if kept:
                for j in range(span):
                    z[now + j] = h[after + j]
            for j in range(span):
                h[after + j] = activate(h[after + j])
            if masked:
                for r in range(rows):
                    if mask[s * batch + first + r] == 0:
                        for j in range(r * padded, (r + 1) * padded):
                            h[after + j] = h[now + j]


@kernel(functions=("slope",), work=_work)
def simple_backward(
    dz, u, drop, mask, packed, spare, at, first_at, dy, dh,
    batch, depth, padded, share, dropped, masked, sequences,
):  # fmt: skip
    """dz (steps, batch, padded) = gradients before the activation; dh (batch, padded) likewise.

    dh comes in as the gradient of the last output, and dy (steps, batch, padded), with
    `sequences`, has those of all outputs. `at`, from row first_at * batch on: what slope takes.
    spare (2, batch, padded).
    """
    panel = panel_for(u, batch)
    pack_turned(u, depth, 1, padded, panel, packed)
    size = batch * padded
    steps = dz.size // size
    for part in prange((batch + share - 1) // share):
        first = part * share
        rows = min(share, batch - first)
        start, span = first * padded, rows * padded
        held = size + start
        for s in range(steps - 1, -1, -1):
            now = s * size + start
            where = now + first_at * size
            if sequences:
                for j in range(span):
                    dh[start + j] += dy[now + j]
            if masked:
                for r in range(rows):
                    gone = mask[s * batch + first + r] == 0
                    for j in range(r * padded, (r + 1) * padded):
                        spare[held + j] = dh[start + j] if gone else 0.0
                        dh[start + j] = 0.0 if gone else dh[start + j]
            for j in range(span):
                dz[now + j] = dh[start + j] * slope(at[where + j])
            for j in range(span):
                dh[start + j] = 0.0
            multiply(
                pointer(dh, start), padded, pointer(dz, now), padded, pointer(packed, 0), padded,
                pointer(dh, start), padded, rows, padded, panel,
            )  # fmt: skip
            if dropped:
                for j in range(span):
                    dh[start + j] *= drop[start + j]
            if masked:
                for j in range(span):
                    dh[start + j] += spare[held + j]
