"""Keras 1's name of `pronghorn.initializers`."""

import sys
from typing import TYPE_CHECKING

from pronghorn import initializers

if TYPE_CHECKING:
    from pronghorn.initializers import *  # noqa: F403

sys.modules[__name__] = initializers
