"""Every registered component passes every check that concerns its kind."""

import pytest

from pronghorn.testing import cases


@pytest.mark.parametrize("case", cases())
def test_component_conforms(case):
    case()
