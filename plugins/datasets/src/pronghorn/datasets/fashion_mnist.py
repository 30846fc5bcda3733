"""Fashion-MNIST: pictures of clothes in ten classes (Xiao, Rasul, Vollgraf 2017)."""

from os import PathLike

from pronghorn.datasets.idx_images import Split, idx_source, load_idx_images

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

SOURCE = idx_source(
    "fashion_mnist",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    (
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
    # Its files are named as those of MNIST: which ones lie in a common folder could not be told.
    in_root=False,
)


def load_data(path: str | PathLike[str] | None = None) -> tuple[Split, Split]:
    """`(x_train, y_train), (x_test, y_test)`: uint8 images (60000, 28, 28) and (10000, 28, 28).

    Values are 0 to 255, labels (n,) uint8, meaning `CLASSES`. `path` is a folder with the four IDX
    files, packed or not, or an npz file with `x_train`, `y_train`, `x_test`, `y_test`. Raises
    DatasetError if the files are nowhere, or damaged.
    """
    return load_idx_images(SOURCE, path)
