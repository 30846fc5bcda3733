"""What the threads of the pool run, compiled by Numba; `pool` says how it works.

`state` is the address of 64-bit integers; each of the places used has a cache line of its own.
"""

from pronghorn.devices.atomics import add, invoke, load, pause, store, swap

LINE = 16
(
    RUN, CHUNKS, DONE, ASLEEP, BUSY, STOP, FUNCTION, DATA, ROUNDS, CHUNK,
    SEMAPHORE, WAIT, POST, YIELD, CROWDED, PLACES,
) = range(0, 16 * LINE, LINE)  # fmt: skip
# Chunks not yet taken are those from `low` on and below `high`, which share a word.
HIGH = 1 << 32
PATIENCE = 32
EVEN = 64
"""Rounds that are not divided among threads where there are many: whole vectors, cache lines."""
SPIN = 100 * PATIENCE
"""Rounds of waiting, each of some 10 to 60 nanoseconds, before a thread falls asleep."""


def worker(state: int) -> None:
    """Take chunks while there are any; wait for more: first awake, then asleep."""
    idle = 0
    while load(state, STOP) == 0:
        if remaining(state) > 0:
            wake(state, 2)
            work_off(state, True)
            idle = 0
        elif idle < SPIN:
            idle += 1
            rest(state, idle)
        else:
            fall_asleep(state)
            idle = 0


def fall_asleep(state: int) -> None:
    """Wait until there is something to do, unless there is already."""
    add(state, ASLEEP, 1)
    if remaining(state) == 0 and load(state, STOP) == 0:
        invoke(load(state, WAIT), load(state, SEMAPHORE), -1, 0)


def launch(function: int, data: int) -> None:
    """Do a bound call."""
    invoke(function, data, -1, 0)


def launch_all(calls: int, count: int) -> None:
    """Do bound calls one after the other: a table of functions and data."""
    for number in range(count):
        invoke(load(calls, 2 * number), load(calls, 2 * number + 1), -1, 0)


def run(state: int, function: int, data: int, rounds: int, wanted: int) -> None:
    """Have `function(data, first, last)` called for all rounds, in about `wanted` chunks."""
    chunk = (rounds + wanted - 1) // wanted
    if chunk > EVEN:
        chunk = (chunk + EVEN - 1) // EVEN * EVEN
    chunks = (rounds + chunk - 1) // max(chunk, 1)
    if chunks < 2 or not swap(state, BUSY, 0, 1):
        invoke(function, data, 0, rounds)
        return
    store(state, FUNCTION, function)
    store(state, DATA, data)
    store(state, ROUNDS, rounds)
    store(state, CHUNK, chunk)
    store(state, DONE, 0)
    store(state, CHUNKS, chunks * HIGH)
    wake(state, 2)
    work_off(state, False)
    waited = 0
    while load(state, DONE) < chunks:
        waited += 1
        rest(state, waited)
    store(state, BUSY, 0)


def rest(state: int, waited: int) -> None:
    """Wait a moment; now and then let another thread have the core."""
    pause()
    if waited % PATIENCE == 0:
        invoke(load(state, YIELD), 0, 0, 0)


def remaining(state: int) -> int:
    """Number of chunks that nobody has taken."""
    seen = load(state, CHUNKS)
    return int(seen // HIGH - seen % HIGH)


def work_off(state: int, last: bool) -> None:
    """Take chunks, from the end or from the beginning, until there are none."""
    while True:
        index = take(state, last)
        if index < 0:
            return
        first = index * load(state, CHUNK)
        last_round = min(first + load(state, CHUNK), load(state, ROUNDS))
        invoke(load(state, FUNCTION), load(state, DATA), first, last_round)
        add(state, DONE, 1)


def take(state: int, last: bool) -> int:
    """The index of a chunk that is now the caller's, -1 if there is none left."""
    while True:
        seen = load(state, CHUNKS)
        low, high = seen % HIGH, seen // HIGH
        if low >= high:
            return -1
        if swap(state, CHUNKS, seen, seen - HIGH if last else seen + 1):
            return int(high - 1 if last else low)


def wake(state: int, most: int) -> None:
    """Wake up to so many sleeping threads; each of them wakes others."""
    for _ in range(most):
        seen = load(state, ASLEEP)
        if seen == 0:
            return
        if swap(state, ASLEEP, seen, seen - 1):
            invoke(load(state, POST), load(state, SEMAPHORE), 1, 0)
