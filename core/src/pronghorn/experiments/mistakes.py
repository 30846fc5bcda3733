"""Pictures of what a classifier got wrong: the images themselves, or which classes it confuses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from pronghorn.array_functions import sigmoid, softmax
from pronghorn.experiments.data import Data
from pronghorn.pictures import TEXT_COLOR, TRAIN_COLOR, VALIDATION_COLOR, new_figure, new_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROUNDING = 1e-3
_COLUMNS = 6
_MOST = 24
_FEWEST = 6


@dataclass
class Guesses:
    """What a classifier says of held-out samples.

    `classes` and `truths` are class numbers, `chances` (samples, classes) its probabilities.
    """

    chances: np.ndarray
    truths: np.ndarray
    images: np.ndarray | None
    names: tuple[str, ...] | None

    @classmethod
    def of(cls, model: Any, data: Data) -> Self | None:
        """The guesses of a model; None if there are no held-out samples or it is no classifier."""
        truths = _class_numbers(data.y_test)
        if truths is None or not len(truths) or len(model.output_shape) != 2:
            return None
        chances = _chances(model.predict(data.x_test, batch_size=128))
        if truths.max() >= chances.shape[1]:
            return None
        return cls(chances, truths, _as_images(data.images), data.class_names)

    @property
    def classes(self) -> np.ndarray:
        """The most probable class of each sample."""
        return np.asarray(self.chances.argmax(axis=1))

    @property
    def is_wrong(self) -> np.ndarray:
        """Whether each guess is wrong."""
        return np.asarray(self.classes != self.truths)

    def name(self, number: int) -> str:
        """What a class is called."""
        return str(number) if self.names is None else self.names[number]


def draw_mistakes(guesses: Guesses, title: str) -> "Figure":
    """The images that were guessed wrong, or for other data which classes are confused."""
    if guesses.images is None:
        return _draw_confusion(guesses, title)
    order = _most_telling(guesses)
    figure, axes = new_grid(len(order), _COLUMNS, 1.75, 2.15)
    figure.suptitle(_headline(guesses, len(order), title), fontsize=13, color=TEXT_COLOR)
    for axis, sample in zip(axes, order, strict=True):
        _draw_sample(axis, guesses, int(sample))
    return figure


def _chances(outputs: np.ndarray) -> np.ndarray:
    """Outputs as probabilities of each class; those below 0 or above 1 count as logits."""
    are_logits = outputs.min() < -_ROUNDING or outputs.max() > 1 + _ROUNDING
    if outputs.shape[1] == 1:
        chance = sigmoid(outputs) if are_logits else outputs
        return np.hstack([1 - chance, chance])
    return np.asarray(softmax(outputs)) if are_logits else outputs


def _class_numbers(y: np.ndarray) -> np.ndarray | None:
    """Targets as class numbers, from whole numbers or one-hot rows; None if they are neither."""
    if y.ndim == 2 and y.shape[1] > 1:
        one_hot = np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()
        return np.asarray(y.argmax(axis=1)) if one_hot else None
    numbers = y.reshape(-1)
    if y.ndim > 2 or (numbers < 0).any() or (numbers != np.floor(numbers)).any():
        return None
    return numbers.astype(np.int64)


def _as_images(x: np.ndarray) -> np.ndarray | None:
    """Samples that are images, grey or in colour with the colours last; None if they are not."""
    if x.ndim == 4 and x.shape[1] in (1, 3) and x.shape[3] not in (1, 3):
        x = x.transpose(0, 2, 3, 1)
    if x.ndim == 4 and x.shape[3] == 1:
        x = x[..., 0]
    is_image = x.ndim == 3 or (x.ndim == 4 and x.shape[3] == 3)
    return x if is_image and min(x.shape[1:3]) >= 4 else None


def _most_telling(guesses: Guesses) -> np.ndarray:
    """The wrong guesses, the surest first; if there are few, the least sure right ones as well."""
    sureness = guesses.chances.max(axis=1)
    order = np.lexsort((np.where(guesses.is_wrong, -sureness, sureness), ~guesses.is_wrong))
    count = min(max(int(guesses.is_wrong.sum()), _FEWEST), _MOST, len(order))
    return order[:count]


def _headline(guesses: Guesses, shown: int, title: str) -> str:
    wrong, count = int(guesses.is_wrong.sum()), len(guesses.truths)
    found = f"{title}: {wrong:,} of {count:,} held-out images wrong ({wrong / count:.1%})"
    if wrong > shown:
        return f"{found}, the surest {shown} of them"
    if wrong == shown:
        return found
    one = shown - wrong == 1
    return f"{found}, and the least sure right {'one' if one else 'ones'}"


def _draw_sample(axis: "Axes", guesses: Guesses, sample: int) -> None:
    assert guesses.images is not None
    image = guesses.images[sample]
    axis.imshow(image, interpolation="nearest", cmap="gray_r" if image.ndim == 2 else None)
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_color("#bbbbbb")
    guess, truth = int(guesses.classes[sample]), int(guesses.truths[sample])
    color = VALIDATION_COLOR if guess != truth else TRAIN_COLOR
    chance = guesses.chances[sample, guess]
    axis.set_title(f"says {guesses.name(guess)} ({chance:.0%})", fontsize=10, color=color)
    axis.set_xlabel(f"is {guesses.name(truth)}", fontsize=10, color=TEXT_COLOR)


def _draw_confusion(guesses: Guesses, title: str) -> "Figure":
    count = guesses.chances.shape[1]
    table = np.zeros((count, count), np.int64)
    np.add.at(table, (guesses.truths, guesses.classes), 1)
    side = min(max(3.5, 0.5 * count + 1.5), 12.0)
    figure = new_figure(side + 0.8, side)
    axis = figure.subplots()
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    drawn = axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(drawn, ax=axis, label="share of the true class", fraction=0.046)
    wrong = int(guesses.is_wrong.sum())
    axis.set_title(f"{title}: {wrong:,} of {len(guesses.truths):,} wrong", color=TEXT_COLOR)
    axis.set_xlabel("guessed class", color=TEXT_COLOR)
    axis.set_ylabel("true class", color=TEXT_COLOR)
    if count <= 20:
        _label_cells(axis, guesses, table, shares)
    return figure


def _label_cells(axis: "Axes", guesses: Guesses, table: np.ndarray, shares: np.ndarray) -> None:
    names = [guesses.name(number) for number in range(len(table))]
    axis.set_xticks(range(len(table)), names, rotation=0 if guesses.names is None else 45)
    axis.set_yticks(range(len(table)), names)
    for (row, column), number in np.ndenumerate(table):
        if number:
            color = "white" if shares[row, column] > 0.5 else TEXT_COLOR
            axis.text(column, row, str(number), ha="center", va="center", color=color, fontsize=9)
