"""Digits by a convolutional network, in whichever image ordering is set."""

import numpy as np

np.random.seed(1337)

from keras import backend as K
from keras.datasets import mnist
from keras.layers import Activation, Convolution2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.utils import np_utils

nb_filters = 8
pool_size = (2, 2)
kernel_size = (3, 3)

(X_train, y_train), (X_test, y_test) = mnist.load_data()
if K.image_dim_ordering() == "th":
    shape = (1, 28, 28)
else:
    shape = (28, 28, 1)
X_train = X_train.reshape((X_train.shape[0],) + shape).astype("float32") / 255
X_test = X_test.reshape((X_test.shape[0],) + shape).astype("float32") / 255
Y_train = np_utils.to_categorical(y_train, 10)
Y_test = np_utils.to_categorical(y_test, 10)

model = Sequential()
model.add(
    Convolution2D(
        nb_filters, kernel_size[0], kernel_size[1], border_mode="valid", input_shape=shape
    )
)
model.add(Activation("relu"))
model.add(Convolution2D(nb_filters, kernel_size[0], kernel_size[1]))
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=pool_size))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(32))
model.add(Activation("relu"))
model.add(Dropout(0.5))
model.add(Dense(10))
model.add(Activation("softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adadelta", metrics=["accuracy"])
model.fit(X_train, Y_train, batch_size=16, nb_epoch=4, verbose=2, validation_data=(X_test, Y_test))
print("Test accuracy:", model.evaluate(X_test, Y_test, verbose=0)[1])
