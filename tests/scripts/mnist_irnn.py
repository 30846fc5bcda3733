"""Digits row by row, by a recurrent layer of rectifiers that begins as the identity."""

import numpy as np

np.random.seed(1337)

from keras.datasets import mnist
from keras.initializations import identity, normal
from keras.layers import Activation, Dense, SimpleRNN
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.utils import np_utils

hidden_units = 32

(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.astype("float32") / 255
X_test = X_test.astype("float32") / 255
Y_train = np_utils.to_categorical(y_train, 10)
Y_test = np_utils.to_categorical(y_test, 10)

model = Sequential()
model.add(
    SimpleRNN(
        output_dim=hidden_units,
        init=lambda shape, name: normal(shape, scale=0.001, name=name),
        inner_init=lambda shape, name: identity(shape, scale=1.0, name=name),
        activation="relu",
        input_shape=X_train.shape[1:],
    )
)
model.add(Dense(10))
model.add(Activation("softmax"))
rmsprop = RMSprop(lr=2e-3)
model.compile(loss="categorical_crossentropy", optimizer=rmsprop, metrics=["accuracy"])
model.fit(X_train, Y_train, batch_size=16, nb_epoch=6, verbose=2, validation_data=(X_test, Y_test))
scores = model.evaluate(X_test, Y_test, verbose=0)
print("IRNN test score:", scores[0])
print("Test accuracy:", scores[1])
