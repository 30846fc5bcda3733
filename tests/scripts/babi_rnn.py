"""Questions about small stories, from an archive: story and question in one sequence."""

import re
import tarfile

import numpy as np

np.random.seed(1337)

from keras.layers import Dense, Dropout, recurrent
from keras.layers.embeddings import Embedding
from keras.models import Sequential
from keras.optimizers import Adam
from keras.preprocessing.sequence import pad_sequences
from keras.utils.data_utils import get_file


def tokenize(sentence):
    return [word.strip() for word in re.split(r"(\W+)", sentence) if word.strip()]


def read_stories(file):
    stories, story = [], []
    for line in file.readlines():
        number, line = line.decode("utf-8").strip().split(" ", 1)
        if int(number) == 1:
            story = []
        if "\t" in line:
            question, answer, _ = line.split("\t")
            stories.append((sum(story, []), tokenize(question), answer))
        else:
            story.append(tokenize(line))
    return stories


path = get_file("babi-tasks-v1-2.tar.gz", origin="https://localhost/babi_tasks_1-20_v1-2.tar.gz")
with tarfile.open(path) as tar:
    train = read_stories(tar.extractfile("tasks_1-20_v1-2/en/qa1_single-supporting-fact_train.txt"))
    test = read_stories(tar.extractfile("tasks_1-20_v1-2/en/qa1_single-supporting-fact_test.txt"))
words = sorted({word for s, q, answer in train + test for word in s + q + [answer]})
numbers = dict((word, i + 1) for i, word in enumerate(words))
longest = max(len(story + question) for story, question, _ in train + test)


def vectorize(stories):
    X = [[numbers[word] for word in story + question] for story, question, _ in stories]
    Y = np.zeros((len(stories), len(words) + 1))
    Y[np.arange(len(stories)), [numbers[answer] for _, _, answer in stories]] = 1
    return pad_sequences(X, maxlen=longest), Y


X, Y = vectorize(train)
tX, tY = vectorize(test)
RNN = recurrent.GRU
model = Sequential()
model.add(Embedding(len(words) + 1, 24, input_length=longest, mask_zero=True))
model.add(Dropout(0.1))
model.add(RNN(32, return_sequences=False))
model.add(Dense(len(words) + 1, activation="softmax"))
model.compile(optimizer=Adam(lr=0.01), loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(X, Y, batch_size=8, nb_epoch=40, validation_split=0.05, verbose=2)
loss, acc = model.evaluate(tX, tY, batch_size=8)
print("Test accuracy:", acc)
