"""Today's name of `pronghorn.objectives`."""

import sys
from typing import TYPE_CHECKING

from pronghorn import objectives

if TYPE_CHECKING:
    from pronghorn.objectives import *  # noqa: F403

sys.modules[__name__] = objectives
