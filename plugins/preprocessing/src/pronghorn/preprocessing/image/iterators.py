"""Endless iterators over batches of images, from arrays and from folders."""

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from pronghorn import backend
from pronghorn.components.spelling import spelled
from pronghorn.preprocessing.image.files import (
    array_to_img,
    img_to_array,
    load_img,
    resolve_ordering,
)
from pronghorn.utils.np_utils import to_categorical

if TYPE_CHECKING:
    from pronghorn.preprocessing.image.generator import ImageDataGenerator

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp")
CLASS_MODES = ("categorical", "binary", "sparse", None)
COLOR_MODES = {"rgb": 3, "grayscale": 1}


class Iterator(ABC):
    """Endless batches of `n` samples; several threads may take from it.

    With `shuffle` every epoch has an order of its own. With a `seed` NumPy's global generator is
    seeded before every batch with `seed + total_batches_seen`, so that two iterators with equal
    seeds stay in step, order and transformations alike.
    """

    def __init__(self, n: int, batch_size: int, shuffle: bool, seed: int | None) -> None:
        if n < 1:
            raise ValueError("there is nothing to iterate over: no images")
        self.n = n
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.batch_index = 0
        self.total_batches_seen = 0
        self._order = np.arange(n)
        self._lock = threading.Lock()

    def reset(self) -> None:
        """Begin a new epoch with the next batch."""
        self.batch_index = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        with self._lock:
            start, indices = self._next_indices()
        return self.batch(indices, start)

    def next(self) -> Any:
        """The next batch."""
        return next(self)

    @abstractmethod
    def batch(self, indices: np.ndarray, start: int) -> Any:
        """The batch of these samples; `start` is the place of the first in its epoch."""

    def _next_indices(self) -> tuple[int, np.ndarray]:
        if self.seed is not None:
            np.random.seed((self.seed + self.total_batches_seen) % 2**32)
        if self.batch_index == 0 and self.shuffle:
            self._order = np.random.permutation(self.n)
        start = self.batch_index * self.batch_size
        stop = start + self.batch_size
        self.batch_index = 0 if stop >= self.n else self.batch_index + 1
        self.total_batches_seen += 1
        return start, self._order[start:stop]


class _ImageIterator(Iterator):
    """Iterator whose images may be written to a folder, to be looked at."""

    dim_ordering: str
    save_to_dir: str | PathLike[str] | None
    save_prefix: str
    save_format: str

    def _keep(self, batch: np.ndarray, start: int) -> None:
        if not self.save_to_dir:
            return
        Path(self.save_to_dir).mkdir(parents=True, exist_ok=True)
        for place, image in enumerate(batch, start):
            name = f"{self.save_prefix}_{place}_{np.random.randint(10000)}.{self.save_format}"
            array_to_img(image, self.dim_ordering).save(Path(self.save_to_dir) / name)


class NumpyArrayIterator(_ImageIterator):
    """Batches of an array of images, transformed and standardized by a generator.

    Yields `x`, or `(x, y)` if there is a `y`. See `ImageDataGenerator.flow`.
    """

    @spelled
    def __init__(
        self,
        x: Any,
        y: Any,
        image_data_generator: "ImageDataGenerator",
        batch_size: int = 32,
        shuffle: bool = False,
        seed: int | None = None,
        dim_ordering: str = "default",
        save_to_dir: str | PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "jpeg",
    ) -> None:
        self.x = np.asarray(x)
        self.y = None if y is None else np.asarray(y)
        self.dim_ordering = resolve_ordering(dim_ordering)
        check_images(self.x, self.dim_ordering)
        if self.y is not None and len(self.y) != len(self.x):
            raise ValueError(f"there are {len(self.x)} images but {len(self.y)} targets")
        self.image_data_generator = image_data_generator
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        super().__init__(len(self.x), batch_size, shuffle, seed)

    def batch(self, indices: np.ndarray, start: int) -> Any:
        """`x`, or `(x, y)`."""
        images = np.stack([self.image_data_generator.transformed(self.x[i]) for i in indices])
        self._keep(images, start)
        return images if self.y is None else (images, self.y[indices])


class DirectoryIterator(_ImageIterator):
    """Batches of the image files in a folder that has a sub-folder for each class.

    See `ImageDataGenerator.flow_from_directory`. `class_indices` maps the names of the classes to
    their numbers, `classes` (int32) holds the number of each of the `filenames`.
    """

    @spelled
    def __init__(
        self,
        directory: str | PathLike[str],
        image_data_generator: "ImageDataGenerator",
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        dim_ordering: str = "default",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "jpeg",
        follow_links: bool = False,
    ) -> None:
        _check_choice("color_mode", color_mode, tuple(COLOR_MODES))
        _check_choice("class_mode", class_mode, CLASS_MODES)
        self.directory = os.fspath(directory)
        self.image_data_generator = image_data_generator
        self.target_size = (int(target_size[0]), int(target_size[1]))
        self.color_mode = color_mode
        self.dim_ordering = resolve_ordering(dim_ordering)
        self.class_mode = class_mode
        self.save_to_dir = save_to_dir
        self.save_prefix = save_prefix
        self.save_format = save_format
        names = sorted(e.name for e in os.scandir(directory) if e.is_dir())
        self.class_indices = {name: i for i, name in enumerate(classes or names)}
        found = [
            (path, number)
            for name, number in self.class_indices.items()
            for path in _image_files(Path(directory) / name, follow_links)
        ]
        self.filenames = [os.path.relpath(path, directory) for path, _ in found]
        self.classes = np.array([number for _, number in found], np.int32)
        self.nb_sample, self.nb_class = len(found), len(self.class_indices)
        print(f"Found {self.nb_sample} images belonging to {self.nb_class} classes.")
        super().__init__(self.nb_sample, batch_size, shuffle, seed)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        channels = COLOR_MODES[self.color_mode]
        is_th = self.dim_ordering == "th"
        return (channels, *self.target_size) if is_th else (*self.target_size, channels)

    def batch(self, indices: np.ndarray, start: int) -> Any:
        """`x`, or `(x, y)` with targets as `class_mode` says."""
        images = np.stack([self._image(self.filenames[i]) for i in indices])
        self._keep(images, start)
        return images if self.class_mode is None else (images, self._targets(indices))

    def _image(self, filename: str) -> np.ndarray:
        path = Path(self.directory) / filename
        image = load_img(path, self.color_mode == "grayscale", self.target_size)
        return self.image_data_generator.transformed(img_to_array(image, self.dim_ordering))

    def _targets(self, indices: np.ndarray) -> np.ndarray:
        numbers: np.ndarray = self.classes[indices]
        if self.class_mode == "sparse":
            return numbers
        if self.class_mode == "binary":
            return np.asarray(numbers, backend.floatx())
        categorical: np.ndarray = to_categorical(numbers, self.nb_class, backend.floatx())
        return categorical


def check_images(x: np.ndarray, dim_ordering: str) -> None:
    """Raise ValueError unless `x` is a batch of images with 1, 3 or 4 channels."""
    if x.ndim != 4:
        raise ValueError(f"images come as an array of four axes, but this one has shape {x.shape}")
    channels = x.shape[1 if dim_ordering == "th" else 3]
    if channels not in (1, 3, 4):
        raise ValueError(
            f"images have 1, 3 or 4 channels, but those of shape {x.shape} have {channels} in "
            f"dim_ordering {dim_ordering!r}"
        )


def _check_choice(argument: str, value: Any, choices: Sequence[Any]) -> None:
    if value not in choices:
        accepted = ", ".join(map(repr, choices))
        raise ValueError(f"{argument} is one of {accepted}, not {value!r}")


def _image_files(folder: Path, follow_links: bool) -> list[str]:
    found = []
    for root, folders, files in os.walk(folder, followlinks=follow_links):
        folders.sort()
        found += [
            os.path.join(root, name)  # noqa: PTH118
            for name in sorted(files)
            if name.lower().endswith(EXTENSIONS)
        ]
    return found
