"""Times convolutions beside PyTorch, in turns, each in its own process.

PyTorch (eager) is given the better of its memory formats. A convolution's forward pass has its bias
and relu in it for Pronghorn; PyTorch is given the bare convolution.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

KINDS = ("forward", "input_gradient", "weight_gradient")
SHAPES = {
    "mnist_cnn": ["128 28 1 32 3 0", "128 26 32 32 3 0"],
    "cifar10_cnn": ["32 32 3 32 3 1", "32 32 32 32 3 0", "32 15 32 64 3 1", "32 15 64 64 3 0"],
    "deep": ["8 28 128 128 3 1", "8 14 256 256 3 1", "8 28 256 128 1 0"],
}
"""Batch, rows and columns, channels, filters, rows and columns of the kernel, padding."""
SECONDS = 0.1
"""Length of a turn, at least."""

Call = Callable[[], object]


def relu(x):
    return max(x, 0.0)


def operands(sizes: list[int]) -> list[np.ndarray]:
    """Input, kernel (rows, columns, channels, filters) and output, channels last."""
    batch, side, channels, filters, window, padding = sizes
    places = side + 2 * padding - window + 1
    rng = np.random.default_rng(0)
    shapes = [
        (batch, side, side, channels),
        (window, window, channels, filters),
        (batch, places, places, filters),
    ]
    return [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]


def operations(sizes: list[int]) -> float:
    """Multiplications and additions of one direction, those with padding counted."""
    _, w, y = operands(sizes)
    return 2.0 * y[..., 0].size * w.size


def pronghorn_convolution(kind: str, sizes: list[int]) -> Call:
    from pronghorn.devices.kernels import cpu

    x, w, y = operands(sizes)
    way = (1, 1, sizes[5], sizes[5], 1, 1)
    if kind == "forward":
        bias = np.zeros(sizes[3], np.float32)
        return cpu.conv2d_bias.specialize(activate=relu).bind(x, w, bias, y, *way)
    if kind == "input_gradient":
        return cpu.conv2d_input_gradient.bind(y, w, np.empty_like(x), *way)
    return cpu.conv2d_weight_gradient.bind(x, y, np.empty_like(w), *way)


def torch_convolution(kind: str, sizes: list[int]) -> Call:
    import torch

    x, w, y = (torch.from_numpy(array) for array in operands(sizes))
    first = [x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), y.permute(0, 3, 1, 2)]
    padding = [sizes[5]] * 2

    def call(memory: object) -> Call:
        image, kernel, output = (a.contiguous(memory_format=memory) for a in first)
        if kind == "forward":
            return lambda: torch.nn.functional.conv2d(image, kernel, padding=padding)
        wanted = [kind == "input_gradient", kind == "weight_gradient", False]
        backward = torch.ops.aten.convolution_backward
        given = (output, image, kernel, None, [1, 1], padding, [1, 1], False, [0, 0], 1, wanted)
        return lambda: backward(*given)

    return faster([call(m) for m in (torch.contiguous_format, torch.channels_last)])


def faster(calls: list[Call]) -> Call:
    """The call whose best time is the shortest."""
    return min(calls, key=lambda call: best_and_median(call)[0])


def best_and_median(call: Call) -> tuple[float, float]:
    call()
    times = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times), statistics.median(times)


def work(library: str) -> None:
    """Answer each line of input, a case, with the best and median seconds of its calls."""
    convolution = {"pronghorn": pronghorn_convolution, "torch": torch_convolution}[library]
    calls: dict[str, Call] = {}
    for line in sys.stdin:
        case = line.strip()
        kind, *sizes = case.split()
        if case not in calls:
            calls[case] = convolution(kind, [int(s) for s in sizes])
        print(*best_and_median(calls[case]), flush=True)


class Worker:
    """A process of one library."""

    def __init__(self, library: str, python: str) -> None:
        self._process = subprocess.Popen(
            [python, __file__, "--worker", library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, case: str) -> tuple[float, float] | None:
        """Best and median seconds; None from a library that is not there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{case}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        answer = self._process.stdout.readline().split()
        return (float(answer[0]), float(answer[1])) if answer else None

    def stop(self) -> None:
        self._process.communicate(timeout=60)


def compared(case: str, workers: list[Worker], turns: int) -> str:
    """Best and median milliseconds of each worker, and the ratio of the medians."""
    answers = [[worker.ask(case) for worker in workers] for _ in range(turns)]
    text, medians = "", []
    for side in range(len(workers)):
        found = [turn[side] for turn in answers]
        given = [pair for pair in found if pair is not None]
        if given:
            best = min(pair[0] for pair in given)
            medians.append(statistics.median(pair[1] for pair in given))
            text += f"{best * 1e3:9.2f}{medians[-1] * 1e3:9.2f}{_rate(case, best):9.0f}"
    return text + (f"{medians[1] / medians[0]:8.2f}" if len(medians) == 2 else "")


def _rate(case: str, seconds: float) -> float:
    return operations([int(size) for size in case.split()[1:]]) / seconds / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch", default=sys.executable, help="Python that has PyTorch")
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--only", help="words that a case's line must have, such as forward")
    parser.add_argument("--worker", choices=("pronghorn", "torch"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker)
        return
    workers = [Worker("pronghorn", sys.executable), Worker("torch", options.torch)]
    shared = f"{'best ms':>9}{'median':>9}{'GFLOP/s':>9}"
    print(f"{'':36}{shared}  PyTorch{shared[2:]}   ratio")
    cases = [f"{kind} {shape}" for shapes in SHAPES.values() for shape in shapes for kind in KINDS]
    for case in cases:
        if not options.only or options.only in case:
            print(f"{case:36}" + compared(case, workers, options.turns), flush=True)
    for worker in workers:
        worker.stop()


if __name__ == "__main__":
    main()
