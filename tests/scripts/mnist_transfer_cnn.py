"""Learns the digits 0 to 4, then 5 to 9 with the convolutions frozen."""

import datetime

import numpy as np

np.random.seed(1337)

from keras import backend as K
from keras.datasets import mnist
from keras.layers import Activation, Convolution2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.utils import np_utils

now = datetime.datetime.now
nb_classes = 5
if K.image_dim_ordering() == "th":
    input_shape = (1, 28, 28)
else:
    input_shape = (28, 28, 1)


def train_model(model, train, test, nb_classes):
    X_train, X_test = (
        part[0].reshape((part[0].shape[0],) + input_shape).astype("float32") / 255
        for part in (train, test)
    )
    Y_train, Y_test = (np_utils.to_categorical(part[1], nb_classes) for part in (train, test))
    model.compile(loss="categorical_crossentropy", optimizer="adadelta", metrics=["accuracy"])
    t = now()
    model.fit(
        X_train, Y_train, batch_size=16, nb_epoch=4, verbose=2, validation_data=(X_test, Y_test)
    )
    print("Training time: %s" % (now() - t))
    return model.evaluate(X_test, Y_test, verbose=0)[1]


(X_train, y_train), (X_test, y_test) = mnist.load_data()
first = [(x[y < 5], y[y < 5]) for x, y in ((X_train, y_train), (X_test, y_test))]
second = [(x[y >= 5], y[y >= 5] - 5) for x, y in ((X_train, y_train), (X_test, y_test))]

feature_layers = [
    Convolution2D(8, 3, 3, border_mode="valid", input_shape=input_shape),
    Activation("relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Dropout(0.25),
    Flatten(),
]
classification_layers = [
    Dense(32),
    Activation("relu"),
    Dropout(0.25),
    Dense(nb_classes),
    Activation("softmax"),
]
model = Sequential(feature_layers + classification_layers)
print("First task:", train_model(model, first[0], first[1], nb_classes))
for layer in feature_layers:
    layer.trainable = False
before = feature_layers[0].get_weights()[0]
accuracy = train_model(model, second[0], second[1], nb_classes)
assert np.array_equal(before, feature_layers[0].get_weights()[0])
print("Test accuracy:", accuracy)
