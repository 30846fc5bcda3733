"""Times training and prediction beside the peers, each in its own process, taking turns."""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

WORKERS = Path(__file__).parent / "workers"
WORKLOADS = {
    "train_small": "784-32-10, batch 32, SGD: train_on_batch",
    "train_wide": "784-512-512-10, dropout, batch 128, Adam: train_on_batch",
    "predict_one": "784-32-10: predict one row",
    "fit_epoch": "784-32-10, batch 32, SGD: fit, one epoch of 8,192",
    "mnist_cnn": "mnist_cnn (32, 32, pool, 128), batch 128, Adam: train_on_batch",
    "cifar10_cnn": "cifar10_cnn (32, 32, 64, 64, 512), batch 32, RMSprop: train_on_batch",
    "imdb_lstm": "imdb_lstm (20000x128, LSTM 128, 80 steps), batch 32, Adam: train_on_batch",
    "imdb_cnn": "imdb_cnn (5000x50, 250 filters of 3, 400 steps, 250), batch 32, Adam: "
    "train_on_batch",
    "predict_lstm": "imdb_lstm: predict one row of 80 steps",
}
PEERS = {"torch": "PyTorch", "jax": "Keras 3 on JAX", "tensorflow": "Keras 3 on TensorFlow"}


class Worker:
    """A library in a process of its own, prepared for one workload."""

    def __init__(self, library: str, python: str, workload: str) -> None:
        self.library = library
        self.times: list[float] = []
        file = "keras" if library in ("jax", "tensorflow") else library
        self._process = subprocess.Popen(
            [python, str(WORKERS / f"{file}_worker.py"), workload],
            env={**os.environ, "KERAS_BACKEND": library},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.ready = self._read() == "ready"

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        while line and not (line.strip() == "ready" or _is_number(line)):
            line = self._process.stdout.readline()
        return line.strip()

    def turn(self) -> None:
        """Have it work for a turn, and note the seconds of one call."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self.times.append(float(self._read()))

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    @property
    def median(self) -> float:
        return statistics.median(self.times)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def compare(workload: str, pythons: dict[str, str], turns: int) -> list[Worker]:
    """The workers after their turns; libraries that cannot start are left out."""
    started = [Worker(library, python, workload) for library, python in pythons.items()]
    workers = [worker for worker in started if worker.ready]
    for _ in range(turns):
        for worker in workers:
            worker.turn()
    for worker in workers:
        worker.stop()
    return workers


def ratio(peer: Worker, own: Worker) -> float:
    """How many times as long the peer takes: the median over the turns."""
    return statistics.median(b / a for a, b in zip(own.times, peer.times, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for peer, name in PEERS.items():
        parser.add_argument(f"--{peer}", default=sys.executable, help=f"Python that has {name}")
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--only", choices=WORKLOADS, action="append")
    options = parser.parse_args()
    pythons = {"pronghorn": sys.executable, **{peer: getattr(options, peer) for peer in PEERS}}
    names = [*PEERS.values()]
    print("| work | Pronghorn |", " | ".join([*names, *(f"times {n}" for n in names)]), "|")
    print("| --- " * (2 + 2 * len(PEERS)) + "|")
    for workload in options.only or WORKLOADS:
        workers = {w.library: w for w in compare(workload, pythons, options.turns)}
        own = workers["pronghorn"]
        times = [shown(workers.get(library)) for library in pythons]
        ratios = [f"{ratio(workers[peer], own):.1f}" if peer in workers else "-" for peer in PEERS]
        print(f"| {WORKLOADS[workload]} | {' | '.join(times + ratios)} |", flush=True)


def shown(worker: Worker | None) -> str:
    """The worker's median for a table."""
    if worker is None:
        return "-"
    seconds = worker.median
    return f"{seconds * 1e6:.0f} us" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


if __name__ == "__main__":
    main()
