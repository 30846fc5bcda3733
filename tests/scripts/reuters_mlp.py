"""Newswires as bags of words."""

import numpy as np

np.random.seed(1337)

from keras.datasets import reuters
from keras.layers import Activation, Dense, Dropout
from keras.models import Sequential
from keras.preprocessing.text import Tokenizer
from keras.utils import np_utils

max_words = 80

(X_train, y_train), (X_test, y_test) = reuters.load_data(nb_words=max_words, test_split=0.2)
nb_classes = int(np.max(y_train)) + 1
print(nb_classes, "classes, word index of 'the':", reuters.get_word_index()["the"])
tokenizer = Tokenizer(nb_words=max_words)
X_train = tokenizer.sequences_to_matrix(X_train, mode="binary")
X_test = tokenizer.sequences_to_matrix(X_test, mode="binary")
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)

model = Sequential()
model.add(Dense(64, input_shape=(max_words,)))
model.add(Activation("relu"))
model.add(Dropout(0.5))
model.add(Dense(nb_classes))
model.add(Activation("softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X_train, Y_train, nb_epoch=10, batch_size=8, verbose=1, validation_split=0.1)
score = model.evaluate(X_test, Y_test, batch_size=8, verbose=1)
print("Test score:", score[0])
print("Test accuracy:", score[1])
