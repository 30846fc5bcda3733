"""What a worker process does: prepare the work it is told of, then time it whenever asked."""

import statistics
import sys
import time
from collections.abc import Callable

TURN_SECONDS = 0.4


def serve(workloads: dict[str, Callable[[], Callable[[], object]]]) -> None:
    """Prepare the workload named by the first argument; for each line read, print the seconds
    that one call of it takes in the median over a turn."""
    step = workloads[sys.argv[1]]()
    for _ in range(3):
        step()
    calls = max(int(TURN_SECONDS / max(_timed(step, 5), 1e-7)), 1)
    print("ready", flush=True)
    for _ in sys.stdin:
        print(_timed(step, calls), flush=True)


def faster(steps: list[Callable[[], object]]) -> Callable[[], object]:
    """The step that takes the least time in the median of some calls."""
    for step in steps:
        step()
    return min(steps, key=lambda step: _timed(step, 10))


def _timed(step: Callable[[], object], calls: int) -> float:
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
