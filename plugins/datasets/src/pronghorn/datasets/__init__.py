"""Datasets: loaders, and the digits that the demo trains on.

Each module has `load_data`, which returns `(x_train, y_train), (x_test, y_test)`. Files are looked
for in the folder that the environment variable `PRONGHORN_DATASETS` names, then in the cache, and
are then downloaded and checked.
"""

from importlib import import_module
from types import ModuleType

NAMES = (
    "boston_housing",
    "cifar10",
    "cifar100",
    "digits",
    "fashion_mnist",
    "imdb",
    "mnist",
    "reuters",
)

__all__ = list(NAMES)


def __getattr__(name: str) -> ModuleType:
    if name in NAMES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *NAMES})
