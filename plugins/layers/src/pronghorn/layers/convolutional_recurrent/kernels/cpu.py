"""What a step of ConvLSTM2D does besides convolving, on the CPU.

A row is a place of a frame of a sample, with `filters` numbers of each gate i, f, c, o. Products
and their gradients have the gates side by side in each row, (rows, 4 * filters), or, if `apart`,
one after the other, (4, rows, filters). Arrays are flat, but for `spare` (tasks, n, numbers of a
block, `filters` at least): rows are taken in blocks, so that each loop is one over many numbers.
"""

from pronghorn.devices.cpu import kernel, prange


@kernel(functions=("inner", "activate"), work=lambda x, r, mask, spare, before, c, *_: 64 * c.size)
def gates_forward(
    x, r, mask, spare, before, c, h_before, h, z,
    s, filters, places, apart, masked, joined, inner_values, values, kept,
):  # fmt: skip
    """The cells c and the outputs h after step s from those before it.

    Args:
        x: of all steps, input products with the bias.
        r: of this step, products of the outputs before it; only if `joined`.
        mask: (steps, batch) uint8, if `masked`; where it is 0 the states stay.
        spare: (tasks, 4, n).
        before, c, h_before, h: (rows, filters).
        z: (4, rows, filters), if `kept`: what the derivatives are in terms of, the gates' values if
            `inner_values`, `values`, else what their functions take.
        places: rows of a sample.
    """
    size = h.size
    rows, steps, batch = size // filters, x.size // (4 * size), size // (filters * places)
    row_step = filters if apart else 4 * filters
    x_gate, r_gate = (steps * size, size) if apart else (filters, filters)
    block = spare.shape[2] // filters
    for task in prange(spare.shape[0]):
        end = (task + 1) * rows // spare.shape[0]
        for top in range(task * rows // spare.shape[0], end, block):
            count = min(block, end - top)
            start, span = top * filters, count * filters
            for gate in range(4):
                for row in range(count):
                    at = gate * x_gate + (s * rows + top + row) * row_step
                    for j in range(filters):
                        spare[task, gate, row * filters + j] = x[at + j]
                    at = gate * r_gate + (top + row) * row_step
                    if joined:
                        for j in range(filters):
                            spare[task, gate, row * filters + j] += r[at + j]
                known = values if gate == 2 else inner_values
                if kept and known == 0:
                    for j in range(span):
                        z[gate * size + start + j] = spare[task, gate, j]
                if gate == 2:
                    for j in range(span):
                        spare[task, gate, j] = activate(spare[task, gate, j])
                else:
                    for j in range(span):
                        spare[task, gate, j] = inner(spare[task, gate, j])
                if kept and known:
                    for j in range(span):
                        z[gate * size + start + j] = spare[task, gate, j]
            for j in range(span):
                spare[task, 0, j] *= spare[task, 2, j]
            for j in range(span):
                c[start + j] = spare[task, 1, j] * before[start + j] + spare[task, 0, j]
            for j in range(span):
                spare[task, 0, j] = activate(c[start + j])
            for j in range(span):
                h[start + j] = spare[task, 3, j] * spare[task, 0, j]
            if masked:
                for row in range(top, top + count):
                    if mask[s * batch + row // places] == 0:
                        for j in range(row * filters, (row + 1) * filters):
                            h[j] = h_before[j]
                            c[j] = before[j]


@kernel(
    functions=("inner", "inner_slope", "again", "activate", "slope"),
    work=lambda dz, back, drop, mask, spare, z, before, c, *_: 80 * c.size,
)
def gates_backward(
    dz, back, drop, mask, spare, z, before, c, dy, dh, dc,
    s, filters, places, apart, masked, joined, dropped, sequences, values,
):  # fmt: skip
    """The gradients dz of step s before the gates' functions, and dc of the cells before it.

    `inner` and `again` give a gate's value from what z has of it; the slopes take what z has,
    `slope` at the cell its value where `values`.

    Args:
        dz: of all steps.
        back: (1, rows, filters), or (4, rows, filters) if `apart`: what came back from the
            products of step s + 1; only if `joined`.
        drop: as back, factors of it, if `dropped`.
        mask: (steps, batch) uint8, if `masked`; where it is 0, gradients pass by.
        spare: (tasks, 8, n).
        z: (4, rows, filters).
        before, c: the cells before and after the step.
        dy: (rows, filters), the gradient of the step's output, if `sequences`.
        dh: of the outputs after the step, and before it, but for what comes through the products.
        dc: of the cells after the step, and before it.
        places: rows of a sample.
    """
    size = c.size
    rows, steps, batch = size // filters, dz.size // (4 * size), size // (filters * places)
    row_step = filters if apart else 4 * filters
    gate_step = steps * size if apart else filters
    block = spare.shape[2] // filters
    for task in prange(spare.shape[0]):
        end = (task + 1) * rows // spare.shape[0]
        for top in range(task * rows // spare.shape[0], end, block):
            count = min(block, end - top)
            start, span = top * filters, count * filters
            for j in range(span):
                spare[task, 4, j] = dh[start + j]
            if sequences:
                for j in range(span):
                    spare[task, 4, j] += dy[start + j]
            if joined:
                for group in range(4 if apart else 1):
                    at = group * size + start
                    if dropped:
                        for j in range(span):
                            spare[task, 4, j] += back[at + j] * drop[at + j]
                    else:
                        for j in range(span):
                            spare[task, 4, j] += back[at + j]
            for gate in range(4):
                at = gate * size + start
                if gate == 2:
                    for j in range(span):
                        spare[task, gate, j] = again(z[at + j])
                else:
                    for j in range(span):
                        spare[task, gate, j] = inner(z[at + j])
            for j in range(span):
                spare[task, 5, j] = activate(c[start + j])
            if values:
                for j in range(span):
                    spare[task, 6, j] = slope(spare[task, 5, j])
            else:
                for j in range(span):
                    spare[task, 6, j] = slope(c[start + j])
            for j in range(span):
                spare[task, 6, j] *= spare[task, 4, j] * spare[task, 3, j]
            for j in range(span):
                spare[task, 6, j] += dc[start + j]
            # In the places of the gates' values, one after the other: their gradients.
            for j in range(span):
                spare[task, 3, j] = spare[task, 4, j] * spare[task, 5, j]
            for j in range(span):
                spare[task, 5, j] = spare[task, 0, j]
            for j in range(span):
                spare[task, 0, j] = spare[task, 6, j] * spare[task, 2, j]
            for j in range(span):
                spare[task, 2, j] = spare[task, 6, j] * spare[task, 5, j]
            for j in range(span):
                spare[task, 7, j] = spare[task, 6, j] * spare[task, 1, j]
            for j in range(span):
                spare[task, 1, j] = spare[task, 6, j] * before[start + j]
            for gate in range(4):
                at = gate * size + start
                if gate == 2:
                    for j in range(span):
                        spare[task, gate, j] *= slope(z[at + j])
                else:
                    for j in range(span):
                        spare[task, gate, j] *= inner_slope(z[at + j])
            for row in range(count):
                gone = masked and mask[s * batch + (top + row) // places] == 0
                own, here = row * filters, start + row * filters
                for gate in range(4):
                    at = gate * gate_step + (s * rows + top + row) * row_step
                    for j in range(filters):
                        dz[at + j] = 0.0 if gone else spare[task, gate, own + j]
                if gone:
                    for j in range(filters):
                        dh[here + j] = spare[task, 4, own + j]
                else:
                    for j in range(filters):
                        dh[here + j] = 0.0
                    for j in range(filters):
                        dc[here + j] = spare[task, 7, own + j]
