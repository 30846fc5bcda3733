"""The time loop of GRU with the reset after the product; arrays are flat, see `gru` for them."""

from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.simd import pointer
from pronghorn.layers.recurrent.kernels.cpu.blocks import multiply, pack, pack_turned, panel_for


def _work(x, u, *rest):
    return x.size * max(u.size // 192, 1)


def _work_back(dz, dr, u, *rest):
    return dz.size * max(u.size // 192, 1)


@kernel(functions=("inner", "activate"), work=_work)
def reset_after_forward(
    x, u, bias, drop, mask, packed, spare, h, inside, z,
    batch, depth, padded, share, dropped, masked, inner_values, values, kept,
):  # fmt: skip
    """One step after the other: h[s + 1] = z h[s] + (1 - z) candidate.

    Args:
        bias: (padded,), of the candidate's recurrent product.
        inside: (steps, batch, padded), one step if not `kept`: that product and its bias, which
            the reset gate multiplies.
        spare: (4, batch, padded).

    Further arguments: see `gru_forward`.
    """
    panel = panel_for(u, batch)
    pack(u, depth, 3, padded, panel, packed)
    size = batch * padded
    steps = x.size // (3 * size)
    for part in prange((batch + share - 1) // share):
        first = part * share
        rows = min(share, batch - first)
        start, span = first * padded, rows * padded
        update, reset, candidate = start, start + size, start + 2 * size
        for s in range(steps):
            now = s * size + start
            after = now + size
            gates = 3 * s * size
            kept_inside = now
            if kept == 0:
                gates = 0
                kept_inside = start
            for gate in range(3):
                own = gate * size + start
                a = pointer(h, now)
                if dropped:
                    for j in range(span):
                        spare[3 * size + start + j] = h[now + j] * drop[own + j]
                    a = pointer(spare, 3 * size + start)
                term, row = pointer(x, ((s * batch + first) * 3 + gate) * padded), 3 * padded
                to = pointer(z, gates + own)
                if gate == 2:
                    term, row = pointer(bias, 0), 0
                    to = pointer(inside, kept_inside)
                multiply(
                    term, row, a, padded, pointer(packed, gate * padded * depth), depth,
                    to, padded, rows, padded, panel,
                )  # fmt: skip
            for j in range(span):
                spare[update + j] = inner(z[gates + update + j])
            for j in range(span):
                spare[reset + j] = inner(z[gates + reset + j])
            for r in range(rows):
                term_of_input = ((s * batch + first + r) * 3 + 2) * padded
                own_row = r * padded
                for j in range(padded):
                    z[gates + candidate + own_row + j] = (
                        x[term_of_input + j]
                        + spare[reset + own_row + j] * inside[kept_inside + own_row + j]
                    )
            for j in range(span):
                spare[candidate + j] = activate(z[gates + candidate + j])
            if kept and inner_values:
                for j in range(span):
                    z[gates + update + j] = spare[update + j]
                for j in range(span):
                    z[gates + reset + j] = spare[reset + j]
            if kept and values:
                for j in range(span):
                    z[gates + candidate + j] = spare[candidate + j]
            for j in range(span):
                share_before = spare[update + j]
                h[after + j] = (
                    share_before * h[now + j] + (1.0 - share_before) * spare[candidate + j]
                )
            if masked:
                for r in range(rows):
                    if mask[s * batch + first + r] == 0:
                        for j in range(r * padded, (r + 1) * padded):
                            h[after + j] = h[now + j]


@kernel(functions=("inner", "inner_slope", "again", "slope"), work=_work_back)
def reset_after_backward(
    dz, dr, u, drop, mask, packed, spare, h, inside, z, dy, dh,
    batch, depth, padded, share, dropped, masked, sequences,
):  # fmt: skip
    """Gradients of the input's products and of the recurrent ones, with their biases.

    dz, dr: (steps, batch, 3 * padded), which differ in the candidate. spare (8, batch, padded).
    """
    panel = panel_for(u, batch)
    pack_turned(u, depth, 3, padded, panel, packed)
    size = batch * padded
    steps = dz.size // (3 * size)
    for part in prange((batch + share - 1) // share):
        first = part * share
        rows = min(share, batch - first)
        start, span = first * padded, rows * padded
        update, reset, candidate = start, start + size, start + 2 * size
        # In spare: three gates' gradients, two gates' values, two for products, one for masks.
        value, before, product, held = (
            3 * size,
            5 * size + start,
            6 * size + start,
            7 * size + start,
        )
        for s in range(steps - 1, -1, -1):
            now = s * size + start
            gates = 3 * s * size
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
                spare[value + update + j] = inner(z[gates + update + j])
            for j in range(span):
                spare[value + reset + j] = inner(z[gates + reset + j])
            for j in range(span):
                spare[before + j] = dh[start + j] * spare[value + update + j]
            for j in range(span):
                apart = h[now + j] - again(z[gates + candidate + j])
                spare[update + j] = dh[start + j] * apart * inner_slope(z[gates + update + j])
            for j in range(span):
                dh[start + j] *= 1.0 - spare[value + update + j]
            for j in range(span):
                spare[candidate + j] = dh[start + j] * slope(z[gates + candidate + j])
            for j in range(span):
                spare[reset + j] = spare[candidate + j] * inside[now + j]
            for j in range(span):
                spare[reset + j] *= inner_slope(z[gates + reset + j])
            for r in range(rows):
                to = (s * batch + first + r) * 3 * padded
                for gate in range(3):
                    for j in range(padded):
                        d = spare[gate * size + start + r * padded + j]
                        dz[to + gate * padded + j] = d
                        if gate == 2:
                            d *= spare[value + reset + r * padded + j]
                            spare[candidate + r * padded + j] = d
                        dr[to + gate * padded + j] = d
            for gate in range(3):
                own = gate * size + start
                for j in range(span):
                    spare[product + j] = 0.0
                multiply(
                    pointer(spare, product), padded, pointer(spare, own), padded,
                    pointer(packed, gate * padded * padded), padded,
                    pointer(spare, product), padded, rows, padded, panel,
                )  # fmt: skip
                if dropped:
                    for j in range(span):
                        spare[product + j] *= drop[own + j]
                for j in range(span):
                    spare[before + j] += spare[product + j]
            for j in range(span):
                dh[start + j] = spare[before + j]
            if masked:
                for j in range(span):
                    dh[start + j] += spare[held + j]
