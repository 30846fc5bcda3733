"""ImageDataGenerator: batches of images, transformed at random and standardized."""

import warnings
from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import numpy as np

from pronghorn import backend
from pronghorn.components.spelling import spelled
from pronghorn.preprocessing.image import transforms
from pronghorn.preprocessing.image.files import resolve_ordering
from pronghorn.preprocessing.image.iterators import (
    DirectoryIterator,
    NumpyArrayIterator,
    check_images,
)

_TINY = 1e-7
_ZCA_EPSILON = 1e-6


class ImageDataGenerator:
    """Makes batches of images, each transformed at random and then standardized.

    Arguments:
        featurewise_center, featurewise_std_normalization: subtract the data's mean, divide by its
            standard deviation, for each channel; need `fit`.
        samplewise_center, samplewise_std_normalization: the same with each image's own.
        zca_whitening: remove correlations between pixels; needs `fit`.
        rotation_range: greatest angle, in degrees, either way.
        width_shift_range, height_shift_range: greatest shift, as a share of the size.
        shear_range: greatest shear, an angle in radians.
        zoom_range: factors between `1 - zoom_range` and `1 + zoom_range`, or between the two of a
            pair; rows and columns differ.
        channel_shift_range: greatest change of a channel's values.
        fill_mode, cval: what is outside the image; see `apply_transform`.
        horizontal_flip, vertical_flip: mirror every other image, by chance.
        rescale: factor on all values, before the standardization.
        preprocessing_function: image -> image of the same shape, before `rescale`.
        dim_ordering: "tf" (channels last), "th" (channels first), "default".
        legacy: be as odd as Keras 1 was: sample-wise statistics over the channels of each pixel
            instead of over the image, and a `fit` that leaves out `rescale`,
            `preprocessing_function` and the sample-wise steps.

    Random amounts are drawn from NumPy's global generator.
    """

    @spelled
    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        zca_whitening: bool = False,
        rotation_range: float = 0.0,
        width_shift_range: float = 0.0,
        height_shift_range: float = 0.0,
        shear_range: float = 0.0,
        zoom_range: float | Sequence[float] = 0.0,
        channel_shift_range: float = 0.0,
        fill_mode: str = "nearest",
        cval: float = 0.0,
        horizontal_flip: bool = False,
        vertical_flip: bool = False,
        rescale: float | None = None,
        preprocessing_function: Callable[[np.ndarray], np.ndarray] | None = None,
        dim_ordering: str = "default",
        legacy: bool = False,
    ) -> None:
        self.featurewise_center = featurewise_center
        self.samplewise_center = samplewise_center
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.zca_whitening = zca_whitening
        self.rotation_range = rotation_range
        self.width_shift_range = width_shift_range
        self.height_shift_range = height_shift_range
        self.shear_range = shear_range
        self.zoom_range = _factors(zoom_range)
        self.channel_shift_range = channel_shift_range
        self.fill_mode = fill_mode
        self.cval = cval
        self.horizontal_flip = horizontal_flip
        self.vertical_flip = vertical_flip
        self.rescale = rescale
        self.preprocessing_function = preprocessing_function
        self.dim_ordering = resolve_ordering(dim_ordering)
        self.legacy = legacy
        self.mean: np.ndarray | None = None
        self.std: np.ndarray | None = None
        self.principal_components: np.ndarray | None = None
        # Axes of one image.
        first = 1 if self.dim_ordering == "th" else 0
        self.row_axis, self.col_axis, self.channel_axis = first, first + 1, (first + 2) % 3

    def flow(
        self,
        X: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "jpeg",
    ) -> NumpyArrayIterator:
        """Endless batches of an array of images, and of `y` if that is given.

        An epoch's last batch may be smaller. With `save_to_dir` the images made are also written
        there. Raises ValueError unless `X` has four axes and 1, 3 or 4 channels, and for a `y` of
        another length.
        """
        return NumpyArrayIterator(
            X, y, self, batch_size, shuffle, seed, self.dim_ordering,
            save_to_dir, save_prefix, save_format,
        )  # fmt: skip

    def flow_from_directory(
        self,
        directory: str | PathLike[str],
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        save_to_dir: str | PathLike[str] | None = None,
        save_prefix: str = "",
        save_format: str = "jpeg",
        follow_links: bool = False,
    ) -> DirectoryIterator:
        """Endless batches of the image files in a folder that has a sub-folder for each class.

        Arguments:
            target_size: height and width that all images are scaled to.
            color_mode: "rgb" or "grayscale".
            classes: names of the sub-folders to use; None means all, in alphabetical order.
            class_mode: targets are one-hot rows ("categorical"), 0 and 1 ("binary"), class numbers
                ("sparse"), or there are none (None).
        """
        return DirectoryIterator(
            directory, self, target_size, color_mode, self.dim_ordering, classes, class_mode,
            batch_size, shuffle, seed, save_to_dir, save_prefix, save_format, follow_links,
        )  # fmt: skip

    def transformed(self, x: np.ndarray) -> np.ndarray:
        """A new image of the backend's float type: `x` transformed at random, standardized."""
        return self.standardize(self.random_transform(np.array(x, backend.floatx())))

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """The image scaled and standardized, in place where that is possible.

        Warns and leaves out what needs `fit` before it was called.
        """
        x = x if x.dtype.kind == "f" else x.astype(backend.floatx())
        x = self._featurewise(self._prepared(x))
        if not self.zca_whitening:
            return x
        if self.principal_components is None:
            self._warn_unfitted("zca_whitening")
            return x
        whitened: np.ndarray = (x.ravel() @ self.principal_components).reshape(x.shape)
        return whitened

    def random_transform(self, x: np.ndarray) -> np.ndarray:
        """The image turned, shifted, sheared, zoomed, recoloured and mirrored at random."""
        matrix = self._draw_matrix(x.shape[self.row_axis], x.shape[self.col_axis])
        if matrix is not None:
            x = transforms.apply_transform(x, matrix, self.channel_axis, self.fill_mode, self.cval)
        if self.channel_shift_range:
            x = transforms.random_channel_shift(x, self.channel_shift_range, self.channel_axis)
        if self.horizontal_flip and np.random.random() < 0.5:
            x = transforms.flip_axis(x, self.col_axis)
        if self.vertical_flip and np.random.random() < 0.5:
            x = transforms.flip_axis(x, self.row_axis)
        return x

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Work out what feature-wise steps and whitening need, from an array of images.

        With `augment` the statistics are those of `rounds` random transformations of each image.
        Raises ValueError unless `x` has four axes and 1, 3 or 4 channels.
        """
        images = np.array(x, backend.floatx())
        check_images(images, self.dim_ordering)
        if seed is not None:
            np.random.seed(seed)
        if augment:
            images = np.stack([self.random_transform(i) for _ in range(rounds) for i in images])
        if not self.legacy:
            images = np.stack([self._prepared(image) for image in images])
        self._fit_statistics(images)

    def _fit_statistics(self, images: np.ndarray) -> None:
        axes = (0, self.row_axis + 1, self.col_axis + 1)
        if self.featurewise_center:
            mean = images.mean(axes, keepdims=True)
            self.mean = mean[0]
            images = images - mean
        if self.featurewise_std_normalization:
            std = images.std(axes, keepdims=True)
            self.std = std[0]
            images = images / (std + backend.epsilon())
        if self.zca_whitening:
            flat = images.reshape(len(images), -1)
            u, s, _ = np.linalg.svd(flat.T @ flat / len(flat))
            self.principal_components = (u / np.sqrt(s + _ZCA_EPSILON)) @ u.T

    def _prepared(self, x: np.ndarray) -> np.ndarray:
        """The steps that need no statistics of the data."""
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        if self.rescale:
            x *= self.rescale
        axis = self.channel_axis if self.legacy else None
        if self.samplewise_center:
            x -= np.mean(x, axis, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, axis, keepdims=True) + _TINY
        return x

    def _featurewise(self, x: np.ndarray) -> np.ndarray:
        if self.featurewise_center:
            if self.mean is None:
                self._warn_unfitted("featurewise_center")
            else:
                x -= self.mean
        if self.featurewise_std_normalization:
            if self.std is None:
                self._warn_unfitted("featurewise_std_normalization")
            else:
                x /= self.std + _TINY
        return x

    def _warn_unfitted(self, option: str) -> None:
        warnings.warn(
            f"{option} has no effect: call fit with the images first", RuntimeWarning, stacklevel=4
        )

    def _draw_matrix(self, height: int, width: int) -> np.ndarray | None:
        """The matrix of all geometric changes, or None; those not wanted draw nothing."""
        draw = np.random.uniform
        parts = []
        if self.rotation_range:
            angle = draw(-self.rotation_range, self.rotation_range)
            parts.append(transforms.rotation_matrix(np.deg2rad(angle)))
        up, down = self.height_shift_range, self.width_shift_range
        rows = draw(-up, up) * height if up else 0.0
        columns = draw(-down, down) * width if down else 0.0
        if rows or columns:
            parts.append(transforms.shift_matrix(rows, columns))
        if self.shear_range:
            parts.append(transforms.shear_matrix(draw(-self.shear_range, self.shear_range)))
        if self.zoom_range != (1.0, 1.0):
            parts.append(transforms.zoom_matrix(*transforms.draw_zoom(*self.zoom_range)))
        if not parts:
            return None
        matrix = parts[0] if len(parts) == 1 else np.linalg.multi_dot(parts)
        return transforms.transform_matrix_offset_center(matrix, height, width)


def _factors(zoom_range: float | Sequence[float]) -> tuple[float, float]:
    if np.isscalar(zoom_range):
        amount = float(zoom_range)  # type: ignore[arg-type]
        return 1.0 - amount, 1.0 + amount
    pair = tuple(float(factor) for factor in zoom_range)  # type: ignore[union-attr]
    if len(pair) != 2:
        raise ValueError(f"zoom_range is a number or a pair (least, most), not {zoom_range!r}")
    return pair
