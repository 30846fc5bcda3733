"""Two rounds of a `prange` loop that go through the same steps side by side.

Round 0 leads: it does all of the work until round 1 has come, from then on one half of every step.
So nobody waits for a thread that is not there, as in `pool`: round 1 may come late, or only after
the other is through, in the same thread. After a step that they shared each waits for the other.

    open_meeting(place)
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

from pronghorn.devices.atomics import load, store
from pronghorn.devices.pool_loops import LINE, rest

COME, FIRST, DONE, OTHER_DONE, WORDS = range(0, 5 * LINE, LINE)


def open_meeting(place: int) -> None:
    """Before the loop: nobody has come yet."""
    store(place, COME, 0)
    store(place, FIRST, -1)
    store(place, DONE, 0)
    store(place, OTHER_DONE, 0)


def join(place: int, pool: int) -> int:
    """Round 1 has come; the first step that it shares, all of them if there is none."""
    store(place, COME, 1)
    waited = 0
    while load(place, FIRST) < 0:
        waited += 1
        rest(pool, waited)
    return int(load(place, FIRST))


def accept(place: int, step: int) -> bool:
    """Whether round 1 has come; if so, it shares the steps from this one on."""
    if load(place, COME) == 0:
        return False
    store(place, FIRST, step)
    return True


def meet(place: int, pool: int, member: int, step: int) -> None:
    """After a shared step: go on when the other has done it, too."""
    store(place, DONE + member * LINE, step + 1)
    waited = 0
    while load(place, OTHER_DONE - member * LINE) <= step:
        waited += 1
        rest(pool, waited)


def close_meeting(place: int, steps: int) -> None:
    """There is nothing left to share."""
    store(place, FIRST, steps)
