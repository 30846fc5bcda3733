"""Progress bars and custom objects, under the names that Keras 1 gives them."""

from pronghorn.components.custom import custom_object_scope, get_custom_objects
from pronghorn.progress import Progbar

CustomObjectScope = custom_object_scope

__all__ = ["CustomObjectScope", "Progbar", "custom_object_scope", "get_custom_objects"]
