"""The checks that all kinds share catch what they are for."""

import pytest

from pronghorn import registry
from pronghorn.components.constraint import Constraint
from pronghorn.testing import Subject, checks


class Sound(Constraint):
    """`w / divisor`.

    Args:
        divisor: what every weight is divided by.
    """

    examples = ({"divisor": 2.0},)

    def __init__(self, divisor=1.0):
        self.divisor = divisor

    def record(self, ctx, w):
        ctx.run(self.divide, w)

    def divide(self, w):
        w /= self.divisor


class NeedsSomething(Constraint):
    """`w / divisor`."""

    def __init__(self, divisor):
        self.divisor = divisor


class Undocumented(Sound):
    """`w / d`, done elsewhere."""


class Vague(Sound):
    """Divides the weight by the divisor."""


class WrongExample(Sound):
    """`w / divisor`.

    >>> WrongExample(2.0).divisor
    3.0
    """


class LeavesOut(Sound):
    def get_config(self):
        return {}


class NoData(Sound):
    def get_config(self):
        return {"divisor": [object()]}


class OwnForm(Sound):
    def to_identifier(self):
        return {"name": "OwnForm", "divisor": 7.0}


class Moody(Sound):
    made = 0

    def __init__(self, divisor=None):
        Moody.made += 1
        self.divisor = float(Moody.made) if divisor is None else divisor


class Open(Sound):
    def __init__(self, divisor=1.0, **kwargs):
        super().__init__(divisor)


class Counting(Sound):
    """`w / m`."""

    examples = ({"m": 2.0},)

    def __init__(self, m=1.0, max_value=None):
        self.m = m if max_value is None else 2.0 * max_value


BROKEN = {
    "can_be_made": ("constraints", NeedsSomething, "needs the arguments divisor: say how"),
    "is_documented": ("constraints", Undocumented, "says nothing of divisor"),
    "states_its_formula_or_source": ("constraints", Vague, "neither formula nor source"),
    "documented_example_runs": ("constraints", WrongExample, "Expected:\n +3.0\nGot:\n +2.0"),
    "configuration_comes_back": ("constraints", LeavesOut, "leaves out divisor"),
    "all_forms_agree": ("constraints", OwnForm, "7.0.* makes OwnForm"),
    "identifier_alone_is_enough": ("constraints", Moody, "AssertionError"),
    "refuses_unknown_arguments": ("constraints", Open, "accepted, a TypeError was expected"),
}
SHARED = {
    check.name: check
    for kind in registry.KINDS
    for check in checks(kind)
    if check.run.__module__.endswith("common")
}
ELSEWHERE = ("is_found_by_its_names", "takes_both_spellings")


@pytest.mark.parametrize("name", [name for name in SHARED if name not in ELSEWHERE])
def test_check_can_fail(name, catches):
    kind, component, message = BROKEN[name]
    catches(kind, name, {name: (component, message)})


def test_what_cannot_be_written_into_a_file_is_caught(catches):
    catches(
        "constraints", "configuration_comes_back",
        {"configuration_comes_back": (NoData, "not JSON serializable")},
    )  # fmt: skip


def test_a_name_that_leads_elsewhere_is_caught(catches, monkeypatch):
    registry.add("constraints", "sound_here", Sound)
    monkeypatch.setattr(registry, "load", lambda kind, name: NoData)
    try:
        catches(
            "constraints", "is_found_by_its_names",
            {"is_found_by_its_names": ("sound_here", "AssertionError")},
        )  # fmt: skip
    finally:
        monkeypatch.undo()
        registry.remove("constraints", "sound_here")


def test_a_name_that_the_constructor_has_itself_is_no_alias():
    check = SHARED["takes_both_spellings"]
    assert not check.trials(Subject.of("constraints", Counting))


class Respelled(Sound):
    """`w / m`."""

    examples = ({"m": 2.0},)

    def __init__(self, m=1.0):
        self.m = m

    @classmethod
    def coerce(cls, thing, config):
        return thing(**config)


def test_spellings_that_are_lost_are_caught(catches, monkeypatch):
    monkeypatch.setattr(type(Respelled), "__call__", lambda cls, *a, **k: _translate(cls, a, k))
    catches(
        "constraints", "takes_both_spellings",
        {"takes_both_spellings": (Respelled, "accepted, a TypeError was expected")},
    )  # fmt: skip


def _translate(cls, args, kwargs):
    """A metaclass's call that lets the newer spelling win silently."""
    if "max_value" in kwargs:
        kwargs["m"] = kwargs.pop("max_value")
    return type.__call__(cls, *args, **kwargs)
