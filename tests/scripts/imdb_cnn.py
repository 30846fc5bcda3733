"""Reviews by a convolution over words and the largest of its answers."""

import numpy as np

np.random.seed(1337)

from keras.datasets import imdb
from keras.layers import Activation, Convolution1D, Dense, Dropout, Embedding, GlobalMaxPooling1D
from keras.models import Sequential
from keras.preprocessing import sequence

max_features = 60
maxlen = 20

(X_train, y_train), (X_test, y_test) = imdb.load_data(nb_words=max_features)
X_train = sequence.pad_sequences(X_train, maxlen=maxlen)
X_test = sequence.pad_sequences(X_test, maxlen=maxlen)

model = Sequential()
model.add(Embedding(max_features, 12, input_length=maxlen, dropout=0.2))
model.add(
    Convolution1D(
        nb_filter=16, filter_length=3, border_mode="valid", activation="relu", subsample_length=1
    )
)
model.add(GlobalMaxPooling1D())
model.add(Dense(16))
model.add(Dropout(0.2))
model.add(Activation("relu"))
model.add(Dense(1))
model.add(Activation("sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X_train, y_train, batch_size=16, nb_epoch=12, validation_data=(X_test, y_test), verbose=2)
print("Test accuracy:", model.evaluate(X_test, y_test, verbose=0)[1])
