"""Running an experiment: from its file to a trained model, its scores and its pictures."""

import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pronghorn.errors import ConfigError, PronghornError
from pronghorn.experiments.data import Data, as_targets, load_data
from pronghorn.experiments.mistakes import Guesses, draw_mistakes
from pronghorn.experiments.schema import Experiment, read_experiment
from pronghorn.experiments.section import Section
from pronghorn.pictures import picture_path, save_figure

if TYPE_CHECKING:
    from pronghorn.components.callback import Callback
    from pronghorn.files.arrays import Array
    from pronghorn.models.sequential import Sequential

_FILES = {"model": "model.h5", "curves": "curves.png", "mistakes": "mistakes.png"}


@dataclass
class Result:
    """What came of an experiment.

    `scores` are loss and metrics on the held-out samples; `files` are what was written, by kind:
    `model`, `curves`, `mistakes`, `experiment`.
    """

    model: "Sequential"
    history: Any
    scores: dict[str, float]
    files: dict[str, Path]
    wrong: int | None
    held_out: int

    @property
    def text(self) -> str:
        """The scores and where the files are, in a few lines."""
        width = max(map(len, self.files), default=0)
        files = [f"  {kind:<{width}}  {path}" for kind, path in self.files.items()]
        return "\n".join([self._headline(), *files])

    def _headline(self) -> str:
        if not self.scores:
            return "No samples were held out to test on."
        if self.wrong is None or "acc" not in self.scores:
            shown = ", ".join(f"{name} {value:.4g}" for name, value in self.scores.items())
            return f"Held-out samples ({self.held_out:,}): {shown}"
        return (
            f"Test accuracy {self.scores['acc']:.1%}: {self.wrong} of {self.held_out:,} "
            "held-out samples wrong"
        )


def train(path: str | PathLike[str], output: str | PathLike[str] | None = None) -> Result:
    """Train the model that an experiment file describes, and test it on held-out samples.

    Shows the model's summary and the progress. Into the folder `output` (by default that of the
    file's section `[output]`, or `<name>-results`) go the model, the learning curves, a picture
    of the mistakes and a copy of the experiment. Raises ConfigError, which names the line, if the
    file says something that cannot be done.
    """
    experiment = read_experiment(path)
    is_cold = _is_cold()
    folder = Path(output or experiment.output.get("folder") or f"{Path(path).stem}-results")
    data = load_data(experiment.data, experiment.folder, experiment.seed)
    model = build_model(experiment, data)
    callbacks = [_callback(section) for section in experiment.callbacks]
    targets = _targets(experiment, model, data)
    files = _output_files(experiment, folder)
    print(f"{experiment.title}: {len(data.x_train):,} samples to train on, "
          f"{len(data.x_test):,} held out")  # fmt: skip
    model.summary()
    if is_cold:
        print("Compiling kernels (first run on this machine)")
    with _located(experiment.source.root.sub("fit")):
        history = model.fit(data.x_train, targets[0], callbacks=callbacks, **experiment.fit)
    scores = _evaluate(model, data, targets[1])
    return _finish(experiment, files, model, history, data, scores)


def _is_cold() -> bool:
    """Whether nothing has been compiled and kept on this machine yet."""
    from pronghorn.devices.generated import cache_folder

    folder = cache_folder()
    return not folder.is_dir() or not any(folder.iterdir())


def build_model(experiment: Experiment, data: Data) -> "Sequential":
    """The compiled model; the first layer takes its input's shape from the data."""
    from pronghorn.models.sequential import Sequential

    model = Sequential(seed=experiment.seed)
    for number, section in enumerate(experiment.layers):
        with _located(section):
            model.add(_layer(section.values, None if number else data.sample_shape))
    with _located(experiment.compilation):
        model.compile(**experiment.compilation.values)
    if experiment.device is not None:
        with _located(experiment.source.root, "device"):
            model.to(experiment.device)
    return model


def _layer(values: Mapping[str, Any], sample_shape: tuple[int, ...] | None) -> Any:
    from pronghorn.components.layer import Layer

    config = {key: value for key, value in values.items() if key != "layer"}
    if sample_shape is not None and not _tells_its_shape(config):
        config["input_shape"] = sample_shape
    return Layer.get({"class_name": values["layer"], "config": config})


def _tells_its_shape(config: Mapping[str, Any]) -> bool:
    return not {"input_shape", "batch_input_shape", "batch_shape", "input_dim"}.isdisjoint(config)


def _callback(section: Section) -> "Callback":
    from pronghorn.components.callback import Callback

    config = {key: value for key, value in section.values.items() if key != "callback"}
    with _located(section):
        return Callback.get({"class_name": section.values["callback"], "config": config})


@contextmanager
def _located(section: Section, key: str | None = None) -> Iterator[None]:
    """Let errors of the block tell which line of the experiment they come from."""
    try:
        yield
    except (PronghornError, ValueError, TypeError) as error:
        section.fail(str(error), key or _culprit(section, str(error)))


def _culprit(section: Section, message: str) -> str | None:
    """The key that an error speaks of, by its name or by what it holds."""
    for key, value in section.values.items():
        named = [key, value, *(value if isinstance(value, dict) else ())]
        if any(isinstance(name, str) and repr(name) in message for name in named):
            return key
    return None


def _targets(experiment: Experiment, model: "Sequential", data: Data) -> list["Array"]:
    """The targets to train on and the held-out ones, as the model's objective takes them."""
    with _located(experiment.layers[-1]):
        return [as_targets(y, model) if len(y) else y for y in (data.y_train, data.y_test)]


def _output_files(experiment: Experiment, folder: Path) -> dict[str, Path]:
    """Where the results go, by kind; the folder is made and found writable before training."""
    from pronghorn.files.formats import check_ending

    names = {kind: experiment.output.get(kind, default) for kind, default in _FILES.items()}
    files = {kind: folder / name for kind, name in names.items() if name}
    files["experiment"] = folder / experiment.source.name
    if "model" in files:
        with _located(experiment.source.root.sub("output"), "model"):
            check_ending(files["model"])
    for kind in files.keys() & {"curves", "mistakes"}:
        with _located(experiment.source.root.sub("output"), kind):
            files[kind] = picture_path(files[kind])
    for parent in dict.fromkeys([folder, *(path.parent for path in files.values())]):
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _no_output(parent, error.strerror or str(error)) from error
        if not os.access(parent, os.W_OK | os.X_OK):
            raise _no_output(parent, "Permission denied")
    for path in files.values():
        if path.is_dir():
            raise _no_output(path, "It is a folder")
    return files


def _no_output(path: Path, reason: str) -> ConfigError:
    return ConfigError(
        f"the results cannot be written to {str(path)!r}: {reason}. Choose another folder with "
        "--output, or 'folder' in [output]"
    )


def _evaluate(model: "Sequential", data: Data, targets: "Array") -> dict[str, float]:
    if not len(data.x_test):
        return {}
    found = model.evaluate(data.x_test, targets, batch_size=128, verbose=0)
    values = found if isinstance(found, list) else [found]
    return dict(zip(model.metrics_names, values, strict=True))


def _finish(
    experiment: Experiment,
    files: dict[str, Path],
    model: "Sequential",
    history: Any,
    data: Data,
    scores: dict[str, float],
) -> Result:
    """Write the files and gather the result."""
    copy = files.pop("experiment")
    guesses = Guesses.of(model, data)
    if guesses is None:
        files.pop("mistakes", None)
    if "model" in files:
        model.save(files["model"])
    try:
        _draw(files, history, guesses, experiment.title)
    except ImportError as error:
        warnings.warn(f"there will be no pictures: {error}", RuntimeWarning, stacklevel=3)
        files = {kind: path for kind, path in files.items() if kind == "model"}
    files["experiment"] = _copied(experiment, copy)
    wrong = None if guesses is None else int(guesses.is_wrong.sum())
    return Result(model, history, scores, files, wrong, len(data.x_test))


def _draw(files: Mapping[str, Path], history: Any, guesses: Guesses | None, title: str) -> None:
    if "curves" in files:
        history.plot(files["curves"])
    if guesses is not None and "mistakes" in files:
        save_figure(draw_mistakes(guesses, title), files["mistakes"])


def _copied(experiment: Experiment, copy: Path) -> Path:
    """The experiment's text beside its results."""
    original = experiment.folder / experiment.source.name
    if copy.resolve() != original.resolve():
        shutil.copyfile(original, copy)
    return copy
