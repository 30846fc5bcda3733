"""Images: random transformations, statistics, batches from arrays and from folders."""

from pronghorn.preprocessing.image.files import (
    array_to_img,
    img_to_array,
    list_pictures,
    load_img,
)
from pronghorn.preprocessing.image.generator import ImageDataGenerator
from pronghorn.preprocessing.image.iterators import (
    DirectoryIterator,
    Iterator,
    NumpyArrayIterator,
)
from pronghorn.preprocessing.image.transforms import (
    apply_transform,
    flip_axis,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
    transform_matrix_offset_center,
)

__all__ = [
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_transform",
    "array_to_img",
    "flip_axis",
    "img_to_array",
    "list_pictures",
    "load_img",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "transform_matrix_offset_center",
]
