"""Runs the command line in this process."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pronghorn.cli import main


@dataclass
class Ran:
    """What a command left."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run `pronghorn WORDS...`."""

    def run(*words: object) -> Ran:
        with warnings.catch_warnings():  # the command line prints warnings instead
            warnings.simplefilter("always")
            status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return run
