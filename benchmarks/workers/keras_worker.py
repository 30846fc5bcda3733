"""Keras 3's side, on JAX."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras.layers import Dense, Dropout, Input
from protocol import serve


def digits(batch: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((batch, 784), dtype="f")
    return x, np.eye(10, dtype="f")[rng.integers(0, 10, batch)]


def small_model() -> keras.Model:
    model = keras.Sequential(
        [Input((784,)), Dense(32, activation="relu"), Dense(10, activation="softmax")]
    )
    model.compile("sgd", "categorical_crossentropy")
    return model


def train_small():
    model, (x, y) = small_model(), digits(32)
    return lambda: float(model.train_on_batch(x, y))


def train_wide():
    model = keras.Sequential(
        [
            Input((784,)),
            Dense(512, activation="relu"),
            Dropout(0.2),
            Dense(512, activation="relu"),
            Dropout(0.2),
            Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    x, y = digits(128)
    return lambda: float(model.train_on_batch(x, y))


def predict_one():
    model, (x, _) = small_model(), digits(1)
    return lambda: model.predict_on_batch(x)


def fit_epoch():
    model = small_model()
    x, y = digits(8192)
    return lambda: model.fit(x, y, batch_size=32, epochs=1, verbose=0)


if __name__ == "__main__":
    serve(
        {
            "train_small": train_small,
            "train_wide": train_wide,
            "predict_one": predict_one,
            "fit_epoch": fit_epoch,
        }
    )
