"""A convolutional network on MNIST, in the vocabulary of Keras 1.

MNIST is downloaded the first time; to use files that are there already, name their folder in the
environment variable PRONGHORN_DATASETS or as the first argument. Run it with
`python mnist_cnn.py [FOLDER]`. It reaches about 99.1 % of the test images.
"""

import sys

import numpy as np

from pronghorn.datasets import mnist
from pronghorn.layers import Convolution2D, Dense, Dropout, Flatten, MaxPooling2D
from pronghorn.models import Sequential
from pronghorn.utils import np_utils

np.random.seed(1337)

batch_size = 128
nb_classes = 10
nb_epoch = 12

(X_train, y_train), (X_test, y_test) = mnist.load_data(*sys.argv[1:2])
X_train = X_train.reshape(-1, 28, 28, 1).astype("float32") / 255
X_test = X_test.reshape(-1, 28, 28, 1).astype("float32") / 255
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)

model = Sequential()
model.add(Convolution2D(32, 3, 3, activation="relu", input_shape=(28, 28, 1)))
model.add(Convolution2D(32, 3, 3, activation="relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(128, activation="relu"))
model.add(Dropout(0.5))
model.add(Dense(nb_classes, activation="softmax"))
model.summary()

model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(
    X_train,
    Y_train,
    batch_size=batch_size,
    nb_epoch=nb_epoch,
    verbose=1,
    validation_data=(X_test, Y_test),
)
score = model.evaluate(X_test, Y_test, verbose=0)
print("Test score:", score[0])
print("Test accuracy:", score[1])
