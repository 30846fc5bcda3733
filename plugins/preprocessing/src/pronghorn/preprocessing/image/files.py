"""Images in files. Pillow is imported when the first one is opened or made."""

from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from pronghorn import backend
from pronghorn.components.spelling import spelled

if TYPE_CHECKING:
    from PIL.Image import Image


def pillow() -> ModuleType:
    """Pillow's module `Image`; ImportError says how to install it."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "image files need Pillow, which is not installed: "
            'pip install "pronghorn-preprocessing[image-files]"'
        ) from error
    return Image


def resolve_ordering(dim_ordering: str) -> str:
    """ "tf" or "th"; "default" means the setting of the backend. ValueError for others."""
    ordering = backend.image_dim_ordering() if dim_ordering == "default" else dim_ordering
    if ordering not in ("tf", "th"):
        raise ValueError(f"dim_ordering is 'tf', 'th' or 'default', not {dim_ordering!r}")
    return ordering


@spelled
def array_to_img(x: np.ndarray, dim_ordering: str = "default", scale: bool = True) -> "Image":
    """A Pillow image of an array of three axes with 1 or 3 channels.

    With `scale` the values are raised to 0 at least and stretched to a greatest value of 255.
    """
    image = np.asarray(x, backend.floatx())
    if image.ndim != 3:
        raise ValueError(f"an image has three axes (rows, columns, channels), not {image.shape}")
    if resolve_ordering(dim_ordering) == "th":
        image = np.moveaxis(image, 0, 2)
    if image.shape[2] not in (1, 3):
        raise ValueError(f"an image has 1 or 3 channels, not {image.shape[2]}")
    pixels = (_stretched(image) if scale else image).astype(np.uint8)
    made: Image = pillow().fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    return made


def _stretched(image: np.ndarray) -> np.ndarray:
    raised = image + max(-float(image.min(initial=0)), 0.0)
    top = float(raised.max(initial=0))
    stretched: np.ndarray = raised * (255.0 / top) if top else raised
    return stretched


@spelled
def img_to_array(img: "Image", dim_ordering: str = "default") -> np.ndarray:
    """The pixels of a Pillow image as an array of three axes, in the float type of the backend."""
    image = np.asarray(img, backend.floatx())
    image = image[:, :, None] if image.ndim == 2 else image
    if resolve_ordering(dim_ordering) == "th":
        image = np.ascontiguousarray(np.moveaxis(image, 2, 0))
    return image


def load_img(
    path: str | PathLike[str], grayscale: bool = False, target_size: tuple[int, int] | None = None
) -> "Image":
    """The image in a file, in grey or RGB, scaled to `target_size` (height, width) if given."""
    with pillow().open(path) as opened:
        image: Image = opened.convert("L" if grayscale else "RGB")
    if target_size is None:
        return image
    height, width = target_size
    return image.resize((width, height), pillow().Resampling.NEAREST)


def list_pictures(directory: str | PathLike[str], ext: str = "jpg|jpeg|bmp|png") -> list[str]:
    """Paths of all pictures in a folder and those below, sorted; `ext` lists the extensions."""
    endings = {f".{ending}" for ending in ext.lower().split("|")}
    found = (path for path in Path(directory).rglob("*") if path.suffix.lower() in endings)
    return sorted(str(path) for path in found if path.is_file())
