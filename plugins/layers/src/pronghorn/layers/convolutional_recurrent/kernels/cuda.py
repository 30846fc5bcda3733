"""What a step of ConvLSTM2D does besides convolving, on the GPU; see the CPU's."""

from pronghorn.devices.cuda import divided, kernel, prange


@kernel(functions=("inner", "activate"))
def gates_forward(
    x, r, mask, spare, before, c, h_before, h, z,
    s, filters, places, apart, masked, joined, inner_values, values, kept,
):  # fmt: skip
    """The cells c and the outputs h after step s from those before it."""
    size = h.size
    rows, steps = size // filters, x.size // (4 * size)
    row_step = filters if apart else 4 * filters
    x_gate, r_gate = (steps * size, size) if apart else (filters, filters)
    for e in prange(size):
        row, j = divided(e, filters)
        at = (s * rows + row) * row_step + j
        i, f, g, o = x[at], x[at + x_gate], x[at + 2 * x_gate], x[at + 3 * x_gate]
        if joined:
            at = row * row_step + j
            i += r[at]
            f += r[at + r_gate]
            g += r[at + 2 * r_gate]
            o += r[at + 3 * r_gate]
        vi, vf, vg, vo = inner(i), inner(f), activate(g), inner(o)
        if kept:
            z[e] = vi if inner_values else i
            z[e + size] = vf if inner_values else f
            z[e + 2 * size] = vg if values else g
            z[e + 3 * size] = vo if inner_values else o
        gone = masked and mask[s * (rows // places) + row // places] == 0
        cell = before[e] if gone else vf * before[e] + vi * vg
        c[e] = cell
        h[e] = h_before[e] if gone else vo * activate(cell)


@kernel(functions=("inner", "inner_slope", "again", "activate", "slope"))
def gates_backward(
    dz, back, drop, mask, spare, z, before, c, dy, dh, dc,
    s, filters, places, apart, masked, joined, dropped, sequences, values,
):  # fmt: skip
    """The gradients dz of step s before the gates' functions, and dc of the cells before it."""
    size = c.size
    rows, steps = size // filters, dz.size // (4 * size)
    row_step = filters if apart else 4 * filters
    gate_step = steps * size if apart else filters
    for e in prange(size):
        row, j = divided(e, filters)
        d = dh[e]
        if sequences:
            d += dy[e]
        for group in range((4 if apart else 1) if joined else 0):
            at = group * size + e
            d += back[at] * drop[at] if dropped else back[at]
        at = (s * rows + row) * row_step + j
        if masked and mask[s * (rows // places) + row // places] == 0:
            for gate in range(4):
                dz[at + gate * gate_step] = 0.0
            dh[e] = d
        else:
            i, f, g, o = z[e], z[e + size], z[e + 2 * size], z[e + 3 * size]
            value = activate(c[e])
            steep = slope(value) if values else slope(c[e])
            d_cell = dc[e] + d * inner(o) * steep
            dz[at] = d_cell * again(g) * inner_slope(i)
            dz[at + gate_step] = d_cell * before[e] * inner_slope(f)
            dz[at + 2 * gate_step] = d_cell * inner(i) * slope(g)
            dz[at + 3 * gate_step] = d * value * inner_slope(o)
            dc[e] = d_cell * inner(f)
            dh[e] = 0.0
