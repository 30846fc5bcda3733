"""The scripts in `examples/` run, and learn."""

import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np

from pronghorn.datasets import digits

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(script, *arguments, cwd):
    command = [sys.executable, "-W", "error", EXAMPLES / script, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_custom_activation(tmp_path):
    printed = run("custom_activation.py", cwd=tmp_path)
    accuracy = re.search(r"accuracy ([\d.]+)%", printed.splitlines()[-1])
    assert float(accuracy[1]) > 95


def test_mnist_mlp_on_digits_in_the_files_of_mnist(tmp_path):
    splits = digits.load_data()
    for name, (x, y) in zip(("train", "t10k"), splits, strict=True):
        images = np.zeros((len(x), 28, 28), np.uint8)
        images[:, 2:26, 2:26] = np.kron(x, np.ones((3, 3), np.uint8)) * 15
        for part, array in ((f"{name}-images-idx3", images), (f"{name}-labels-idx1", y)):
            header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            (tmp_path / f"{part}-ubyte").write_bytes(header + array.tobytes())
    printed = run("mnist_mlp.py", tmp_path, cwd=tmp_path)
    accuracy = re.search(r"Test accuracy: ([\d.]+)", printed)
    assert float(accuracy[1]) > 0.94
