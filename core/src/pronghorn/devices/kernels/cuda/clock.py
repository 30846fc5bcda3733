"""The count of training steps, which keys the random numbers; it lives on the device."""

from numba import uint64

from pronghorn.devices.cuda import kernel


@kernel(grid=lambda clock: (1, 1))
def tick(clock):
    """clock += 1; clock uint64 (1,)."""
    clock[0] += uint64(1)
