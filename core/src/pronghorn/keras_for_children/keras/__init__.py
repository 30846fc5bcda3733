"""What processes that a script starts import as `keras`: the same that the script does.

`pronghorn run` puts the folder above on their path.
"""

import sys
from importlib import import_module

from pronghorn import keras as imports

del sys.modules[__name__]
imports.install()
import_module("keras")
