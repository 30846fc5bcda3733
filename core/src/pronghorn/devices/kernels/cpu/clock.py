"""The count of training steps, which keys the random numbers; it lives on the device."""

from numba import uint64

from pronghorn.devices.cpu import kernel


@kernel
def tick(clock):
    """clock += 1; clock uint64 (1,)."""
    clock[0] += uint64(1)
