"""Regularizers."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:
    from pronghorn.components.regularizer import Regularizer as Regularizer

    get = Regularizer.get

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
