"""Buffers that live together never overlap; those that do not may share memory."""

import numpy as np
import pytest

from pronghorn.engine.memory import assign_offsets
from pronghorn.engine.tensor import Buffer, Tensor


def buffer(size: int, first: int, last: int) -> Buffer:
    made = Buffer(size, "float32")
    made.touch(first)
    made.touch(last)
    return made


@pytest.mark.parametrize("seed", range(20))
def test_buffers_that_live_together_do_not_overlap(seed):
    rng = np.random.default_rng(seed)
    buffers = []
    for _ in range(40):
        first = int(rng.integers(0, 30))
        buffers.append(buffer(int(rng.integers(1, 500)), first, first + int(rng.integers(0, 9))))
    offsets, total = assign_offsets(buffers)
    for call in range(40):
        used = np.zeros(total, int)
        for offset, b in zip(offsets, buffers, strict=True):
            if b.first <= call <= b.last:
                used[offset : offset + b.size] += 1
        assert used.max(initial=0) <= 1


def test_a_chain_of_layers_needs_memory_for_two():
    chain = [buffer(1024, i, i + 1) for i in range(10)]
    _, total = assign_offsets(chain)
    assert total == 2048


def test_offsets_are_multiples_of_a_cache_line():
    offsets, _ = assign_offsets([buffer(n, 0, 1) for n in (3, 5, 7, 1000)])
    assert all(offset * 4 % 64 == 0 for offset in offsets)


def test_reshape_infers_one_length_and_refuses_others():
    tensor = Tensor(Buffer(24, "float32"), (2, 12))
    assert tensor.reshape((4, -1)).shape == (4, 6)
    assert tensor.reshape(4, 6).shape == (4, 6)
    with pytest.raises(ValueError, match="cannot reshape"):
        tensor.reshape((5, 5))


def test_a_part_starts_where_its_rows_start():
    part = Tensor(Buffer(24, "float32"), (4, 6)).part(1, 3)
    assert (part.start, part.shape) == (6, (2, 6))
