"""The demo: real handwritten digits, learned in seconds."""

from importlib.resources import as_file, files
from os import PathLike

from pronghorn.experiments.run import Result, train


def demo(output: str | PathLike[str] = "pronghorn-demo") -> Result:
    """Train on the 1,797 digits of the UCI set and test on a held-out fifth of them.

    Leaves the model, pictures of the learning curves and of the mistakes, and the experiment's
    file in the folder `output`; edit that file and `pronghorn train` it to go on from there.
    """
    with as_file(files("pronghorn.experiments").joinpath("digits.toml")) as path:
        return train(path, output)
