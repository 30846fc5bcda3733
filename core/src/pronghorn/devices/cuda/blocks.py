"""Sums and maxima over the threads of a block, for kernels with a `grid`.

They are taken as a tree in shared memory, always the same one, so that a sum is rounded alike in
every run. Blocks have a power of two of threads along x, at most BLOCK. Each thread of the block
must call them, and each is given the result.
"""

from typing import Any

from numba import float64

from pronghorn.devices.cuda.target import BLOCK, cuda
from pronghorn.devices.program import real


def block_sum(value: Any) -> Any:
    """The sum of all threads' values, in the kernel's float type."""
    shared = cuda.shared.array(BLOCK, real)
    thread = cuda.threadIdx.x
    shared[thread] = value
    cuda.syncthreads()
    width = cuda.blockDim.x // 2
    while width > 0:
        if thread < width:
            shared[thread] += shared[thread + width]
        cuda.syncthreads()
        width //= 2
    total = shared[0]
    # The next call writes where this one is read.
    cuda.syncthreads()
    return total


def block_sum_double(value: Any) -> Any:
    """The sum of all threads' values, in float64."""
    shared = cuda.shared.array(BLOCK, float64)
    thread = cuda.threadIdx.x
    shared[thread] = value
    cuda.syncthreads()
    width = cuda.blockDim.x // 2
    while width > 0:
        if thread < width:
            shared[thread] += shared[thread + width]
        cuda.syncthreads()
        width //= 2
    total = shared[0]
    cuda.syncthreads()
    return total


def block_max(value: Any) -> Any:
    """The largest of all threads' values, in the kernel's float type."""
    shared = cuda.shared.array(BLOCK, real)
    thread = cuda.threadIdx.x
    shared[thread] = value
    cuda.syncthreads()
    width = cuda.blockDim.x // 2
    while width > 0:
        if thread < width:
            shared[thread] = max(shared[thread], shared[thread + width])
        cuda.syncthreads()
        width //= 2
    largest = shared[0]
    cuda.syncthreads()
    return largest
