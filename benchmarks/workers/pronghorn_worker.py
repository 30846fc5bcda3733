"""Pronghorn's side of the comparison."""

import numpy as np
from protocol import serve

from pronghorn.layers import Dense, Dropout
from pronghorn.models import Sequential


def digits(batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, 784), dtype="f")
    return x, np.eye(10, dtype="f")[rng.integers(0, 10, batch)]


def small_model() -> Sequential:
    layers = [Dense(32, activation="relu", input_dim=784), Dense(10, activation="softmax")]
    model = Sequential(layers)
    model.compile("sgd", "categorical_crossentropy")
    return model


def train_small():
    model, (x, y) = small_model(), digits(32)
    return lambda: model.train_on_batch(x, y)


def train_wide():
    model = Sequential(
        [
            Dense(512, activation="relu", input_dim=784),
            Dropout(0.2),
            Dense(512, activation="relu"),
            Dropout(0.2),
            Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    x, y = digits(128)
    return lambda: model.train_on_batch(x, y)


def predict_one():
    model, (x, _) = small_model(), digits(1)
    return lambda: model.predict(x)


def fit_epoch():
    model = small_model()
    x, y = digits(8192)
    return lambda: model.fit(x, y, batch_size=32, nb_epoch=1, verbose=0)


if __name__ == "__main__":
    serve(
        {
            "train_small": train_small,
            "train_wide": train_wide,
            "predict_one": predict_one,
            "fit_epoch": fit_epoch,
        }
    )
