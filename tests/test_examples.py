"""The scripts in `examples/` run, and learn."""

import csv
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pronghorn.datasets import digits

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(script, *arguments, cwd):
    command = [sys.executable, "-W", "error", EXAMPLES / script, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def accuracy_of(printed):
    return float(re.search(r"Test accuracy: ([\d.]+)", printed)[1])


def test_custom_activation(tmp_path):
    printed = run("custom_activation.py", cwd=tmp_path)
    accuracy = re.search(r"accuracy ([\d.]+)%", printed.splitlines()[-1])
    assert float(accuracy[1]) > 95


def test_transformer(tmp_path):
    assert accuracy_of(run("transformer.py", cwd=tmp_path)) > 0.98


@pytest.fixture
def mnist(tmp_path):
    """A folder with small digits in files like those of MNIST."""
    splits = digits.load_data()
    for name, (x, y) in zip(("train", "t10k"), splits, strict=True):
        images = np.zeros((len(x), 28, 28), np.uint8)
        images[:, 2:26, 2:26] = np.kron(x, np.ones((3, 3), np.uint8)) * 15
        for part, array in ((f"{name}-images-idx3", images), (f"{name}-labels-idx1", y)):
            header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            (tmp_path / f"{part}-ubyte").write_bytes(header + array.tobytes())
    return tmp_path


@pytest.mark.parametrize(("script", "least"), [("mnist_mlp.py", 0.94), ("mnist_cnn.py", 0.96)])
def test_mnist(mnist, script, least):
    assert accuracy_of(run(script, mnist, cwd=mnist)) > least


def test_imdb_cnn_lstm(tmp_path):
    """Reviews of common words, one of which tells what the author thinks."""
    generator = np.random.RandomState(0)
    filling = [f"word{i}" for i in range(50)]
    telling = (["dull", "awful", "boring"], ["great", "lovely", "moving"])
    with (tmp_path / "reviews.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for label in generator.randint(0, 2, 1500):
            words = [*generator.choice(filling, 12), *generator.choice(telling[label], 3)]
            rows.writerow([" ".join(generator.permutation(words)), label])
    assert accuracy_of(run("imdb_cnn_lstm.py", tmp_path / "reviews.csv", cwd=tmp_path)) > 0.9
