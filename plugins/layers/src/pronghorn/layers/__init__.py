"""Layers, one subpackage per family, by the names that the installed packs give them."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.layer import Layer as Layer
    from pronghorn.layers.core import Activation as Activation
    from pronghorn.layers.core import ActivityRegularization as ActivityRegularization
    from pronghorn.layers.core import Dense as Dense
    from pronghorn.layers.core import Dropout as Dropout
    from pronghorn.layers.core import Flatten as Flatten
    from pronghorn.layers.core import Masking as Masking
    from pronghorn.layers.core import Permute as Permute
    from pronghorn.layers.core import RepeatVector as RepeatVector
    from pronghorn.layers.core import Reshape as Reshape

    get = Layer.get

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
