"""The threads that parallel loops run in.

A loop is cut into chunks. The thread that calls it takes chunks from the beginning, the threads of
the pool from the end, until there are none; then the caller waits for those that others still work
on. So a loop never waits for a thread that is not there, whether it sleeps, or the system gave its
core to another process, or a fork has left it behind: the caller does the rest itself.

Threads of the pool wait for work awake for some 100 microseconds, longer than the pauses within a
training step, and meanwhile yield their core to whoever wants it; then they sleep. A runtime like
OpenMP's either keeps its threads spinning, which makes NumPy's BLAS ten to a hundred times slower
when it wants the cores next, or wakes them for every loop, which costs as much as a loop of medium
size; and it waits for every thread in each loop.

After a fork the child has no threads; `address` starts new ones there.
"""

import atexit
import ctypes
import os
import sys
import threading
from collections.abc import Callable
from functools import cache

from pronghorn.devices import jit, pool_loops
from pronghorn.devices.host_target import OPTIONS
from pronghorn.devices.pool_loops import (
    ASLEEP,
    BUSY,
    CHUNKS,
    LINE,
    PLACES,
    POST,
    RUN,
    SEMAPHORE,
    STOP,
    WAIT,
    YIELD,
)

WORD = 8
BOUNDARY = WORD * LINE
SEMAPHORE_WORDS = 2 * LINE
"""Room for the semaphore of any system."""


class Pool:
    """Threads beside the caller's.

    Attributes:
        address: of the state, by which kernels find the pool. It stays the same across forks.
        threads: the running ones.
    """

    def __init__(self) -> None:
        self._memory = (ctypes.c_int64 * (PLACES + SEMAPHORE_WORDS + LINE))()
        start = ctypes.addressof(self._memory)
        self.address = start + -start % BOUNDARY
        self.threads: list[threading.Thread] = []
        self._set(RUN, jit.c_function(jit.plain_program(pool_loops.run), ["int64"] * 5))
        for place, address in _system_functions().items():
            self._set(place, address)
        self.reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.reset)
        atexit.register(self.stop)

    def reset(self) -> None:
        """Forget the threads and whatever they were doing."""
        self.threads = []
        for place in (CHUNKS, ASLEEP, BUSY, STOP):
            self._set(place, 0)
        self._set(SEMAPHORE, _new_semaphore(self.address + WORD * PLACES))

    def start(self, threads: int) -> None:
        """Have `threads` threads, that of the caller included, or as many as the system allows."""
        for number in range(len(self.threads) + 1, threads):
            thread = threading.Thread(
                target=_worker(), args=(self.address,), name=f"pronghorn-{number}", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                return
            self.threads.append(thread)

    def stop(self) -> None:
        """End the threads. Loops go on working, in the caller's thread alone."""
        self._set(STOP, 1)
        for _ in self.threads:
            _POST(self._get(POST))(self._get(SEMAPHORE), 1, 0)
        for thread in self.threads:
            thread.join()
        self.reset()

    def _set(self, place: int, value: int) -> None:
        ctypes.c_int64.from_address(self.address + WORD * place).value = value

    def _get(self, place: int) -> int:
        return ctypes.c_int64.from_address(self.address + WORD * place).value


_POST = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)


@cache
def _worker() -> Callable[[int], None]:
    # Without the interpreter's lock, since it does not come back before the pool ends.
    program = jit.plain_program(pool_loops.worker)
    return jit.entry_point(program, ["int64"], {**OPTIONS, "nogil": True})


def _system_functions() -> dict[int, int]:
    """Addresses of the system's functions to wait for a semaphore, to post it, and to yield."""
    if sys.platform == "win32":
        library = ctypes.WinDLL("kernel32")
        names = ("WaitForSingleObject", "ReleaseSemaphore", "SwitchToThread")
    elif sys.platform == "darwin":
        library = ctypes.CDLL(None)
        names = ("dispatch_semaphore_wait", "dispatch_semaphore_signal", "sched_yield")
    else:
        library = ctypes.CDLL(None)
        names = ("sem_wait", "sem_post", "sched_yield")
    found = [ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0 for name in names]
    return dict(zip((WAIT, POST, YIELD), found, strict=True))


def _new_semaphore(place: int) -> int:
    """A semaphore at zero, in the memory at `place` if the system wants it from us."""
    if sys.platform == "win32":
        create = ctypes.WinDLL("kernel32").CreateSemaphoreW
        create.restype = ctypes.c_void_p
        return create(None, 0, 0x7FFFFFFF, None) or 0
    if sys.platform == "darwin":
        create = ctypes.CDLL(None).dispatch_semaphore_create
        create.restype = ctypes.c_void_p
        return create(ctypes.c_long(0)) or 0
    ctypes.CDLL(None).sem_init(ctypes.c_void_p(place), 0, 0)
    return place
