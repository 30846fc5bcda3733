"""Layers, one subpackage per family, by the names that the installed packs give them."""

from typing import TYPE_CHECKING, Any

from pronghorn.registry.package import component_package

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...


component_package(__name__)
