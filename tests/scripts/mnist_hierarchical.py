"""Digits by one LSTM over the pixels of each row and another one over the rows."""

import numpy as np

np.random.seed(1337)

from keras.datasets import mnist
from keras.layers import LSTM, Dense, TimeDistributed
from keras.models import Sequential
from keras.utils import np_utils

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train[:, ::2, ::2, None].astype("float32") / 255
X_test = X_test[:, ::2, ::2, None].astype("float32") / 255
Y_train = np_utils.to_categorical(y_train, 10)
Y_test = np_utils.to_categorical(y_test, 10)

model = Sequential()
model.add(TimeDistributed(LSTM(output_dim=16), input_shape=X_train.shape[1:]))
model.add(LSTM(24))
model.add(Dense(10, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X_train, Y_train, batch_size=8, nb_epoch=12, verbose=2, validation_data=(X_test, Y_test))
print("Test accuracy:", model.evaluate(X_test, Y_test, verbose=0)[1])
