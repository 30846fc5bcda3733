"""Reviews by the mean of the embeddings of their words and pairs of words."""

import numpy as np

np.random.seed(1337)

from keras.datasets import imdb
from keras.layers import Dense, Embedding, GlobalAveragePooling1D
from keras.models import Sequential
from keras.preprocessing import sequence

max_features = 60
maxlen = 40


def pairs_of(words):
    return zip(words, words[1:])


def with_pairs(texts, numbers):
    return [list(t) + [numbers[p] for p in pairs_of(list(t)) if p in numbers] for t in texts]


(X_train, y_train), (X_test, y_test) = imdb.load_data(nb_words=max_features)
print("Average length:", np.mean(list(map(len, X_train)), dtype=int))
pairs = sorted({pair for text in X_train for pair in pairs_of(list(text))})
numbers = {pair: max_features + i for i, pair in enumerate(pairs)}
X_train = sequence.pad_sequences(with_pairs(X_train, numbers), maxlen=maxlen)
X_test = sequence.pad_sequences(with_pairs(X_test, numbers), maxlen=maxlen)

model = Sequential()
model.add(Embedding(max_features + len(pairs), 16, input_length=maxlen))
model.add(GlobalAveragePooling1D())
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X_train, y_train, batch_size=8, nb_epoch=15, validation_data=(X_test, y_test), verbose=2)
print("Test accuracy:", model.evaluate(X_test, y_test, verbose=0)[1])
