"""Named checks of components, kind by kind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from pronghorn import backend, registry
from pronghorn.testing.example import Example
from pronghorn.testing.subject import Subject, Trial, contract

Run = Callable[[Trial], None]
Applies = Callable[[Trial], bool]


@dataclass(frozen=True)
class Check:
    """Something that holds for every component of a kind to which it applies.

    Attributes:
        kind: the kind of component.
        name: of the check.
        run: raises where it does not hold, for one way to make the component.
        applies: whether a way to make it is concerned at all.
        once: whether it is about the component as such, however it is made.
    """

    kind: str
    name: str
    run: Run
    applies: Applies
    once: bool

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def description(self) -> str:
        """What the check asks."""
        return " ".join((self.run.__doc__ or "").split())

    def trials(self, subject: Subject) -> list[Trial]:
        """The ways to make the subject that the check is about."""
        found = subject.trials()
        if self.once:
            found = [*found, Trial(subject, Example())][:1]
        return [trial for trial in found if self.applies(trial)]

    def __call__(self, component: Any, **how: Any) -> None:
        """Check a component, given as `check_component` takes it.

        Raises whatever tells what is wrong, with a note of the check, component and example.
        """
        given = isinstance(component, Subject)
        subject = component if given else Subject.of(self.kind, component, **how)
        for trial in self.trials(subject):
            try:
                with settings_kept():
                    self.run(trial)
            except Exception as error:
                made = "" if self.once else f" made as {trial.example}"
                error.add_note(f"check {self.name!r} of {subject}{made}: {self.description}")
                raise

    def __repr__(self) -> str:
        return f"Check({self.kind}: {self.name})"


_found: dict[str, dict[str, Check]] = {kind: {} for kind in registry.KINDS}


def check(
    *kinds: str, applies: Applies = lambda trial: True, once: bool = False
) -> Callable[[Run], Run]:
    """Decorator: make a check of some kinds of a function that raises where it does not hold.

    Args:
        kinds: names of kinds, or none for all of them.
        applies: whether a trial is concerned.
        once: whether one trial is enough, because the example makes no difference.
    """

    def take(run: Run) -> Run:
        for kind in kinds or registry.KINDS:
            add_check(kind, run.__name__, run, applies, once)
        return run

    return take


def add_check(
    kind: str, name: str, run: Run, applies: Applies = lambda trial: True, once: bool = False
) -> None:
    """Make a check of one kind under a name."""
    if name in _found[kind]:
        raise ValueError(f"there is a check {name!r} of {kind} already")
    _found[kind][name] = Check(kind, name, run, applies, once)


def checks(kind: str) -> list[Check]:
    """All checks of a kind. Each is called with an identifier or a component.

    >>> from pronghorn.testing import checks
    >>> [check.name for check in checks("initializers")][-1]
    'different_streams_differ'
    """
    known = contract(kind).kind
    import_module("pronghorn.testing.kinds.common")
    import_module(f"pronghorn.testing.kinds.{known}")
    return list(_found[known].values())


@contextmanager
def settings_kept() -> Iterator[None]:
    """Put the process-wide settings, and NumPy's generator, back afterwards."""
    state, settings = np.random.get_state(), dict(vars(backend.settings))
    try:
        yield
    finally:
        np.random.set_state(state)
        vars(backend.settings).update(settings)


@contextmanager
def floats(name: str) -> Iterator[None]:
    """Make models in this float type within the block."""
    before = backend.floatx()
    backend.set_floatx(name)
    try:
        yield
    finally:
        backend.set_floatx(before)
