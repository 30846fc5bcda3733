"""A multilayer perceptron on MNIST, in the vocabulary of Keras 1.

MNIST is downloaded the first time; to use files that are there already, name their folder in the
environment variable PRONGHORN_DATASETS or as the first argument. Run it with
`python mnist_mlp.py [FOLDER]`. It reaches about 98.2 % of the test images.
"""

import sys

import numpy as np

from pronghorn.callbacks import EarlyStopping
from pronghorn.datasets import mnist
from pronghorn.layers.core import Activation, Dense, Dropout
from pronghorn.models import Sequential
from pronghorn.optimizers import RMSprop
from pronghorn.utils import np_utils

np.random.seed(1337)

batch_size = 128
nb_classes = 10
nb_epoch = 20

(X_train, y_train), (X_test, y_test) = mnist.load_data(*sys.argv[1:2])
X_train = X_train.reshape(-1, 784).astype("float32") / 255
X_test = X_test.reshape(-1, 784).astype("float32") / 255
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)

model = Sequential()
model.add(Dense(512, input_shape=(784,)))
model.add(Activation("relu"))
model.add(Dropout(0.2))
model.add(Dense(512))
model.add(Activation("relu"))
model.add(Dropout(0.2))
model.add(Dense(nb_classes))
model.add(Activation("softmax"))
model.summary()

model.compile(loss="categorical_crossentropy", optimizer=RMSprop(), metrics=["accuracy"])
model.fit(
    X_train,
    Y_train,
    batch_size=batch_size,
    nb_epoch=nb_epoch,
    verbose=1,
    validation_split=0.1,
    callbacks=[EarlyStopping(patience=3)],
)
score = model.evaluate(X_test, Y_test, verbose=0)
print("Test score:", score[0])
print("Test accuracy:", score[1])
