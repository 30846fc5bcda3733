"""Kernels of the embedding layer on the GPU; indices int32, W (words, features).

Data are checked before they come here; an index out of range would still touch no foreign memory.
"""

from numba import uint8

from pronghorn.devices.cuda import BLOCK, cuda, kernel, prange, twin
from pronghorn.layers.embeddings.kernels import cpu


def known(index, words):
    """The index, or the nearest one that a table of so many words has."""
    return min(max(index, 0), words - 1)


@kernel
def embed(indices, w, factor, y):
    """y[i] = W[indices[i]] * factor[indices[i]]; indices (n,), factor (words,), y (n, features)."""
    for i in prange(y.shape[0]):
        word = known(indices[i], w.shape[0])
        for j in prange(y.shape[1]):
            y[i, j] = w[word, j] * factor[word]


@kernel(grid=lambda indices, factor, dy, dw: (indices.size, BLOCK))
def add_rows(indices, factor, dy, dw):
    """dW[indices[i]] += dy[i] * factor[indices[i]]; dw (words, features), dy (n, features).

    Of all blocks with the same word, that of its first place adds up the rows, in their order.
    """
    same = cuda.shared.array(BLOCK, uint8)
    place, thread = cuda.blockIdx.x, cuda.threadIdx.x
    words = dw.shape[0]
    word = known(indices[place], words)
    earlier = 0
    for i in prange(place):
        if known(indices[i], words) == word:
            earlier = 1
    if cuda.syncthreads_or(earlier) == 0:
        start = place
        while start < indices.size:
            found = 0
            if start + thread < indices.size:
                found = 1 if known(indices[start + thread], words) == word else 0
            same[thread] = found
            if cuda.syncthreads_or(found):
                for k in range(cuda.blockDim.x):
                    if same[k]:
                        for j in prange(dw.shape[1]):
                            dw[word, j] += dy[start + k, j] * factor[word]
            cuda.syncthreads()
            start += cuda.blockDim.x


@kernel
def not_zero(indices, mask):
    """mask = indices != 0, uint8."""
    for i in prange(indices.size):
        mask[i] = 1 if indices[i] != 0 else 0


@kernel
def word_factors(kept, scale, factor):
    """factor (words,) = scale where kept (words,) uint8, else 0."""
    for i in prange(kept.size):
        factor[i] = scale if kept[i] else 0.0


add_to_rows = twin(cpu.add_to_rows)
put_first = twin(cpu.put_first)
