"""Times whole processes from their start to the first trained batch, warm and cold."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

PRONGHORN = """
import numpy as np
from pronghorn.models import Sequential
from pronghorn.layers import Dense
model = Sequential([Dense(32, activation="relu", input_dim=784), Dense(10, activation="softmax")])
model.compile("sgd", "categorical_crossentropy")
model.train_on_batch(np.zeros((32, 784), "f"), np.eye(10, dtype="f")[np.zeros(32, int)])
"""
TORCH = """
import torch
from torch import nn
model = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss = nn.CrossEntropyLoss()(model(torch.zeros(32, 784)), torch.zeros(32, dtype=torch.long))
loss.backward()
optimizer.step()
"""


def seconds(python: str, script: str, cache: str | None = None) -> float:
    """How long the process takes; infinity if it fails."""
    environment = dict(os.environ)
    if cache is not None:
        environment["PRONGHORN_CACHE"] = cache
    start = time.perf_counter()
    done = subprocess.run([python, "-c", script], env=environment, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start if done.returncode == 0 else float("inf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch", default=sys.executable, help="Python that has PyTorch")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    warm, cold, torch, bare = [], [], [], []
    with tempfile.TemporaryDirectory() as cache:
        seconds(sys.executable, PRONGHORN, cache)
        for _ in range(options.turns):
            warm.append(seconds(sys.executable, PRONGHORN, cache))
            torch.append(seconds(options.torch, TORCH))
            bare.append(seconds(sys.executable, "pass"))
            with tempfile.TemporaryDirectory() as empty:
                cold.append(seconds(sys.executable, PRONGHORN, empty))
    told = {"bare Python": bare, "warm kernel cache": warm, "cold kernel cache": cold}
    for name, times in {**told, "PyTorch": torch}.items():
        print(f"{name}: {statistics.median(times):.2f} s")


if __name__ == "__main__":
    main()
