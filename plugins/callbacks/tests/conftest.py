"""A training loop in small: it calls callbacks as the engine does, with numbers made up."""

from types import SimpleNamespace

import pytest

from pronghorn.components.callback import CallbackList


class FakeModel:
    """What callbacks ask of a model."""

    def __init__(self):
        self.optimizer = SimpleNamespace(lr=0.01)
        self.stop_training = False
        self.weights = 0
        self.saved = []
        self.nonfinite = None

    def save(self, path, overwrite=True):
        self.saved.append(("model", path))

    def save_weights(self, path, overwrite=True):
        self.saved.append(("weights", path))

    def get_weights(self):
        return [self.weights]

    def set_weights(self, weights):
        (self.weights,) = weights

    def first_nonfinite(self):
        return self.nonfinite


@pytest.fixture
def model():
    return FakeModel()


@pytest.fixture
def run(model):
    """Run epochs whose logs are given as a list of dictionaries; returns the epochs' logs."""

    def train(callbacks, epochs, batches=(), verbose=0, metrics=("loss", "acc", "val_loss")):
        listed = CallbackList(callbacks)
        listed.set_params(
            {
                "nb_epoch": len(epochs),
                "nb_sample": sum(size for size, _ in batches),
                "verbose": verbose,
                "metrics": list(metrics),
            }
        )
        listed.set_model(model)
        listed.on_train_begin()
        model.stop_training = False
        finished = []
        for epoch, given in enumerate(epochs):
            logs = dict(given)
            listed.on_epoch_begin(epoch, {})
            for batch, (size, values) in enumerate(batches):
                listed.on_batch_begin(batch, {"batch": batch, "size": size})
                listed.on_batch_end(batch, {"batch": batch, "size": size, **values})
            model.weights = epoch + 1
            listed.on_epoch_end(epoch, logs)
            finished.append(logs)
            if model.stop_training:
                break
        listed.on_train_end()
        return finished

    return train
