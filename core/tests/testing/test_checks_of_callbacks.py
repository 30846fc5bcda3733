"""The checks of callbacks catch what they are for."""

import pytest

from pronghorn.components.callback import Callback
from pronghorn.testing import check_component, checks


class Counter(Callback):
    """Counts epochs."""

    def on_train_begin(self, logs=None):
        self.epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        self.epochs += 1


def test_a_sound_callback_passes():
    assert "can_be_used_twice" in check_component("callbacks", Counter).passed


class Nameless(Counter):
    def __repr__(self):
        return "a callback"


class TakesTheLoss(Counter):
    def on_epoch_end(self, epoch, logs=None):
        logs.pop("loss")


class ForgetsTheModel(Counter):
    def set_model(self, model):
        pass


class CountsOn(Counter):
    def __init__(self):
        self.epochs = 0

    def on_train_begin(self, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        self.epochs += 1
        self.model.stop_training = self.epochs >= 4


class InsistsOnAllEpochs(Counter):
    def on_train_end(self, logs=None):
        if self.epochs < self.params["nb_epoch"]:
            raise RuntimeError("training ended early")


BROKEN = {
    "instance_and_class_mean_the_callback": (Nameless, "AssertionError"),
    "hooks_are_called_in_order": (TakesTheLoss, "AssertionError"),
    "knows_model_and_parameters": (ForgetsTheModel, "AssertionError"),
    "can_be_used_twice": (CountsOn, "AssertionError"),
    "gives_way_to_errors": (InsistsOnAllEpochs, "training ended early"),
}
NAMES = [c.name for c in checks("callbacks") if c.run.__module__.endswith("callbacks")]


@pytest.mark.parametrize("name", NAMES)
def test_check_can_fail(name, catches):
    catches("callbacks", name, BROKEN)
