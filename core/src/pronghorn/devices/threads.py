"""One pool of threads: Numba's, which runs all loops over `prange`, products included.

Two things are settled by measurement, once per machine, and kept in the cache folder.

How long idle threads spin. OpenMP's runtime lets them spin for milliseconds after each loop, and
whatever else then wants the cores, NumPy's BLAS above all, runs ten to a hundred times slower. If
they sleep at once, waking them costs as much as a loop of medium size. So they are told to spin
for about as long as a training step pauses between two parallel loops, and sleep after that. The
runtime takes this from the environment when it is loaded; the variable stands there for that
moment only, so neither the user's process nor its children nor a library loaded later see it. What
the user has set is left alone.

Which work is worth the pool: see `pays`.

After a fork the child has no such threads, and GNU OpenMP ends a process that asks for them. So in
a child kernels are bound to their serial form (`available` is false); what was bound before the
fork must be bound again there.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from pronghorn.devices import generated

SPIN_SECONDS = 50e-6
"""How long idle threads wait at the ready: longer than a step's pauses, shorter than harm takes."""

SURELY_SERIAL, SURELY_PARALLEL = 20_000, 4_000_000
"""Work (elementary operations) for which nothing needs to be measured."""

USERS_VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")


@dataclass(frozen=True)
class Costs:
    """What was measured, in seconds.

    Attributes:
        operation: one elementary operation, one element of `y += x` in cache.
        awake: what a parallel loop costs beyond its work while the threads spin.
        asleep: the same when they have to be woken.
    """

    operation: float = 0.1e-9
    awake: float = 2e-6
    asleep: float = 40e-6

    @property
    def threshold(self) -> float:
        """Elementary operations from which on a loop is given to the pool.

        With all threads awake it pays from 2 * awake on, with sleeping ones from 2 * asleep; a
        kernel does not know which it will find, so this is the geometric mean.
        """
        return 2.0 * (self.awake * self.asleep) ** 0.5 / self.operation


_forked = False
_serial_lock = threading.Lock()


def count() -> int:
    """Number of threads in the pool, NUMBA_NUM_THREADS if the user has set it."""
    from numba import config

    return int(config.NUMBA_NUM_THREADS)


def available() -> bool:
    """Whether kernels may be bound to their parallel form."""
    return not _forked and count() > 1


def pays(work: int) -> bool:
    """Whether `work` elementary operations are worth the pool."""
    if work < SURELY_SERIAL:
        return False
    return work > SURELY_PARALLEL or work > costs().threshold


@cache
def start() -> str:
    """Load Numba's threading layer and say which it is: "omp", "tbb" or "workqueue"."""
    import numba
    from numba.np.ufunc import parallel

    with _environment(_spinning()):
        parallel._launch_threads()  # type: ignore[no-untyped-call]
    os.register_at_fork(after_in_child=_after_fork)
    return str(numba.threading_layer())  # type: ignore[no-untyped-call]


def guarded(entry: Callable[..., None]) -> Callable[..., None]:
    """`entry`, which runs a parallel loop, made safe to call from several Python threads."""
    if start() != "workqueue":
        return entry

    # This layer ends the process if two threads are in it at the same time.
    def alone(*args: Any) -> None:
        with _serial_lock:
            entry(*args)

    return alone


def _after_fork() -> None:
    global _forked
    _forked = True


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """These variables in the process's environment for the length of a block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _spinning() -> dict[str, str]:
    """What tells OpenMP's runtimes, GNU's and LLVM's, how long idle threads spin."""
    if any(name in os.environ for name in USERS_VARIABLES):
        return {}
    rounds = round(SPIN_SECONDS / spin_round())
    return {"GOMP_SPINCOUNT": str(rounds), "KMP_BLOCKTIME": "0"}


@cache
def spin_round() -> float:
    """Seconds that one round of a spinning thread takes: a pause instruction on x86."""
    return float(_remembered("spin", lambda: {"round": _measured_round()})["round"])


@cache
def costs() -> Costs:
    """What parallel loops cost on this machine; measured in the first process that asks."""
    start()
    return Costs(**_remembered(f"costs{count()}", lambda: asdict(_measured_costs())))


def _remembered(name: str, measure: Callable[[], dict[str, float]]) -> dict[str, float]:
    """The result of `measure`, from the cache folder if it is there."""
    file = f"{name}_{generated.digest(generated.environment())}.json"
    path = generated.cache_folder() / "threads" / file
    with contextlib.suppress(OSError, ValueError, AttributeError):
        found = json.loads(path.read_text())
        if all(isinstance(v, float) and v > 0 for v in found.values()) and found:
            return dict(found)
    made = measure()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        generated.write_whole(path, json.dumps(made).encode())
    return made


def _measured_round() -> float:
    from pronghorn.devices.pause import pause

    rounds = 2_000
    pause(rounds)
    shortest = min(_seconds(lambda: pause(rounds)) for _ in range(20))
    return max(shortest / rounds, 0.1e-9)


def _measured_costs() -> Costs:
    import numpy as np

    from pronghorn.devices.kernels.cpu.elementwise import add

    few, many = np.zeros(count(), np.float32), np.zeros(1 << 14, np.float32)
    pair = (few, few.copy())
    parallel = add.compiled(pair, "float32", True)
    serial = add.compiled(pair, "float32", False)
    other = many.copy()

    def asleep() -> float:
        time.sleep(20 * SPIN_SECONDS)
        return _seconds(lambda: parallel(*pair))

    def typical(sample: Callable[[], float], times: int) -> float:
        return sorted(sample() for _ in range(times))[times // 4]

    typical(lambda: _seconds(lambda: parallel(*pair)), 20)
    return Costs(
        operation=_between(
            0.02e-9, typical(lambda: _seconds(lambda: serial(many, other)), 50) / many.size, 1e-9
        ),
        awake=_between(0.5e-6, typical(lambda: _seconds(lambda: parallel(*pair)), 200), 20e-6),
        asleep=_between(5e-6, typical(asleep, 20), 100e-6),
    )


def _between(low: float, value: float, high: float) -> float:
    # Another process may have had the cores meanwhile; the result is kept, so it must be sane.
    return min(max(value, low), high)


def _seconds(call: Callable[[], None]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin
