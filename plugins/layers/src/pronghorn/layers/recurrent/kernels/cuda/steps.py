"""What the time loops on the GPU share."""

from pronghorn.devices.cuda import kernel, prange


@kernel
def add_turned(dz, u, drop, dh, batch, depth, padded, gates, first, last, dropped, s):
    """dh += dz[s] @ U.T over the gates from `first` to before `last` of `gates`."""
    for e in prange(batch * padded):
        b, k = e // padded, e % padded
        if k < depth:
            total = 0.0
            for gate in range(first, last):
                found = 0.0
                row = ((s * batch + b) * gates + gate) * padded
                column = (k * gates + gate) * padded
                for j in range(padded):
                    found += dz[row + j] * u[column + j]
                total += found * drop[gate * batch * padded + e] if dropped else found
            dh[e] += total
