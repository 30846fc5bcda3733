"""How many threads there are, and which loops are worth them; `pool` says how they run."""

import contextlib
import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pronghorn.devices import generated

if TYPE_CHECKING:
    from pronghorn.devices.pool import Pool

SURELY_ALONE, SURELY_SHARED = 20_000, 4_000_000
"""Work (elementary operations) for which nothing needs to be measured."""
CHUNK_WORK = 40_000
"""Work that is worth a chunk of its own: some microseconds."""
CHUNKS_PER_THREAD = 4
"""More than one, so that threads that come late or are slowed down find less to do."""


@dataclass(frozen=True)
class Costs:
    """What was measured, in seconds.

    Attributes:
        operation: one elementary operation, one element of `y += x` in cache.
        awake: what a parallel loop costs beyond its work while the threads are awake.
        asleep: the same when they have to be woken.
    """

    operation: float = 0.1e-9
    awake: float = 1e-6
    asleep: float = 10e-6

    @property
    def threshold(self) -> float:
        """Elementary operations from which on a loop is given to the pool.

        With all threads awake two of them pay from 2 * awake on, with sleeping ones from
        2 * asleep; a kernel does not know which it will find, so this is the geometric mean.
        """
        return 2.0 * math.sqrt(self.awake * self.asleep) / self.operation


def count() -> int:
    """Number of threads: NUMBA_NUM_THREADS if it is set, else the cores that we may use."""
    chosen = os.environ.get("NUMBA_NUM_THREADS", "")
    return int(chosen) if chosen.isdigit() and int(chosen) > 0 else _cores()


def available() -> bool:
    """Whether there is more than one thread."""
    return count() > 1


def pays(work: int) -> bool:
    """Whether `work` elementary operations are worth the pool."""
    if not available() or work < SURELY_ALONE:
        return False
    return work > SURELY_SHARED or work > costs().threshold


def chunks(work: int) -> int:
    """Into how many chunks a loop with so much work is cut; 0 if its caller does it alone."""
    if not pays(work):
        return 0
    return min(max(2, work // CHUNK_WORK), CHUNKS_PER_THREAD * count())


def pool() -> int:
    """The address of the pool's state, for kernels; starts the threads in this process."""
    made = _pool()
    made.start(count())
    return made.address


def describe() -> str:
    """How many threads there are on how many processors, and which loops they share."""
    found = f"{count()} on {_cores()} usable processors"
    if not available():
        return found
    least = max(costs().threshold, SURELY_ALONE)
    return f"{found}; they share loops of {1e6 * least * costs().operation:.0f} us and more"


@cache
def costs() -> Costs:
    """What parallel loops cost on this machine; measured by the first process that asks."""
    key = generated.digest(generated.environment(), str(count()))
    path = generated.cache_folder() / f"threads_{key}.json"
    return _remembered(path) or _kept(path, _measured())


@cache
def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        found = len(os.sched_getaffinity(0))
    else:
        found = os.cpu_count() or 1
    return max(1, min(found, _quota()))


def _quota() -> int:
    """The cores that a Linux control group, a container, may keep busy."""
    with contextlib.suppress(OSError, ValueError):
        allowed, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return math.ceil(int(allowed) / int(period))
    return 1 << 16


@cache
def _pool() -> "Pool":
    from pronghorn.devices.pool import Pool

    return Pool()


def _remembered(path: Path) -> Costs | None:
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        found = json.loads(path.read_text())
        if all(isinstance(v, float) and 0 < v < 1 for v in found.values()):
            return Costs(**found)
    return None


def _kept(path: Path, made: Costs) -> Costs:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        generated.write_whole(path, json.dumps(asdict(made)).encode())
    return made


def _measured() -> Costs:
    import numpy as np

    from pronghorn.devices.kernels.cpu.elementwise import add

    x, y = np.zeros((2, 1 << 14), np.float32)
    whole, tiny = add.call((x, y), "float32", 0), add.call((x[:2], y[:2]), "float32", 2)

    def alone() -> float:
        return _seconds(whole) / x.size

    def awake() -> float:
        return _seconds(tiny)

    def asleep() -> float:
        time.sleep(0.001)
        return awake()

    return Costs(
        operation=_typical(alone, 50, 0.02e-9, 1e-9),
        awake=_typical(awake, 200, 0.3e-6, 5e-6),
        asleep=_typical(asleep, 30, 2e-6, 50e-6),
    )


def _typical(sample: Callable[[], float], times: int, low: float, high: float) -> float:
    # Another process may have had the cores meanwhile; the result is kept, so it must be sane.
    found = sorted(sample() for _ in range(times))[times // 4]
    return min(max(found, low), high)


def _seconds(call: Callable[[], None]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin
