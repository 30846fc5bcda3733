"""Devices that packs bring: a broken one costs only itself."""

import pytest

from pronghorn import devices, registry
from pronghorn.errors import DeviceError, PackWarning

HOOK = """
from pronghorn.hooks import hookimpl

@hookimpl
def pronghorn_devices():
    {body}
"""


@pytest.fixture(autouse=True)
def fresh_devices():
    yield
    devices.get.cache_clear()


@pytest.fixture
def add_pack(make_pack):
    def add(name, body):
        module = name.replace("-", "_")
        make_pack(name, {"pronghorn": {name: module}}, {module: HOOK.format(body=body)})

    return add


@pytest.mark.parametrize(
    ("body", "cause"),
    [("raise OSError('no bus')", "OSError: no bus"), ("return 5", "TypeError"), ("1/0", "Zero")],
)
def test_a_broken_hook_leaves_the_devices_of_others(add_pack, body, cause):
    add_pack("bad-devices", body)
    add_pack("good-devices", "return {'abacus': lambda: 'an abacus'}")
    with pytest.warns(PackWarning, match=rf"bad-devices 1\.0: pronghorn_devices: {cause}"):
        assert devices.get("abacus") == "an abacus"
    assert [problem.pack for problem in registry.problems()] == ["bad-devices"]


def test_the_core_s_own_devices_ask_no_pack(add_pack):
    add_pack("bad-devices", "raise OSError('no bus')")
    assert devices.get("cpu").name == "cpu"
    assert registry.problems() == []


def test_a_device_that_cannot_be_made_is_a_device_error(add_pack):
    add_pack("late-devices", "return {'abacus': lambda: 1 / 0}")
    with pytest.raises(DeviceError, match="'abacus' cannot be used: ZeroDivisionError"):
        devices.get("abacus")


def test_an_unknown_device_is_a_device_error_beside_a_broken_pack(add_pack):
    add_pack("bad-devices", "raise OSError('no bus')")
    with (
        pytest.warns(PackWarning, match="no bus"),
        pytest.raises(DeviceError, match="no device 'sundial'; there are: cpu, cuda"),
    ):
        devices.get("sundial")
