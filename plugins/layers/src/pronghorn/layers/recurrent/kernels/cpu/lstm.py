"""The time loop of LSTM, each thread taking some samples through all steps.

Arrays are flat. With `size = batch * padded`: h and c (steps + 1, size), their first row given;
gates in the order i, f, c, o. Loops are small and over few arrays, which LLVM can turn into
vector code; with more it gives up on showing that they do not overlap.
"""

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.simd import pointer
from pronghorn.layers.recurrent.kernels.cpu.blocks import multiply, pack, pack_turned


def _work(x, u, *rest):
    return x.size * max(u.size // 256, 1)


@kernel(functions=("inner", "activate"), work=_work)
def lstm_forward(
    x, u, drop, mask, packed, spare, h, c, z,
    batch, depth, padded, share, dropped, masked, inner_values, values, kept,
):  # fmt: skip
    """One step after the other: h[s + 1], c[s + 1] from h[s], c[s].

    Args:
        x: (steps, batch, 4 * padded), input products with the bias.
        u: (depth, 4 * padded).
        drop: (4, batch, padded), factors of h by gate, if `dropped`.
        mask: (steps, batch) uint8, if `masked`; where it is 0 the states stay.
        packed: as u. spare: (5, batch, padded).
        c: with `kept` all steps, else (2, batch, padded).
        z: (steps, 4, batch, padded), one step if not `kept`: what the derivatives are in terms
            of, the gates' values if `inner_values`, `values`, else what their functions take.
        share: samples that a thread takes at a time.
    """
    pack(u, depth, 4, padded, packed)
    size = batch * padded
    steps = x.size // (4 * size)
    for part in prange((batch + share - 1) // share):
        first = part * share
        rows = min(share, batch - first)
        start, span = first * padded, rows * padded
        i, f, g, o = start, start + size, start + 2 * size, start + 3 * size
        for s in range(steps):
            now = s * size + start
            after = now + size
            c_now, c_after = now, after
            gates = 4 * s * size
            if kept == 0:
                c_now, c_after = s % 2 * size + start, (s + 1) % 2 * size + start
                gates = 0
            for gate in range(4):
                own = gate * size + start
                a = pointer(h, now)
                if dropped:
                    for j in range(span):
                        spare[4 * size + start + j] = h[now + j] * drop[own + j]
                    a = pointer(spare, 4 * size + start)
                multiply(
                    pointer(x, ((s * batch + first) * 4 + gate) * padded), 4 * padded, a, padded,
                    pointer(packed, gate * padded * depth), depth,
                    pointer(z, gates + own), padded, rows, padded,
                )  # fmt: skip
            for j in range(span):
                spare[i + j] = inner(z[gates + i + j])
            for j in range(span):
                spare[f + j] = inner(z[gates + f + j])
            for j in range(span):
                spare[g + j] = activate(z[gates + g + j])
            for j in range(span):
                spare[o + j] = inner(z[gates + o + j])
            if kept and inner_values:
                for j in range(span):
                    z[gates + i + j] = spare[i + j]
                for j in range(span):
                    z[gates + f + j] = spare[f + j]
                for j in range(span):
                    z[gates + o + j] = spare[o + j]
            if kept and values:
                for j in range(span):
                    z[gates + g + j] = spare[g + j]
            for j in range(span):
                c[c_after + j] = spare[f + j] * c[c_now + j] + spare[i + j] * spare[g + j]
            for j in range(span):
                h[after + j] = spare[o + j] * activate(c[c_after + j])
            if masked:
                for r in range(rows):
                    if mask[s * batch + first + r] == 0:
                        for j in range(r * padded, (r + 1) * padded):
                            h[after + j] = h[now + j]
                            c[c_after + j] = c[c_now + j]


@kernel(functions=("inner", "inner_slope", "again", "activate", "slope"), work=_work)
def lstm_backward(
    dz, u, drop, mask, packed, spare, c, z, dy, dh, dc,
    batch, depth, padded, share, dropped, masked, sequences, values,
):  # fmt: skip
    """Gradients dz (steps, batch, 4 * padded) before the gates' functions.

    dh comes in as the gradient of the last output; dc is scratch, both (batch, padded). dy (steps,
    batch, padded) has, with `sequences`, those of all outputs. `inner` and `again` give a gate's
    value from what z has of it; the slopes take what z has, `slope` at the cell its value where
    `values`. spare (11, batch, padded).
    """
    pack_turned(u, depth, 4, padded, packed)
    size = batch * padded
    steps = dz.size // (4 * size)
    for part in prange((batch + share - 1) // share):
        first = part * share
        rows = min(share, batch - first)
        start, span = first * padded, rows * padded
        i, f, g, o = start, start + size, start + 2 * size, start + 3 * size
        # In spare: four gates' gradients, four gates' values, the cell's, two for masked steps.
        value, cell, held = 4 * size, 8 * size + start, 9 * size + start
        for j in range(span):
            dc[start + j] = 0.0
        for s in range(steps - 1, -1, -1):
            now = s * size + start
            after = now + size
            gates = 4 * s * size
            if sequences:
                for j in range(span):
                    dh[start + j] += dy[now + j]
            if masked:
                for r in range(rows):
                    gone = mask[s * batch + first + r] == 0
                    for j in range(r * padded, (r + 1) * padded):
                        spare[held + j] = dh[start + j] if gone else 0.0
                        dh[start + j] = 0.0 if gone else dh[start + j]
                        spare[held + size + j] = dc[start + j] if gone else 0.0
                        dc[start + j] = 0.0 if gone else dc[start + j]
            for j in range(span):
                spare[value + i + j] = inner(z[gates + i + j])
            for j in range(span):
                spare[value + f + j] = inner(z[gates + f + j])
            for j in range(span):
                spare[value + g + j] = again(z[gates + g + j])
            for j in range(span):
                spare[value + o + j] = inner(z[gates + o + j])
            for j in range(span):
                spare[cell + j] = activate(c[after + j])
            for j in range(span):
                spare[o + j] = dh[start + j] * spare[cell + j] * inner_slope(z[gates + o + j])
            for j in range(span):
                dh[start + j] *= spare[value + o + j]
            if values:
                for j in range(span):
                    dc[start + j] += dh[start + j] * slope(spare[cell + j])
            else:
                for j in range(span):
                    dc[start + j] += dh[start + j] * slope(c[after + j])
            for j in range(span):
                spare[i + j] = dc[start + j] * spare[value + g + j] * inner_slope(z[gates + i + j])
            for j in range(span):
                spare[g + j] = dc[start + j] * spare[value + i + j] * slope(z[gates + g + j])
            for j in range(span):
                spare[f + j] = dc[start + j] * c[now + j] * inner_slope(z[gates + f + j])
            for j in range(span):
                dc[start + j] *= spare[value + f + j]
            for r in range(rows):
                to = (s * batch + first + r) * 4 * padded
                for gate in range(4):
                    for j in range(padded):
                        dz[to + gate * padded + j] = spare[gate * size + start + r * padded + j]
            for j in range(span):
                dh[start + j] = 0.0
            for gate in range(4):
                own = gate * size + start
                to = pointer(dh, start)
                if dropped:
                    for j in range(span):
                        spare[cell + j] = 0.0
                    to = pointer(spare, cell)
                multiply(
                    to, padded, pointer(spare, own), padded,
                    pointer(packed, gate * padded * padded), padded, to, padded, rows, padded,
                )  # fmt: skip
                if dropped:
                    for j in range(span):
                        dh[start + j] += spare[cell + j] * drop[own + j]
            if masked:
                for j in range(span):
                    dh[start + j] += spare[held + j]
                for j in range(span):
                    dc[start + j] += spare[held + size + j]
