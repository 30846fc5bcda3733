"""Pronghorn's side of the comparison."""

import numpy as np
from protocol import serve

from pronghorn.layers import (
    LSTM,
    Convolution1D,
    Convolution2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalMaxPooling1D,
    MaxPooling2D,
)
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


def images(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, shape[0])
    return rng.standard_normal(shape, dtype="f"), np.eye(10, dtype="f")[labels]


def words(count: int, steps: int, batch: int = 32) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, count, (batch, steps)), rng.integers(0, 2, (batch, 1))


def mnist_cnn():
    model = Sequential(
        [
            Convolution2D(32, 3, 3, activation="relu", input_shape=(28, 28, 1)),
            Convolution2D(32, 3, 3, activation="relu"),
            MaxPooling2D(),
            Dropout(0.25),
            Flatten(),
            Dense(128, activation="relu"),
            Dropout(0.5),
            Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    x, y = images((128, 28, 28, 1))
    return lambda: model.train_on_batch(x, y)


def cifar10_cnn():
    model = Sequential(
        [
            Convolution2D(32, 3, 3, border_mode="same", activation="relu", input_shape=(32, 32, 3)),
            Convolution2D(32, 3, 3, activation="relu"),
            MaxPooling2D(),
            Dropout(0.25),
            Convolution2D(64, 3, 3, border_mode="same", activation="relu"),
            Convolution2D(64, 3, 3, activation="relu"),
            MaxPooling2D(),
            Dropout(0.25),
            Flatten(),
            Dense(512, activation="relu"),
            Dropout(0.5),
            Dense(10, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "categorical_crossentropy")
    x, y = images((32, 32, 32, 3))
    return lambda: model.train_on_batch(x, y)


def lstm_model() -> Sequential:
    layers = [Embedding(20000, 128, input_length=80), LSTM(128), Dense(1, activation="sigmoid")]
    model = Sequential(layers)
    model.compile("adam", "binary_crossentropy")
    return model


def imdb_lstm():
    model, (x, y) = lstm_model(), words(20000, 80)
    return lambda: model.train_on_batch(x, y)


def predict_lstm():
    model, (x, _) = lstm_model(), words(20000, 80, 1)
    return lambda: model.predict(x)


def imdb_cnn():
    model = Sequential(
        [
            Embedding(5000, 50, input_length=400),
            Dropout(0.2),
            Convolution1D(250, 3, activation="relu"),
            GlobalMaxPooling1D(),
            Dense(250, activation="relu"),
            Dropout(0.2),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    x, y = words(5000, 400)
    return lambda: model.train_on_batch(x, y)


if __name__ == "__main__":
    serve(
        {
            "train_small": train_small,
            "train_wide": train_wide,
            "predict_one": predict_one,
            "fit_epoch": fit_epoch,
            "mnist_cnn": mnist_cnn,
            "cifar10_cnn": cifar10_cnn,
            "imdb_lstm": imdb_lstm,
            "predict_lstm": predict_lstm,
            "imdb_cnn": imdb_cnn,
        }
    )
