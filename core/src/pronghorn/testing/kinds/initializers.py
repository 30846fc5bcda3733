"""What holds for initializers."""

from collections.abc import Iterator

import numpy as np

from pronghorn.components.initializer import Initializer
from pronghorn.errors import ShapeError
from pronghorn.testing.assertions import same
from pronghorn.testing.catalogue import check
from pronghorn.testing.subject import Trial

SHAPES = ((6,), (4, 3), (5, 5), (3, 3, 2, 4), (2, 2, 2, 3, 4))


def _shapes(trial: Trial) -> Iterator[tuple[int, ...]]:
    """The example's shape; without one, those of biases, matrices and kernels that it fills."""
    if trial.example.shape is not None:
        yield trial.example.shape
        return
    function: Initializer = trial.make()
    for shape in SHAPES:
        try:
            function(shape, np.random.default_rng(0))
        except ShapeError:
            continue
        yield shape


def _is_random(function: Initializer, shape: tuple[int, ...]) -> bool:
    """Whether it draws from the generator that it is given."""
    rng = np.random.default_rng(0)
    function(shape, rng)
    return bool(rng.bit_generator.state != np.random.default_rng(0).bit_generator.state)


@check("initializers")
def fills_shapes_with_finite_numbers(trial: Trial) -> None:
    """The array has the shape asked for and holds finite numbers that are such in float32 too."""
    function: Initializer = trial.make()
    shapes = list(_shapes(trial))
    assert shapes, f"it refuses every shape of {SHAPES}: give an example with a shape"
    for shape in shapes:
        for ordering in ("th", "tf"):
            drawn = function(shape, np.random.default_rng(0), ordering)
            assert drawn.shape == shape
            assert drawn.dtype.kind == "f", f"it gives {drawn.dtype}, not floats"
            assert np.isfinite(drawn.astype("float32")).all()


@check("initializers")
def gives_an_array_of_its_own(trial: Trial) -> None:
    """Each call gives a new array, which may be written to."""
    function: Initializer = trial.make()
    for shape in _shapes(trial):
        first = function(shape, np.random.default_rng(0))
        kept = first.copy()
        first += 1.0
        same(function(shape, np.random.default_rng(0)), kept)


@check("initializers")
def repeats_under_a_seed(trial: Trial) -> None:
    """Generators of the same seed, and `np.random.seed` without one, give the same numbers."""
    function: Initializer = trial.make()
    for shape in _shapes(trial):
        drawn = [function(shape, np.random.default_rng(5)) for _ in range(2)]
        same(drawn[0], drawn[1])
        for made in drawn:
            np.random.seed(5)
            made[...] = function(shape)
        same(drawn[0], drawn[1])


@check("initializers")
def leaves_the_global_generator_alone(trial: Trial) -> None:
    """With a generator of its own it does not touch NumPy's global one."""
    function: Initializer = trial.make()
    for shape in _shapes(trial):
        np.random.seed(5)
        function(shape, np.random.default_rng(0))
        found = np.random.uniform()
        np.random.seed(5)
        assert found == np.random.uniform(), "it draws from NumPy's global generator"


def _draws(trial: Trial) -> bool:
    return any(_is_random(trial.make(), shape) for shape in _shapes(trial))


@check("initializers", applies=_draws)
def different_streams_differ(trial: Trial) -> None:
    """Generators of different seeds give different numbers, and one generator goes on."""
    function: Initializer = trial.make()
    for shape in _shapes(trial):
        rng, other = np.random.default_rng(1), np.random.default_rng(2)
        drawn = [function(shape, generator) for generator in (rng, rng, other)]
        for a, b in ((0, 1), (0, 2), (1, 2)):
            assert (drawn[a] != drawn[b]).any(), "different random numbers give the same array"
