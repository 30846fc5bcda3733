"""What an experiment file may say.

title = "Digits"              # shown while it runs
seed = 1                      # weights, dropout and shuffling; split of a file's data
device = "cpu"                # or "cuda"

[data]
dataset = "digits"            # a module of pronghorn.datasets, or "package.module:function"
options = {}                  # arguments of its load_data
# file = "table.csv"          # instead of a dataset: .npz with x and y, or x_train ..., or .csv
# test_split = 0.2            # share of a file's data that is held out
divide_by = 16                # brings the inputs to a range that suits training
shape = [64]                  # of a sample, if it should be another

[[layers]]                    # in order; the first one learns its input_shape from the data
layer = "Dense"               # identifier; the other keys are the layer's arguments
output_dim = 10
activation = "softmax"

[compile]
loss = "categorical_crossentropy"
optimizer = "adam"            # or {name = "adam", lr = 0.002}
metrics = ["accuracy"]

[fit]
nb_epoch = 20
batch_size = 32
validation_split = 0.1        # share of the last training samples to validate on
shuffle = true                # or false, or "batch"
verbose = 1                   # 0 silent, 1 progress bar, 2 a line an epoch
class_weight = {0 = 1.0, 3 = 2.0}

[[callbacks]]
callback = "EarlyStopping"
patience = 5

[output]                      # file names, false for none
folder = "results"
model = "model.h5"
curves = "curves.png"
mistakes = "mistakes.png"
"""

from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from pronghorn.components.spelling import ALIASES
from pronghorn.experiments import section as accept
from pronghorn.experiments.section import Accepted, Section, Source

_TABLES = Accepted(
    "an array of tables", lambda v: isinstance(v, list) and all(isinstance(e, dict) for e in v)
)
_CALLBACKS = Accepted(
    "an array of tables or identifiers",
    lambda v: isinstance(v, list) and all(isinstance(e, (dict, str)) for e in v),
)
_CLASS_WEIGHT = Accepted(
    "a table of class numbers and weights",
    lambda v: isinstance(v, dict) and all(key.isdigit() for key in v),
)
_EXPERIMENT = {
    "title": accept.TEXT,
    "seed": accept.WHOLE,
    "device": accept.TEXT,
    "data": accept.TABLE,
    "layers": _TABLES,
    "compile": accept.TABLE,
    "fit": accept.TABLE,
    "callbacks": _CALLBACKS,
    "output": accept.TABLE,
}
_DATA = {
    "dataset": accept.TEXT,
    "file": accept.TEXT,
    "options": accept.TABLE,
    "test_split": accept.SHARE,
    "divide_by": accept.NONZERO,
    "shape": accept.SHAPE,
}
_COMPILE = {
    "loss": accept.COMPONENT,
    "optimizer": accept.COMPONENT,
    "metrics": accept.COMPONENTS,
}
_FIT = {
    "nb_epoch": accept.POSITIVE,
    "batch_size": accept.POSITIVE,
    "verbose": accept.one_of(0, 1, 2),
    "validation_split": accept.SHARE,
    "shuffle": accept.one_of(True, False, "batch"),
    "class_weight": _CLASS_WEIGHT,
}
_OUTPUT = {
    "folder": accept.TEXT,
    "model": accept.FILE,
    "curves": accept.FILE,
    "mistakes": accept.FILE,
}


@dataclass
class Experiment:
    """The sections of an experiment file, checked."""

    source: Source
    folder: Path
    title: str
    seed: int | None
    device: str | None
    data: Section
    layers: list[Section]
    compilation: Section
    fit: dict[str, Any]
    callbacks: list[Section]
    output: dict[str, Any] = field(default_factory=dict)


def read_experiment(path: str | PathLike[str]) -> Experiment:
    """Read and check an experiment file.

    Raises ConfigError, which names the file, the line, the key and what is accepted there.
    """
    source = Source(path)
    root = source.root
    given = root.checked(_EXPERIMENT, required=("data", "layers", "compile"))
    if not given["layers"]:
        root.fail("'layers' is empty: a model needs at least one", "layers")
    data, compilation = root.sub("data"), root.sub("compile")
    compilation.checked(_COMPILE, required=("loss", "optimizer"))
    _check_data(data)
    fit = _fit_arguments(root.sub("fit"))
    output = root.sub("output").checked(_OUTPUT)
    return Experiment(
        source=source,
        folder=Path(path).parent,
        title=given.get("title", Path(path).stem),
        seed=given.get("seed"),
        device=given.get("device"),
        data=data,
        layers=_identified(root, "layers", "layer"),
        compilation=compilation,
        fit=fit,
        callbacks=_identified(root, "callbacks", "callback"),
        output=output,
    )


def _check_data(data: Section) -> None:
    given = data.checked(_DATA)
    if ("dataset" in given) == ("file" in given):
        data.fail("give either 'dataset' or 'file'")
    if "file" not in given and "test_split" in given:
        data.fail("'test_split' is for a 'file'; a dataset takes it in 'options'", "test_split")
    if "file" in given and "options" in given:
        data.fail("'options' are those of a 'dataset', not of a 'file'", "options")


def _fit_arguments(fit: Section) -> dict[str, Any]:
    """Arguments for `fit`, under the names of Keras 1."""
    newer = {new: _FIT[old] for new, (old, *_) in ALIASES.items() if old in _FIT}
    given = fit.checked(_FIT | {name: kind for name, kind in newer.items() if name in fit.values})
    if "class_weight" in given:
        given["class_weight"] = {int(key): value for key, value in given["class_weight"].items()}
    return given


def _identified(root: Section, key: str, name: str) -> list[Section]:
    """The tables of an array, each of which names its component."""
    sections = []
    for part in root.elements(key):
        values = dict(part.values)
        if key == "callbacks" and "name" in values:
            values = {name: values.pop("name"), **values}
        if not accept.TEXT.check(values.get(name)):
            part.fail(f"{name!r} must be an identifier, not {values.get(name)!r}", name)
        sections.append(Section(part.source, values, part.place))
    return sections
