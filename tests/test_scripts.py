"""Scripts as users of Keras 1 write them run unchanged by `pronghorn run`, and learn."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from script_data import write_datasets

SCRIPTS = Path(__file__).parent / "scripts"
QUICK = ("mnist_mlp", "reuters_mlp")
"""Run by default; the others compile many kernels."""

LEAST = {"addition_rnn": 0.6, "stateful_lstm": 0.5}
"""The accuracy that a script's last line has to reach, where it is not 0.8."""

names = sorted(path.stem for path in SCRIPTS.glob("*.py"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("datasets") / "mine"
    write_datasets(made)
    return made


def run(script, folder):
    """What the script prints."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pronghorn", "run", SCRIPTS / f"{script}.py"],
        env={**os.environ, "PRONGHORN_DATASETS": str(folder)},
        cwd=folder.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize(
    "script", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in names]
)
def test_script_runs_and_learns(script, folder):
    label, _, accuracy = run(script, folder).splitlines()[-1].partition(": ")
    assert label == "Test accuracy"
    assert float(accuracy) >= LEAST.get(script, 0.8)


@pytest.mark.slow
def test_a_seed_at_the_top_makes_runs_repeatable(folder):
    first, second = (
        [line for line in run("imdb_cnn", folder).splitlines() if "accuracy" in line]
        for _ in range(2)
    )
    assert first == second
