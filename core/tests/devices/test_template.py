"""Compiled copies of a template module."""

import ctypes

import pytest

from pronghorn.devices import template
from pronghorn.devices.product import loops


def test_only_the_named_constants_change():
    text = template.text(loops, {"BITS": 128, "REAL": "float64"})
    assert "\nBITS = 128\n" in text
    assert "\nREAL = 'float64'\n" in text
    assert f"\nBLOCK_ROWS = {loops.BLOCK_ROWS}\n" in text


def test_a_constant_that_is_not_there():
    with pytest.raises(KeyError, match=r"loops has no constant LANES"):
        template.text(loops, {"LANES": 4})


def test_copies_are_called_by_their_addresses(tmp_path, monkeypatch):
    (tmp_path / "counting.py").write_text(
        "STEP = 1\n\ndef count(total, rounds):\n    for _ in range(rounds):\n"
        "        total[0] += STEP\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import counting

    total = ctypes.c_int64(5)
    kind = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_int64), ctypes.c_int64)
    for step in (2, 30):
        address = template.c_function(counting, "count", {"STEP": step}, "int64")
        kind(address)(ctypes.byref(total), 4)
    assert total.value == 5 + 4 * 2 + 4 * 30
