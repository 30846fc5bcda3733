"""A model that a device cannot run stays where it is."""

import sys
from types import ModuleType

import numpy as np
import pytest

from pronghorn import devices
from pronghorn.components.layer import Layer
from pronghorn.devices.host import CpuDevice
from pronghorn.devices.pair import KernelPair
from pronghorn.errors import DeviceError
from pronghorn.layers import Dense, Dropout
from pronghorn.models import Sequential


class Elsewhere(CpuDevice):
    """A device that takes the kernels of GPUs, on arrays of the host."""

    name = side = "cuda"


class Backwards(Layer):
    """Has a kernel for its gradient on the CPU only."""

    pair = KernelPair("kernels_of_a_test", "backwards")

    def forward(self, x, ctx):
        return x

    def backward(self, dy, ctx):
        ctx.run(self.pair, dy)
        return dy


@pytest.fixture
def elsewhere(monkeypatch):
    found = {"cpu": devices.get("cpu"), "cuda": Elsewhere()}
    monkeypatch.setattr(devices, "get", found.__getitem__)
    for name in ("kernels_of_a_test", "kernels_of_a_test.cuda"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))


@pytest.mark.usefixtures("elsewhere")
def test_the_layer_that_lacks_a_kernel_is_named_and_nothing_moves():
    model = Sequential([Dense(3, input_dim=2), Backwards(name="behind")])
    before = model.predict(np.ones((2, 2)))
    missing = "layer 'behind' cannot run on cuda: kernels_of_a_test has no kernel 'backwards'"
    with pytest.raises(DeviceError, match=missing):
        model.to("cuda")
    assert model.device.name == "cpu"
    np.testing.assert_array_equal(model.predict(np.ones((2, 2))), before)


@pytest.mark.usefixtures("elsewhere")
def test_a_model_whose_kernels_are_all_there_moves():
    model = Sequential([Dense(3, input_dim=2, activation="softmax"), Dropout(0.5)])
    assert model.to("cuda").device.name == "cuda"
