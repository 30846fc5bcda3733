"""Training, evaluating and predicting as Keras 2 and 3 write it: from batches, by their names."""

import numpy as np
import pytest

from pronghorn.layers import Dense
from pronghorn.models import Sequential
from pronghorn.utils import Sequence

X = np.random.default_rng(0).standard_normal((22, 3)).astype("f")
Y = X @ [[1.0], [-1.0], [2.0]] > 0


def made():
    model = Sequential([Dense(4, input_dim=3, activation="tanh"), Dense(1, activation="sigmoid")])
    model.set_weights([np.full(w.shape, 0.1) for w in model.get_weights()])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


class Batches(Sequence):
    def __init__(self, size=8):
        self.size, self.ended, self.seen = size, 0, []

    def __len__(self):
        return -(-len(X) // self.size)

    def __getitem__(self, index):
        self.seen.append(index)
        rows = slice(index * self.size, (index + 1) * self.size)
        return X[rows], Y[rows]

    def on_epoch_end(self):
        self.ended += 1


def generator(size=8):
    batches = Batches(size)
    while True:
        yield from (batches[i] for i in range(len(batches)))


@pytest.mark.parametrize(
    "how",
    [
        lambda model: model.fit(generator(), steps_per_epoch=3, epochs=2, verbose=0),
        lambda model: model.fit(Batches(), epochs=2, verbose=0, shuffle=False),
        lambda model: model.fit_generator(Batches(), epochs=2, verbose=0, shuffle=False),
        lambda model: model.fit_generator(generator(), 22, 2, verbose=0),
    ],
)
def test_batches_train_as_arrays_do(how):
    expected, model = made(), made()
    of_arrays = expected.fit(X, Y, batch_size=8, nb_epoch=2, verbose=0, shuffle=False).history
    of_batches = how(model).history
    for label in ("loss", "acc"):
        np.testing.assert_allclose(of_batches[label], of_arrays[label], rtol=1e-6)
    for found, wanted in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


def test_a_sequence_is_shuffled_by_batches_and_told_of_epochs():
    batches = Batches(2)
    made().fit(batches, epochs=2, verbose=0)
    assert sorted(batches.seen[:11]) == list(range(11))
    assert batches.seen[:11] != list(range(11))
    assert batches.ended >= 1


def test_batches_validate_evaluate_and_predict():
    model = made()
    history = model.fit(
        Batches(), verbose=0, validation_data=generator(5), validation_steps=5
    ).history
    expected = model.evaluate(X, Y, batch_size=32, verbose="auto")
    np.testing.assert_allclose([history["val_loss"][-1], history["val_acc"][-1]], expected, 1e-5)
    np.testing.assert_allclose(model.evaluate(Batches()), expected, rtol=1e-5)
    by_name = model.evaluate(X, Y, verbose=0, return_dict=True)
    assert list(by_name) == ["loss", "acc"]
    assert by_name["accuracy"] == expected[1]
    np.testing.assert_allclose(model.evaluate(generator(11), steps=2), expected, rtol=1e-5)
    wanted = model.predict(X, batch_size=None)
    np.testing.assert_allclose(model.predict(Batches()), wanted, rtol=1e-5)
    np.testing.assert_allclose(model.predict(generator(), steps=3), wanted, rtol=1e-5)


def test_mistakes():
    model = made()
    with pytest.raises(ValueError, match="give no y, no sample_weight"):
        model.fit(Batches(), Y)
    with pytest.raises(ValueError, match="give steps_per_epoch"):
        model.fit(generator(), verbose=0)
    with pytest.raises((TypeError, ValueError), match="y"):
        model.fit(X, verbose=0)


def test_labels_of_keras_2_find_the_values(capsys):
    from pronghorn.callbacks import EarlyStopping, LambdaCallback, ModelCheckpoint

    seen = []
    watch = LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append((logs["accuracy"], logs.get("val_accuracy"))),
        on_train_batch_end=lambda batch, logs: seen.append("accuracy" in logs),
    )
    history = made().fit(
        X, Y, batch_size=22, epochs=1, verbose=0, validation_data=(X, Y),
        callbacks=[watch, EarlyStopping(monitor="val_accuracy")],
    ).history  # fmt: skip
    assert seen == [True, (history["acc"][0], history["val_acc"][0])]
    assert history["accuracy"] == history["acc"]
    assert sorted(history) == ["acc", "loss", "val_acc", "val_loss"]
    assert history.get("precision") is None
    path = ModelCheckpoint("w-{epoch}-{val_accuracy:.1f}.h5")._path(3, {"val_acc": 0.25})
    assert path == "w-3-0.2.h5"
