"""Keras 3's side, on the backend that KERAS_BACKEND names."""

import keras
import numpy as np
from keras.layers import (
    LSTM,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalMaxPooling1D,
    Input,
    MaxPooling2D,
)
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


def images(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, shape[0])
    return rng.standard_normal(shape, dtype="f"), np.eye(10, dtype="f")[labels]


def words(count: int, steps: int, batch: int = 32) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, count, (batch, steps)), rng.integers(0, 2, (batch, 1)).astype("f")


def mnist_cnn():
    model = keras.Sequential(
        [
            Input((28, 28, 1)),
            Conv2D(32, 3, activation="relu"),
            Conv2D(32, 3, activation="relu"),
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
    return lambda: float(model.train_on_batch(x, y))


def cifar10_cnn():
    model = keras.Sequential(
        [
            Input((32, 32, 3)),
            Conv2D(32, 3, padding="same", activation="relu"),
            Conv2D(32, 3, activation="relu"),
            MaxPooling2D(),
            Dropout(0.25),
            Conv2D(64, 3, padding="same", activation="relu"),
            Conv2D(64, 3, activation="relu"),
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
    return lambda: float(model.train_on_batch(x, y))


def lstm_model() -> keras.Model:
    layers = [Input((80,)), Embedding(20000, 128), LSTM(128), Dense(1, activation="sigmoid")]
    model = keras.Sequential(layers)
    model.compile("adam", "binary_crossentropy")
    return model


def imdb_lstm():
    model, (x, y) = lstm_model(), words(20000, 80)
    return lambda: float(model.train_on_batch(x, y))


def predict_lstm():
    model, (x, _) = lstm_model(), words(20000, 80, 1)
    return lambda: np.asarray(model.predict_on_batch(x))


def imdb_cnn():
    model = keras.Sequential(
        [
            Input((400,)),
            Embedding(5000, 50),
            Dropout(0.2),
            Conv1D(250, 3, activation="relu"),
            GlobalMaxPooling1D(),
            Dense(250, activation="relu"),
            Dropout(0.2),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    x, y = words(5000, 400)
    return lambda: float(model.train_on_batch(x, y))


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
