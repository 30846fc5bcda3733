"""One launch of a compiled kernel, and how many threads it gets."""

from collections.abc import Sequence
from typing import Any

from pronghorn.devices.cuda import driver, stream
from pronghorn.devices.cuda.target import BLOCK, LANES, SIMULATED, cuda

BLOCKS_PER_MULTIPROCESSOR = 8
"""Of 256 threads: as many as a multiprocessor holds at once."""

Dimensions = int | tuple[int, ...]


class Launch:
    """A kernel with its grid and arguments; calling it puts it into the stream."""

    on_gpu = True
    __slots__ = ("_arguments", "_compiled", "_configuration")

    def __init__(
        self, compiled: Any, blocks: Dimensions, threads: Dimensions, arguments: Sequence[Any]
    ) -> None:
        self._compiled = compiled
        self._configuration = (_at_least_one(blocks), threads, stream.current().queue)
        self._arguments = tuple(arguments)

    def __call__(self) -> None:
        self._compiled[self._configuration](*self._arguments)


def _at_least_one(blocks: Dimensions) -> Dimensions:
    # A grid of no blocks is an error to the driver, but no rounds are none to us.
    return tuple(max(n, 1) for n in blocks) if isinstance(blocks, tuple) else max(blocks, 1)


def geometry(rounds: int, across: int | None) -> tuple[Dimensions, Dimensions]:
    """Blocks and threads for so many independent rounds.

    Few rounds are spread over all multiprocessors in small blocks; more than the GPU holds at
    once are left to the loop in each thread.

    Args:
        rounds: of the outer loop.
        across: rounds of the loop inside it, whose threads lie along x; None without one.
    """
    if SIMULATED:
        return 2, 2 if across is None else (2, 2)
    processors = multiprocessors()
    share = _power_of_two(-(-rounds // processors))
    if across is None:
        threads = min(max(share, LANES), BLOCK)
        return _blocks(rounds, threads, processors), threads
    x = min(_power_of_two(across), BLOCK)
    y = min(max(share, -(-LANES // x)), BLOCK // x)
    return _blocks(rounds, y, processors), (x, y)


def block_per_row(rows: int, columns: int) -> tuple[int, int]:
    """Blocks and threads for kernels in which a block has a row: no fewer threads than a warp."""
    return rows, min(max(_power_of_two(columns), LANES), BLOCK)


def _blocks(rounds: int, each: int, processors: int) -> int:
    return min(max(-(-rounds // each), 1), BLOCKS_PER_MULTIPROCESSOR * processors)


def _power_of_two(number: int) -> int:
    """The smallest power of two that is not below `number`."""
    return 1 << (max(number, 1) - 1).bit_length()


def capability() -> tuple[int, int]:
    """The compute capability that kernels are compiled for."""
    if SIMULATED:
        return (0, 0)
    major, minor = cuda.get_current_device().compute_capability
    return int(major), int(minor)


def multiprocessors() -> int:
    """How many the GPU has."""
    return current_gpu().multiprocessors


def current_gpu() -> driver.Gpu:
    """The GPU that is used."""
    return driver.gpus()[int(cuda.get_current_device().id)]
