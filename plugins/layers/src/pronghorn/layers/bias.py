"""What biases are before training: zeros in Keras 1, an argument in Keras 2 and 3."""

from typing import Any

from pronghorn.components.component import to_plain
from pronghorn.components.initializer import Initializer


def bias_config(b_init: Initializer) -> dict[str, Any]:
    """The configuration's entry for it; none for zeros, so that Keras 1 can read it."""
    return {} if b_init.name == "zero" else {"b_init": to_plain(b_init)}
