"""Which program wrote a model file: arrays of the same shape can mean different functions."""

from collections.abc import Iterable
from dataclasses import dataclass

import h5py

from pronghorn.files.attributes import read_text


@dataclass(frozen=True)
class Origin:
    """What is known about the writer of a file.

    Attributes:
        keras: generation of the layout: 1, 2 or 3. Pronghorn writes generation 1.
        backend: "tensorflow", "theano", "cntk", "jax" or "torch".
        pronghorn: version of Pronghorn if it wrote the file, else None.
    """

    keras: int
    backend: str
    pronghorn: str | None = None

    @property
    def convolves(self) -> bool:
        """Whether kernels are those of a true convolution, so turned against a correlation's."""
        return self.backend == "theano"

    @property
    def sorts_by_name(self) -> bool:
        """Whether the optimizer's arrays are in the order of weight names, not of layers."""
        return self.keras == 1

    def __str__(self) -> str:
        if self.pronghorn is not None:
            return f"Pronghorn {self.pronghorn}"
        return f"Keras {self.keras} on {self.backend}"


def find_origin(file: h5py.File, group: h5py.Group, weight_names: Iterable[str]) -> Origin:
    """Tell the writer by the attributes of the file and of its group of weights.

    Only Keras 1 puts no version on the group. Its files do not name the backend either, but
    TensorFlow's variables have names that end in `:0` and Theano's do not.
    """
    version = read_text(group, "keras_version")
    if version is not None:
        generation = 3 if version.startswith("3") else 2
        return Origin(generation, read_text(group, "backend") or "tensorflow")
    names = list(weight_names)
    theano = bool(names) and not any(name.endswith(":0") for name in names)
    backend = "theano" if theano else "tensorflow"
    return Origin(1, backend, read_text(file, "pronghorn_version"))
