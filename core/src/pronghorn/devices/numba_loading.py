"""Loading the part of Numba that knows NumPy's arrays, without what kernels do not need."""

import importlib
import sys
from functools import cache
from importlib.util import find_spec


@cache
def load_array_library() -> None:
    """Load it without SciPy, if that is installed, which takes 0.3 seconds of every start.

    Numba looks for SciPy's BLAS there, and again whenever it compiles a function that uses it; so
    functions of the user's that do still find it.
    """
    name = "numba.np.arraymath"
    if name in sys.modules or find_spec("scipy") is None:
        return
    linalg = importlib.import_module("numba.np.linalg")
    look = getattr(linalg, "ensure_blas", None)
    if look is None:
        return
    linalg.ensure_blas = lambda: None  # type: ignore[attr-defined]
    try:
        importlib.import_module(name)
    finally:
        linalg.ensure_blas = look  # type: ignore[attr-defined]
