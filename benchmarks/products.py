"""Times matrix products beside NumPy's OpenBLAS, each in its own process, taking turns.

The share is that of the machine's peak, measured by a loop of multiply-adds in registers. A dense
layer's forward product has its bias and relu in it; NumPy is given the bare product.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

CASES = {
    "784-512-512-10, batch 128": [
        "dense 128 784 512",
        "dense 128 512 512",
        "dense 128 512 10",
        "tn 784 128 512",
        "tn 512 128 512",
        "tn 512 128 10",
        "nt 128 512 512",
        "nt 128 10 512",
    ],
    "784-32-10, batch 32": [
        "dense 32 784 32",
        "dense 32 32 10",
        "tn 784 32 32",
        "tn 32 32 10",
        "nt 32 10 32",
    ],
    "one row": ["dense 1 784 32", "dense 1 784 512", "dense 1 512 512", "nt 1 512 512"],
    "large": ["nn 1024 1024 1024", "tn 1024 1024 1024", "nt 1024 1024 1024", "nn 8192 288 32"],
}
SECONDS = 0.03
"""Length of a turn."""


def relu(x):
    return max(x, 0.0)


def operands(kind: str, rows: int, depth: int, columns: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    a = rng.standard_normal((depth, rows) if kind == "tn" else (rows, depth), dtype=np.float32)
    b = rng.standard_normal((columns, depth) if kind == "nt" else (depth, columns), np.float32)
    return [a, b, np.zeros((rows, columns), np.float32)]


def pronghorn_call(kind: str, sizes: list[int]) -> Callable[[], None]:
    from pronghorn.devices.kernels import cpu

    a, b, c = operands(kind, *sizes)
    if kind == "dense":
        bias = np.zeros(sizes[2], np.float32)
        return cpu.product_bias.specialize(activate=relu).bind(a, b, bias, c)
    kernel = {"nn": cpu.product, "tn": cpu.product_tn, "nt": cpu.product_nt}[kind]
    return kernel.bind(a, b, c)


def numpy_call(kind: str, sizes: list[int]) -> Callable[[], None]:
    a, b, c = operands(kind, *sizes)
    left, right = (a.T if kind == "tn" else a), (b.T if kind == "nt" else b)
    return lambda: np.matmul(left, right, out=c)


def peak_call() -> Callable[[], None]:
    """A loop that does `PEAK_ROUNDS` times twelve multiply-adds of vectors on every thread."""
    from numba import get_num_threads, njit, prange

    from pronghorn.devices.simd import fma, host, lanes_of, splat, store

    bits = host().bits

    @njit
    def spin(x, at, rounds):
        y, z = splat(x, 0, bits), splat(x, 1, bits)
        a, b, c, d = splat(x, 2, bits), splat(x, 3, bits), splat(x, 4, bits), splat(x, 5, bits)
        e, f, g, h = splat(x, 6, bits), splat(x, 7, bits), splat(x, 8, bits), splat(x, 9, bits)
        i, j, k, m = splat(x, 10, bits), splat(x, 11, bits), splat(x, 12, bits), splat(x, 13, bits)
        for _ in range(rounds):
            a, b, c, d = fma(a, y, z), fma(b, y, z), fma(c, y, z), fma(d, y, z)
            e, f, g, h = fma(e, y, z), fma(f, y, z), fma(g, y, z), fma(h, y, z)
            i, j, k, m = fma(i, y, z), fma(j, y, z), fma(k, y, z), fma(m, y, z)
        for vector in (a, b, c, d, e, f, g, h, i, j, k, m):
            store(vector, x, at)
            at += lanes_of(x, bits)

    @njit(parallel=True)
    def spin_all(x, rounds, threads):
        for thread in prange(threads):
            spin(x, 256 * (thread + 1), rounds)

    threads = get_num_threads()
    x = np.full(256 * (threads + 1), 0.5, np.float32)
    return lambda: spin_all(x, PEAK_ROUNDS, threads)


PEAK_ROUNDS = 200_000


def peak_flops() -> float:
    """Multiply-adds times two in one call of `peak_call`'s loop, on all threads."""
    from numba import get_num_threads

    from pronghorn.devices.simd import host

    return 2.0 * 12 * host().lanes("float32") * PEAK_ROUNDS * get_num_threads()


def work(library: str) -> None:
    """Answer each line of input, a case, with the best and median seconds of its calls."""
    calls: dict[str, Callable[[], None]] = {}
    for line in sys.stdin:
        case = line.strip()
        if case == "peak":
            print(peak_flops() / best_and_median(peak_call(), 2.0)[0], flush=True)
            continue
        if case not in calls:
            kind, *sizes = case.split()
            make = pronghorn_call if library == "pronghorn" else numpy_call
            calls[case] = make(kind, [int(size) for size in sizes])
        print(*best_and_median(calls[case], SECONDS), flush=True)


def best_and_median(call: Callable[[], None], seconds: float) -> tuple[float, float]:
    call()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times), statistics.median(times)


class Worker:
    """A process of one library."""

    def __init__(self, library: str, threads: int | None) -> None:
        environment = dict(os.environ)
        if threads is not None:
            names = ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
            environment |= dict.fromkeys(names, str(threads))
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--worker", library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def ask(self, case: str) -> list[float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{case}\n")
        self._process.stdin.flush()
        return [float(text) for text in self._process.stdout.readline().split()]

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


def rows(threads: int | None, turns: int) -> Iterator[str]:
    meter = Worker("pronghorn", threads)
    (peak,) = meter.ask("peak")
    meter.stop()
    ours, theirs = Worker("pronghorn", threads), Worker("numpy", threads)
    yield f"peak {peak / 1e9:.0f} GFLOP/s"
    header = f"{'product':22}{'us':>9}{'median':>9}{'GFLOP/s':>9}{'of peak':>9}"
    yield f"{header}{'NumPy us':>10}{'median':>9}{'ratio':>7}"
    for name, cases in CASES.items():
        yield name
        for case in cases:
            yield f"  {case:20}" + _compared(case, ours, theirs, peak, turns)
    ours.stop()
    theirs.stop()


def _compared(case: str, ours: Worker, theirs: Worker, peak: float, turns: int) -> str:
    pairs = [(ours.ask(case), theirs.ask(case)) for _ in range(turns)]
    best, other_best = (min(pair[side][0] for pair in pairs) for side in (0, 1))
    median, other = (statistics.median(pair[side][1] for pair in pairs) for side in (0, 1))
    rows, depth, columns = (int(size) for size in case.split()[1:])
    rate = 2.0 * rows * depth * columns / best
    numbers = f"{best * 1e6:9.2f}{median * 1e6:9.2f}{rate / 1e9:9.0f}{rate / peak:9.0%}"
    return f"{numbers}{other_best * 1e6:10.2f}{other * 1e6:9.2f}{other / median:7.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--threads", type=int, help="default: what each library chooses")
    parser.add_argument("--worker", choices=("pronghorn", "numpy"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker)
        return
    for row in rows(options.threads, options.turns):
        print(row, flush=True)


if __name__ == "__main__":
    main()
