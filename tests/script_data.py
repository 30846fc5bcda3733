"""Small datasets in the files of Keras 1, for the scripts of tests/scripts."""

import gzip
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np

GOOD, BAD = range(4, 14), range(14, 24)
"""Word indices of reviews that praise, and of those that do not; others mean nothing."""


def write_datasets(folder: Path) -> None:
    """Write all of them into a folder."""
    rng = np.random.RandomState(0)
    files = {
        "mnist.pkl.gz": gzip.compress(pickle.dumps((digits(rng, 400), digits(rng, 100)), 2)),
        "imdb_full.pkl": pickle.dumps((reviews(rng, 240), reviews(rng, 60)), 2),
        "reuters.pkl": pickle.dumps(newswires(rng, 240), 2),
        "reuters_word_index.pkl": pickle.dumps({"the": 1, "said": 4}, 2),
        "nietzsche.txt": b"Supposing that truth is a woman - what then? " * 20,
        "babi-tasks-v1-2.tar.gz": archive(
            {
                f"tasks_1-20_v1-2/en/qa1_single-supporting-fact_{part}.txt": stories(rng, count)
                for part, count in (("train", 300), ("test", 50))
            }
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "cifar-10-batches-py").mkdir()
    for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
        (folder / "cifar-10-batches-py" / name).write_bytes(pickle.dumps(photographs(rng, 60), 2))


def digits(rng, count):
    """Images with a bright square at one of ten places, which is the class; and noise."""
    y = rng.randint(0, 10, count).astype(np.uint8)
    x = rng.randint(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, label in zip(x, y, strict=True):
        row, column = 14 * (label // 5) + 3, 5 * (label % 5) + 2
        image[row : row + 8, column : column + 5] += 180
    return x, y


def photographs(rng, count):
    """A batch of dark images, each with a band in one of ten colours, which tells the class."""
    labels = rng.randint(0, 10, count)
    colours = np.random.RandomState(1).randint(0, 200, (10, 3))
    x = rng.randint(0, 50, (count, 3, 32, 32))
    x[:, :, 8:24] += colours[labels][:, :, None, None]
    return {b"data": x.reshape(count, 3072).astype(np.uint8), b"labels": labels.tolist()}


def reviews(rng, count):
    """Lists of word indices, each with some words that praise or blame."""
    texts, labels = [], rng.randint(0, 2, count).tolist()
    for label in labels:
        text = rng.randint(24, 70, rng.randint(8, 18))
        telling = rng.choice(GOOD if label else BAD, len(text))
        texts.append(np.where(rng.rand(len(text)) < 0.4, telling, text).tolist())
    return texts, labels


def newswires(rng, count):
    """Lists of word indices on one of four topics, with words of its own."""
    labels = rng.randint(0, 4, count).tolist()
    texts = [[*rng.randint(10 * t + 1, 10 * t + 11, 6), *rng.randint(41, 70, 6)] for t in labels]
    return [[int(word) for word in text] for text in texts], labels


def stories(rng, count):
    """Two sentences each on who went where, and a question, in the lines of the bAbI tasks."""
    names, places = ["Mary", "John", "Sandra"], ["garden", "kitchen", "office"]
    lines = []
    for _ in range(count):
        who, where = rng.permutation(names), rng.permutation(places)
        asked = rng.randint(2)
        lines += [f"{i + 1} {who[i]} went to the {where[i]}." for i in range(2)]
        lines.append(f"3 Where is {who[asked]}? \t{where[asked]}\t{asked + 1}")
    return "\n".join([*lines, ""]).encode()


def archive(files):
    """A packed tar archive of these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()
