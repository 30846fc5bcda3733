"""Two threads that go through the steps of a loop together."""

import threading

import numpy as np
import pytest

from pronghorn.devices import threads
from pronghorn.devices.atomics import address_of
from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.meeting import WORDS, accept, close_meeting, join, meet, open_meeting
from pronghorn.devices.pool_loops import CROWDED


@kernel
def running_totals(x, meeting, first_shared, pool):
    """x[s + 1, j] = j + the total of x[s], modulo 1000; each of two rounds does half of the j."""
    place = address_of(meeting)
    open_meeting(place, pool, x.shape[0] - 1)
    half = x.shape[1] // 2
    for member in prange(2):
        first, left, right = 0, 0, x.shape[1]
        shared = member == 1
        if shared:
            first = join(place, pool)
            first_shared[0] = first
            left = half
        for s in range(first, x.shape[0] - 1):
            if not shared:
                shared = accept(place, s)
                if shared:
                    right = half
            for j in range(left, right):
                total = 0
                for k in range(x.shape[1]):
                    total += x[s, k]
                x[s + 1, j] = (total + j) % 1000
            if shared:
                meet(place, pool, member, s)
        if not shared:
            close_meeting(place, x.shape[0] - 1)


STEPS, WIDE = 200, 64


@pytest.fixture(scope="module")
def expected():
    x = np.zeros((STEPS + 1, WIDE), np.int64)
    for s in range(STEPS):
        x[s + 1] = (x[s].sum() + np.arange(WIDE)) % 1000
    return x


def bound(x, first_shared, chunks):
    meeting = np.full(WORDS, 7, np.int64)
    values, real = running_totals.values([x, meeting, first_shared, threads.pool()])
    return running_totals.call(values, real, chunks)


def test_alone_it_does_everything(expected):
    x, first_shared = np.zeros_like(expected), np.zeros(1, np.int64)
    bound(x, first_shared, 0)()
    np.testing.assert_array_equal(x, expected)
    assert first_shared[0] == STEPS


def test_two_share_the_steps_from_where_the_second_has_come(expected):
    x, first_shared = np.zeros_like(expected), np.zeros(1, np.int64)
    call, shared = bound(x, first_shared, 2), 0
    for _ in range(2000):
        x[1:] = -1
        call()
        np.testing.assert_array_equal(x, expected)
        shared += first_shared[0] < STEPS
    assert shared or not threads.available()


def test_several_callers_at_once(expected):
    """More than there are threads, so that one now and then waits for one that does not run."""
    wrong = []

    def work():
        x = np.zeros_like(expected)
        call = bound(x, np.zeros(1, np.int64), 2)
        for _ in range(300):
            x[1:] = -1
            call()
            if not np.array_equal(x, expected):
                wrong.append(x)

    callers = [threading.Thread(target=work) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not wrong


def test_loops_are_not_shared_for_a_while_where_the_cores_are_busy(expected):
    x, first_shared = np.zeros_like(expected), np.zeros(1, np.int64)
    call = bound(x, first_shared, 2)
    threads._pool()._set(CROWDED, 30)
    for _ in range(30):
        call()
        assert first_shared[0] == STEPS
    np.testing.assert_array_equal(x, expected)
    assert threads._pool()._get(CROWDED) == 0
