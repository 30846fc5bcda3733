"""Every check has a broken component that it must catch, for the reason it is there for."""

import re

import pytest

from pronghorn.testing import checks


def _named(kind, name):
    return next(check for check in checks(kind) if check.name == name)


@pytest.fixture
def catches():
    """Run one check on the broken component that a table has for it."""

    def run(kind, name, broken):
        assert name in broken, f"no component shows that the check {name!r} of {kind} can fail"
        component, message = broken[name]
        check = _named(kind, name)
        with pytest.raises(Exception) as caught:  # noqa: PT011 - the message is looked at
            check(component)
        assert f"check {name!r}" in caught.value.__notes__[0]
        told = f"{type(caught.value).__name__}: {caught.value}"
        assert re.search(message, told), told

    return run
