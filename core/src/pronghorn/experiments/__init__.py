"""Experiments: training described by a TOML file in which everything is a string identifier."""

from pronghorn.experiments.demo import demo
from pronghorn.experiments.run import Result, train

__all__ = ["Result", "demo", "train"]
