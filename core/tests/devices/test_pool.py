"""The pool of threads: every round once, whoever does it, and right in every company."""

import os
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from pronghorn.devices import threads
from pronghorn.devices.calls import sequence
from pronghorn.devices.cpu import kernel, prange
from pronghorn.devices.function import Function
from pronghorn.devices.kernels.cpu import add
from pronghorn.errors import FunctionError


@kernel
def count_up(x):
    for i in prange(x.size):
        x[i] += 1


def bound(made, *args, chunks):
    """A call in the pool, however small the work."""
    return made.call(*made.values(args), chunks)


@pytest.mark.parametrize("rounds", [0, 1, 2, 3, 63, 64, 65, 1000, 4097])
@pytest.mark.parametrize("chunks", [1, 2, 3, 8, 64, 5000])
def test_every_round_once(rounds, chunks):
    x = np.zeros(rounds + 1)[:rounds]
    around = np.zeros(rounds + 64)
    middle = around[32 : 32 + rounds]
    for array in (x, middle):
        call = bound(count_up, array, chunks=chunks)
        for _ in range(5):
            call()
        assert (array == 5).all()
    assert around.sum() == 5 * rounds


def test_alone_and_shared_give_the_same():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(10_000).astype(np.float32)
    alone, shared = np.zeros_like(x), np.zeros_like(x)
    add.call((x, alone), "float32", 0)()
    bound(add, x, shared, chunks=7)()
    np.testing.assert_array_equal(alone, shared)
    np.testing.assert_array_equal(alone, x)


def test_many_short_loops_with_pauses():
    x = np.zeros(257)
    call = bound(count_up, x, chunks=9)
    for number in range(3000):
        call()
        if number % 500 == 0:
            time.sleep(0.002)
    assert (x == 3000).all()


def test_several_python_threads():
    arrays = [np.zeros(5000) for _ in range(4)]

    def work(array):
        call = bound(count_up, array, chunks=8)
        for _ in range(500):
            call()

    workers = [threading.Thread(target=work, args=(a,)) for a in arrays]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all((a == 500).all() for a in arrays)


def test_prange_with_a_start_and_locals_around_it():
    @kernel
    def shifted(x, y, n):
        half = n // 2
        factor = 2.0
        if n > 4:
            for i in prange(half, n):
                first = x[i] * factor
                y[i] = first + half
        for i in prange(n - half):
            y[i] = -x[i]
        y[0] = 100.0

    x, y = np.arange(11.0), np.zeros(11)
    bound(shifted, x, y, 11, chunks=3)()
    expected = np.where(np.arange(11) >= 5, 2 * x + 5, 0)
    expected[:6] = -x[:6]
    expected[0] = 100
    np.testing.assert_array_equal(y, expected)


def test_prange_in_a_loop_and_in_another_prange():
    @kernel
    def repeated(x, times):
        for _ in range(times):
            for i in prange(x.shape[0]):
                for j in prange(x.shape[1]):
                    x[i, j] += i * j

    x = np.zeros((7, 5))
    bound(repeated, x, 3, chunks=4)()
    np.testing.assert_array_equal(x, 3 * np.outer(np.arange(7), np.arange(5)))


def test_what_stands_before_a_loop_is_read_once():
    @kernel
    def less_the_first(x, y):
        first = x[0]
        for i in prange(y.size):
            y[i] -= first

    @kernel
    def less_its_first(x):
        row = x[:]
        first = row[0]
        for i in prange(x.size):
            x[i] -= first

    x, y = np.arange(1.0, 1000.0), np.arange(1.0, 1000.0)
    bound(less_the_first, x, y, chunks=5)()
    np.testing.assert_array_equal(y, x - 1)
    for made, args in ((less_the_first, (x, x)), (less_its_first, (y + 1,))):
        bound(made, *args, chunks=5)()
        np.testing.assert_array_equal(args[0], np.arange(999.0))


def test_calls_in_sequence():
    x = np.zeros(100)
    seen = []
    steps = [
        bound(count_up, x, chunks=0),
        bound(count_up, x, chunks=3),
        lambda: seen.append(x.sum()),
        bound(count_up, x, chunks=0),
    ]
    run = sequence(steps)
    del steps
    run()
    run()
    assert seen == [200, 500]
    assert (x == 6).all()


@pytest.mark.parametrize(
    "loop",
    [
        "    total = 0.0\n    for i in prange(x.size):\n        total += x[i]\n    x[0] = total\n",
        "    last = 0.0\n    for i in prange(x.size):\n        last = x[i]\n    x[0] = last\n",
    ],
)
def test_sum_over_rounds_is_refused(loop):
    made = kernel(Function.from_text(f"def summed(x):\n{loop}", {"prange": prange}, "<sums>"))
    with pytest.raises(FunctionError, match=r"<sums>:4: each round of prange has a '(total|last)'"):
        made(np.zeros(5))


def run_python(program, **environment):
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


PREPARED = """
    import os, sys, time
    import numpy as np
    from pronghorn.devices import threads
    from pronghorn.devices.kernels.cpu import add
    x, y = np.ones(4096), np.zeros(4096)
    call = add.call((x, y), "float64", 8)
    call()
"""


def test_environment_is_left_alone(monkeypatch):
    # scikit-learn sets some of these in the process that has run its tests.
    for name in [n for n in os.environ if "OMP" in n or "KMP" in n]:
        monkeypatch.delenv(name)
    program = (
        PREPARED
        + """
    print({k: v for k, v in os.environ.items() if "OMP" in k or "KMP" in k})
    maps = open("/proc/self/maps").read() if sys.platform == "linux" else ""
    print("libgomp" in maps)
    """
    )
    assert run_python(program).split("\n")[:2] == ["{}", "False"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_fork():
    program = (
        PREPARED
        + """
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    child = os.fork()
    again = add.call((x, y), "float64", 8) if child == 0 else call
    for _ in range(50):
        call()
        again()
    if child == 0:
        pool = threads._pool()
        os._exit(0 if (y == 101).all() and len(pool.threads) == threads.count() - 1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    print((y == 101).all())
    """
    )
    assert run_python(program, NUMBA_NUM_THREADS="3") == "True\n"


def test_loops_after_the_pool_has_ended():
    program = (
        PREPARED
        + """
    threads._pool().stop()
    call()
    print(y[0], len(threads._pool().threads))
    """
    )
    assert run_python(program) == "2.0 0\n"


def test_more_threads_than_cores():
    program = (
        PREPARED
        + """
    for _ in range(300):
        call()
    time.sleep(0.01)
    for _ in range(300):
        call()
    print((y == 601).all(), len(threads._pool().threads))
    """
    )
    assert run_python(program, NUMBA_NUM_THREADS="7") == "True 6\n"


def test_system_that_allows_no_threads():
    program = """
    import threading
    import numpy as np
    from pronghorn.devices import threads
    from pronghorn.devices.kernels.cpu import add
    def refused(self):
        raise RuntimeError("can't start new thread")
    threading.Thread.start = refused
    x, y = np.ones(4096), np.zeros(4096)
    add.call((x, y), "float64", 8)()
    print(y.sum(), threads._pool().threads)
    """
    assert run_python(program, NUMBA_NUM_THREADS="4") == "4096.0 []\n"


def test_one_thread_needs_no_pool():
    program = """
    import numpy as np
    from pronghorn.devices import threads
    from pronghorn.devices.kernels.cpu import add
    big = np.zeros(10_000_000, np.float32)
    add(big, big.copy())
    print(threads.available(), threads.chunks(10**9), threads._pool.cache_info().currsize)
    """
    assert run_python(program, NUMBA_NUM_THREADS="1") == "False 0 0\n"


def test_choice_of_chunks(monkeypatch):
    monkeypatch.setattr(threads, "count", lambda: 4)
    monkeypatch.setattr(threads, "costs", lambda: threads.Costs(1e-9, 1e-6, 100e-6))
    assert threads.costs().threshold == pytest.approx(20_000)
    assert threads.chunks(19_000) == 0
    assert threads.chunks(50_000) == 2
    assert threads.chunks(400_000) == 10
    assert threads.chunks(10**9) == 16


def test_description(monkeypatch):
    monkeypatch.setattr(threads, "_cores", lambda: 8)
    monkeypatch.setattr(threads, "costs", lambda: threads.Costs(1e-9, 1e-6, 100e-6))
    monkeypatch.setenv("NUMBA_NUM_THREADS", "4")
    expected = "4 on 8 usable processors; they share loops of 20 us and more"
    assert threads.describe() == expected
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    assert threads.describe() == "1 on 8 usable processors"
    monkeypatch.setenv("NUMBA_NUM_THREADS", "many")
    assert threads.count() == 8


def test_measured_costs_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path))
    monkeypatch.setattr(threads, "count", lambda: 2)
    threads.costs.cache_clear()
    first = threads.costs()
    assert 0 < first.operation < first.awake < first.asleep * 10
    threads.costs.cache_clear()
    monkeypatch.setattr(threads, "_measured", lambda: pytest.fail("measured again"))
    assert threads.costs() == first
    (file,) = tmp_path.glob("threads_*.json")
    file.write_text('{"operation": "much"}')
    threads.costs.cache_clear()
    monkeypatch.setattr(threads, "_measured", lambda: threads.Costs())
    assert threads.costs() == threads.Costs()
    threads.costs.cache_clear()
