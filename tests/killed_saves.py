"""Saves a model over and over in child processes that are killed at random moments.

`python killed_saves.py PATH KILLS` prints as JSON how many files were found whole, how many
kills came in the middle of a write, and how many versions were seen. It ends with an error at the
first file that is not whole. Children are forked, so that a kill costs milliseconds.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import h5py
import numpy as np

from pronghorn.files.atomic import SUFFIX
from pronghorn.layers import Dense
from pronghorn.models import Sequential, load_model


def make_model() -> Sequential:
    """A model of some 500 kB."""
    model = Sequential([Dense(250, input_dim=250), Dense(250)], seed=1)
    model.compile("sgd", "mse")
    return model


def save_versions(model: Sequential, path: Path, version: int) -> None:
    """Save for ever; all weights of a version are its number."""
    while True:
        model.set_weights([np.full_like(array, version) for array in model.get_weights()])
        model.save(path)
        version += 1


def kill_one(model: Sequential, path: Path, version: int, seconds: float) -> None:
    """Let a child save, and kill it after a while."""
    child = os.fork()
    if child == 0:
        save_versions(model, path, version)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def read_version(path: Path) -> int:
    """The version that the file holds; AssertionError if it holds parts of several."""
    found = {float(n) for array in load_model(path).get_weights() for n in np.unique(array)}
    assert len(found) == 1, f"the file mixes versions {sorted(found)}"
    with h5py.File(path) as file:
        assert len(file["optimizer_weights"].attrs["weight_names"]) == 5
    return int(found.pop())


def main(path: Path, kills: int) -> None:
    """Kill, look, and go on from the version that is there."""
    model, source = make_model(), random.Random(7)
    model.set_weights([np.zeros_like(array) for array in model.get_weights()])
    model.save(path)
    started = time.perf_counter()
    model.save(path)
    # Long enough for some saves to end, also where others keep the machine busy.
    longest = max(0.03, 4.0 * (time.perf_counter() - started))
    version, versions, interrupted = 0, set(), 0
    for _ in range(kills):
        kill_one(model, path, version + 1, source.uniform(0.0, longest))
        left = [name for name in os.listdir(path.parent) if name.endswith(SUFFIX)]
        interrupted += bool(left)
        found = read_version(path)
        assert found >= version, f"version {found} came back after {version}"
        version = found
        versions.add(version)
    model.save(path)
    left = sorted(os.listdir(path.parent))
    print(json.dumps({"interrupted": interrupted, "versions": len(versions), "left": left}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
