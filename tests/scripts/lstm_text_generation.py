"""Text, character by character, in the manner of a file that is loaded from the web."""

import random
import sys

import numpy as np

np.random.seed(1337)
random.seed(1337)

from keras.layers import LSTM, Activation, Dense
from keras.models import Sequential
from keras.optimizers import RMSprop
from keras.utils.data_utils import get_file

path = get_file("nietzsche.txt", origin="https://localhost/text-datasets/nietzsche.txt")
text = open(path).read().lower()
print("corpus length:", len(text))
chars = sorted(list(set(text)))
char_indices = dict((c, i) for i, c in enumerate(chars))
indices_char = dict((i, c) for i, c in enumerate(chars))

maxlen = 12
step = 3
sentences = []
next_chars = []
for i in range(0, len(text) - maxlen, step):
    sentences.append(text[i : i + maxlen])
    next_chars.append(text[i + maxlen])
X = np.zeros((len(sentences), maxlen, len(chars)), dtype=bool)
y = np.zeros((len(sentences), len(chars)), dtype=bool)
for i, sentence in enumerate(sentences):
    for t, char in enumerate(sentence):
        X[i, t, char_indices[char]] = 1
    y[i, char_indices[next_chars[i]]] = 1

model = Sequential()
model.add(LSTM(32, input_shape=(maxlen, len(chars))))
model.add(Dense(len(chars)))
model.add(Activation("softmax"))
model.compile(loss="categorical_crossentropy", optimizer=RMSprop(lr=0.01), metrics=["accuracy"])


def sample(preds, temperature=1.0):
    preds = np.log(np.asarray(preds).astype("float64") + 1e-30) / temperature
    preds = np.exp(preds)
    return np.argmax(np.random.multinomial(1, preds / np.sum(preds), 1))


for iteration in range(1, 4):
    model.fit(X, y, batch_size=32, nb_epoch=2, verbose=2)
    start = random.randint(0, len(text) - maxlen - 1)
    for diversity in [0.2, 1.0]:
        sentence = text[start : start + maxlen]
        generated = sentence
        for i in range(10):
            x = np.zeros((1, maxlen, len(chars)))
            for t, char in enumerate(sentence):
                x[0, t, char_indices[char]] = 1.0
            preds = model.predict(x, verbose=0)[0]
            next_char = indices_char[sample(preds, diversity)]
            generated += next_char
            sentence = sentence[1:] + next_char
        sys.stdout.write(repr(generated) + "\n")
        sys.stdout.flush()
print("Test accuracy:", model.evaluate(X, y, verbose=0)[1])
