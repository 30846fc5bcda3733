"""Sums of small numbers, read and written as characters."""

import numpy as np

np.random.seed(1337)

from keras.engine.training import slice_X
from keras.layers import Activation, Dense, RepeatVector, TimeDistributed, recurrent
from keras.models import Sequential

RNN = recurrent.LSTM
HIDDEN_SIZE = 48
BATCH_SIZE = 32
LAYERS = 1
DIGITS = 1
MAXLEN = DIGITS + 1 + DIGITS
chars = "0123456789+ "
numbers = dict((c, i) for i, c in enumerate(chars))


def encode(text, length):
    rows = np.zeros((length, len(chars)))
    for i, c in enumerate(text.ljust(length)):
        rows[i, numbers[c]] = 1
    return rows


def decode(rows, calc_argmax=True):
    return "".join(chars[i] for i in (rows.argmax(axis=-1) if calc_argmax else rows))


pairs = [(a, b) for a in range(10) for b in range(10)] * 6
np.random.shuffle(pairs)
X = np.array([encode("%d+%d" % (a, b), MAXLEN) for a, b in pairs], dtype=bool)
y = np.array([encode(str(a + b), DIGITS + 1) for a, b in pairs], dtype=bool)
split_at = int(len(X) - len(X) / 10)
(X_train, X_val) = (slice_X(X, 0, split_at), slice_X(X, split_at))
(y_train, y_val) = (y[:split_at], y[split_at:])

model = Sequential()
model.add(RNN(HIDDEN_SIZE, input_shape=(MAXLEN, len(chars))))
model.add(RepeatVector(DIGITS + 1))
for _ in range(LAYERS):
    model.add(RNN(HIDDEN_SIZE, return_sequences=True))
model.add(TimeDistributed(Dense(len(chars))))
model.add(Activation("softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])

for iteration in range(1, 4):
    model.fit(
        X_train, y_train, batch_size=BATCH_SIZE, nb_epoch=8, validation_data=(X_val, y_val),
        verbose=2,
    )  # fmt: skip
    for i in range(3):
        ind = np.random.randint(0, len(X_val))
        rowX, rowy = X_val[np.array([ind])], y_val[np.array([ind])]
        preds = model.predict_classes(rowX, verbose=0)
        print("Q", decode(rowX[0]), "T", decode(rowy[0]), "A", decode(preds[0], False))
print("Test accuracy:", model.evaluate(X_val, y_val, verbose=0)[1])
