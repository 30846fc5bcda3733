"""One pool of threads: Numba's, loaded once, and used only where it pays."""

import os


def available() -> bool:
    """Whether more than one thread may be used."""
    return (os.cpu_count() or 1) > 1


def start() -> None:
    """Load Numba's threading layer."""


def pays(work: int) -> bool:
    """Whether `work` elementary operations are worth the pool."""
    return work > 200_000
