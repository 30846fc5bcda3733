"""The time loop of LSTM, each thread taking some samples through all steps, or some units.

Arrays are flat. With `size = batch * padded`: h and c (steps + 1, size), their first row given;
gates in the order i, f, c, o. Loops are small and over few arrays, which LLVM can turn into
vector code; with more it gives up on showing that they do not overlap.
"""

from pronghorn.devices.atomics import address_of
from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.meeting import accept, close_meeting, join, meet, open_meeting
from pronghorn.devices.simd import pointer
from pronghorn.layers.recurrent.kernels.cpu.blocks import multiply, pack, pack_turned, panel_for


def _work(x, u, *rest):
    return x.size * max(u.size // 256, 1)


@kernel(functions=("inner", "activate"), work=_work)
def lstm_forward(
    x, u, drop, mask, packed, spare, meeting, h, c, z,
    batch, depth, padded, share, dropped, masked, pool, inner_values, values, kept,
):  # fmt: skip
    """One step after the other: h[s + 1], c[s + 1] from h[s], c[s].

    Args:
        x: (steps, batch, 4 * padded), input products with the bias.
        u: (depth, 4 * padded).
        drop: (4, batch, padded), factors of h by gate, if `dropped`.
        mask: (steps, batch) uint8, if `masked`; where it is 0 the states stay.
        packed: as u. spare: (5, batch, padded). meeting: (WORDS,) int64.
        c: with `kept` all steps, else (2, batch, padded).
        z: (steps, 4, batch, padded), one step if not `kept`: what the derivatives are in terms
            of, the gates' values if `inner_values`, `values`, else what their functions take.
        share: samples that a thread takes at a time.
        pool: the pool's address where two threads are to do one half of the units each, of the
            only share, without `dropped`; else 0.
    """
    panel = panel_for(u, batch)
    pack(u, depth, 4, padded, panel, packed)
    place = address_of(meeting)
    size = batch * padded
    steps = x.size // (4 * size)
    if pool != 0:
        open_meeting(place, pool, steps)
    half = (padded // panel + 1) // 2 * panel
    members = 2 if pool != 0 else 1
    for part in prange((batch + share - 1) // share * members):
        member = part % members
        first = part // members * share
        rows = min(share, batch - first)
        # Columns from `left` on; for the loops over elements all rows are one line, if they are
        # whole.
        left, wide, lines, span = 0, padded, 1, rows * padded
        begin, shared = 0, member == 1
        if shared:
            begin = join(place, pool)
            left, wide, lines, span = half, padded - half, rows, padded - half
        for s in range(begin, steps):
            if members == 2 and not shared:
                shared = accept(place, s)
                if shared:
                    wide, lines, span = half, rows, half
            row = s * size + first * padded
            next_row = row + size
            c_row, c_next = row, next_row
            gates = 4 * s * size
            if kept == 0:
                c_row = s % 2 * size + first * padded
                c_next = (s + 1) % 2 * size + first * padded
                gates = 0
            for gate in range(4):
                own = gate * size + first * padded
                a = pointer(h, row)
                if dropped:
                    factored = 4 * size + first * padded
                    for j in range(rows * padded):
                        spare[factored + j] = h[row + j] * drop[own + j]
                    a = pointer(spare, factored)
                multiply(
                    pointer(x, ((s * batch + first) * 4 + gate) * padded + left), 4 * padded,
                    a, padded, pointer(packed, (gate * padded + left) * depth), depth,
                    pointer(z, gates + own + left), padded, rows, wide, panel,
                )  # fmt: skip
            for line in range(lines):
                at = line * padded + left
                i = first * padded + at
                f, g, o = i + size, i + 2 * size, i + 3 * size
                after, c_now, c_after = next_row + at, c_row + at, c_next + at
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
                        for j in range(r * padded + left, r * padded + left + wide):
                            h[next_row + j] = h[row + j]
                            c[c_next + j] = c[c_row + j]
            if shared:
                meet(place, pool, member, s)
        if members == 2 and not shared:
            close_meeting(place, steps)


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
    panel = panel_for(u, batch)
    pack_turned(u, depth, 4, padded, panel, packed)
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
                    pointer(packed, gate * padded * padded), padded,
                    to, padded, rows, padded, panel,
                )  # fmt: skip
                if dropped:
                    for j in range(span):
                        dh[start + j] += spare[cell + j] * drop[own + j]
            if masked:
                for j in range(span):
                    dh[start + j] += spare[held + j]
                for j in range(span):
                    dc[start + j] += spare[held + size + j]
