"""Two rounds of a `prange` loop that go through the same steps side by side.

Round 0 leads: it does all of the work until round 1 has come, from then on one half of every step.
So nobody waits for a thread that is not there, as in `pool`: round 1 may come late, or only after
the other is through, in the same thread. After a step that they shared each waits for the other.
Where one had to wait for long, other processes have the cores, and the next loops are not shared.

    open_meeting(place, pool, steps)
    for member in prange(2):
        first, shared = 0, member == 1
        if shared:
            first = join(place, pool)
        for step in range(first, steps):
            if not shared:
                shared = accept(place, step)
            ...
            if shared:
                meet(place, pool, member, step)
        if not shared:
            close_meeting(place, steps)

`place` is the address of `WORDS` integers, `pool` that of the pool's state.
"""

from pronghorn.devices.atomics import load, pause, store
from pronghorn.devices.pool_loops import CROWDED, LINE, rest

COME, FIRST, DONE, OTHER_DONE, WORDS = range(0, 5 * LINE, LINE)

BRIEF = 2000
"""Rounds of waiting before the core is given to another thread, which may keep it for longer than
all of the steps take."""
PAUSE = 200
"""Loops that are not shared after one in which a round had to wait for longer than that."""


def open_meeting(place: int, pool: int, steps: int) -> None:
    """Before the loop: nobody has come yet."""
    crowded = load(pool, CROWDED)
    store(pool, CROWDED, max(crowded - 1, 0))
    store(place, COME, 0)
    store(place, FIRST, steps if crowded > 0 else -1)
    store(place, DONE, 0)
    store(place, OTHER_DONE, 0)


def join(place: int, pool: int) -> int:
    """Round 1 has come; the first step that it shares, all of them if there is none."""
    store(place, COME, 1)
    waited = 0
    while load(place, FIRST) < 0:
        waited += 1
        if waited < BRIEF:
            pause()
        else:
            rest(pool, waited)
    return int(load(place, FIRST))


def accept(place: int, step: int) -> bool:
    """Whether round 1 has come; if so, it shares the steps from this one on."""
    if load(place, COME) == 0 or load(place, FIRST) >= 0:
        return False
    store(place, FIRST, step)
    return True


def meet(place: int, pool: int, member: int, step: int) -> None:
    """After a shared step: go on when the other has done it, too."""
    store(place, DONE + member * LINE, step + 1)
    waited = 0
    while load(place, OTHER_DONE - member * LINE) <= step:
        waited += 1
        if waited < BRIEF:
            pause()
        else:
            store(pool, CROWDED, PAUSE)
            rest(pool, waited)


def close_meeting(place: int, steps: int) -> None:
    """There is nothing left to share."""
    store(place, FIRST, steps)
