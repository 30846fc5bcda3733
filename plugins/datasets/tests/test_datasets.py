"""The loaders, on small files of the original formats."""

import gzip
import hashlib
import io
import json
import pickle
import struct
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from pronghorn import backend, datasets
from pronghorn.datasets import (
    boston_housing,
    cifar10,
    cifar100,
    digits,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from pronghorn.errors import DatasetError

RANDOM = np.random.RandomState(0)
IMAGES = [RANDOM.randint(0, 256, (n, 28, 28)).astype(np.uint8) for n in (5, 3)]
LABELS = [np.arange(5, dtype=np.uint8), np.array([9, 8, 7], np.uint8)]
IDX_NAMES = [file.name for file in mnist.SOURCE.downloads]


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def idx_files(packed=True):
    """Contents of the four files by name."""
    arrays = (IMAGES[0], LABELS[0], IMAGES[1], LABELS[1])
    if packed:
        return {name: gzip.compress(idx(a)) for name, a in zip(IDX_NAMES, arrays, strict=True)}
    return {name[:-3]: idx(a) for name, a in zip(IDX_NAMES, arrays, strict=True)}


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


IMAGES_NPZ = npz(x_train=IMAGES[0], y_train=LABELS[0], x_test=IMAGES[1], y_test=LABELS[1])


def served(monkeypatch, server, module, files, source="SOURCE"):
    """Have the module download these files from the local server."""
    for name, data in files.items():
        server.files[f"/{module.__name__}/{name}"] = data
    downloads = tuple(
        replace(
            file,
            address=f"{server.address}/{module.__name__}",
            checksum=hashlib.sha256(files.get(file.name, b"")).hexdigest(),
        )
        for file in getattr(module, source).downloads
    )
    monkeypatch.setattr(module, source, replace(getattr(module, source), downloads=downloads))


def assert_small_images(loaded):
    for (x, y), images, labels in zip(loaded, IMAGES, LABELS, strict=True):
        np.testing.assert_array_equal(x, images)
        np.testing.assert_array_equal(y, labels)
        assert x.dtype == y.dtype == np.uint8


@pytest.mark.parametrize("module", [mnist, fashion_mnist])
def test_idx_files_are_downloaded_once(module, server, monkeypatch, tmp_path):
    served(monkeypatch, server, module, idx_files())
    assert_small_images(module.load_data())
    name = module.__name__.rpartition(".")[2]
    assert len(list((tmp_path / "cache" / "datasets" / name).iterdir())) == 4
    assert_small_images(module.load_data())
    assert len(server.asked) == 4


def test_a_download_that_was_broken_off_is_taken_up_again(server, monkeypatch):
    files = idx_files()
    served(monkeypatch, server, mnist, files)
    del server.files[f"/{mnist.__name__}/{IDX_NAMES[2]}"]
    with pytest.raises(DatasetError, match="404"):
        mnist.load_data()
    server.files[f"/{mnist.__name__}/{IDX_NAMES[2]}"] = files[IDX_NAMES[2]]
    server.asked.clear()
    assert_small_images(mnist.load_data())
    assert len(server.asked) == 2


def test_a_wrong_download_is_an_error_and_not_kept(server, monkeypatch, tmp_path):
    served(monkeypatch, server, mnist, idx_files())
    server.files[f"/{mnist.__name__}/{IDX_NAMES[0]}"] = b"<html>log in first</html>"
    with pytest.raises(DatasetError, match="checksum is not"):
        mnist.load_data()
    assert not list((tmp_path / "cache" / "datasets" / "mnist").iterdir())


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("place", ["", "mnist", "MNIST/raw"])
def test_the_folder_of_the_variable_comes_first(packed, place, tmp_path, monkeypatch):
    write(tmp_path / "mine" / place, idx_files(packed))
    write(tmp_path / "cache" / "datasets" / "mnist", dict.fromkeys(IDX_NAMES, b"bad"))
    monkeypatch.setenv("PRONGHORN_DATASETS", str(tmp_path / "mine"))
    assert_small_images(mnist.load_data())


def test_clothes_are_not_taken_from_among_the_digits(tmp_path, monkeypatch):
    write(tmp_path / "mine", idx_files())
    monkeypatch.setenv("PRONGHORN_DATASETS", str(tmp_path / "mine"))
    monkeypatch.setattr(fashion_mnist, "SOURCE", _unreachable(fashion_mnist.SOURCE))
    with pytest.raises(DatasetError, match="fashion_mnist is not here"):
        fashion_mnist.load_data()
    write(tmp_path / "mine" / "fashion-mnist", idx_files())
    assert_small_images(fashion_mnist.load_data())


@pytest.mark.parametrize(
    "form", ["packed folder", "plain folder", "npz file", "npz folder", "dotted"]
)
def test_a_path_is_a_file_or_a_folder(form, tmp_path):
    if form == "npz file":
        path = write(tmp_path / "my", {"other.npz": IMAGES_NPZ}) / "other.npz"
    elif form == "npz folder":
        path = write(tmp_path / "my", {"mnist.npz": IMAGES_NPZ})
    elif form == "dotted":
        files = {name.replace("-idx", ".idx"): data for name, data in idx_files(False).items()}
        path = write(tmp_path / "my", files)
    else:
        path = write(tmp_path / "my", idx_files(form == "packed folder"))
    assert_small_images(mnist.load_data(path))
    assert_small_images(mnist.load_data(str(path)))


@pytest.mark.parametrize("name", ["mnist.pkl.gz", "mnist.npz"])
def test_stock_names_of_keras_mean_the_dataset(name, tmp_path, monkeypatch):
    monkeypatch.setenv("PRONGHORN_DATASETS", str(write(tmp_path / "mine", idx_files())))
    assert_small_images(mnist.load_data(name))


def mine(tmp_path, monkeypatch, files):
    """Put files of these contents into the user's folder."""
    monkeypatch.setenv("PRONGHORN_DATASETS", str(write(tmp_path / "mine", files)))


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_the_pickle_of_keras_1_is_read(protocol, tmp_path, monkeypatch):
    pairs = tuple(zip(IMAGES, LABELS, strict=True))
    data = gzip.compress(pickle.dumps(pairs, protocol))
    mine(tmp_path, monkeypatch, {"mnist.pkl.gz": data})
    assert_small_images(mnist.load_data())
    assert_small_images(mnist.load_data("mnist.pkl.gz"))
    for bad, message in [(pairs[:1], "two pairs"), ((Evil(), 1), "builtins.exec")]:
        mine(tmp_path, monkeypatch, {"mnist.pkl.gz": pickle.dumps(bad)})
        with pytest.raises(DatasetError, match=message):
            mnist.load_data()


def _unreachable(source):
    downloads = tuple(replace(f, address="http://127.0.0.1:9/x") for f in source.downloads)
    return replace(source, downloads=downloads)


@pytest.mark.parametrize(
    "module", [boston_housing, mnist, fashion_mnist, cifar10, cifar100, imdb, reuters]
)
def test_offline_the_error_says_what_where_and_how(module, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "SOURCE", _unreachable(module.SOURCE))
    with pytest.raises(DatasetError) as caught:
        module.load_data()
    message = str(caught.value)
    name = module.__name__.rpartition(".")[2]
    assert f"the dataset {name} is not here" in message
    assert module.SOURCE.downloads[0].name in message
    assert str(tmp_path / "cache" / "datasets" / name) in message
    assert "PRONGHORN_DATASETS names (it is not set)" in message
    assert "load_data(path=...)" in message
    assert "http://127.0.0.1:9/x" in message
    assert "\n" not in message
    assert isinstance(caught.value, OSError)


def test_a_variable_that_names_no_folder_is_pointed_out(monkeypatch, tmp_path):
    monkeypatch.setattr(mnist, "SOURCE", _unreachable(mnist.SOURCE))
    monkeypatch.setenv("PRONGHORN_DATASETS", str(tmp_path / "absent"))
    with pytest.raises(DatasetError, match=r"absent.*no such folder"):
        mnist.load_data()


def test_a_path_that_has_no_dataset_is_an_error(tmp_path):
    with pytest.raises(DatasetError, match=r"'.*absent' does not exist"):
        mnist.load_data(tmp_path / "absent")
    with pytest.raises(DatasetError, match="lacks the files"):
        mnist.load_data(write(tmp_path / "some", {"train-images-idx3-ubyte": b""}))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:-1], r"bytes, but its header promises"),
        (lambda data: b"PK" + data, "is not an IDX file"),
        (lambda data: b"", "is not an IDX file"),
        (lambda data: data[:6], "ends within its header"),
        (lambda data: gzip.compress(data)[:-9], "is damaged"),
        (lambda data: data[:4] + b"\xff" * 12 + data[16:], "header promises"),
    ],
)
def test_damaged_idx_files_are_errors(damage, message, tmp_path):
    files = idx_files(packed=False)
    first = next(iter(files))
    files[first] = damage(files[first])
    with pytest.raises(DatasetError, match=message):
        mnist.load_data(write(tmp_path / "my", files))


def test_images_and_labels_have_to_match(tmp_path):
    files = idx_files(packed=False)
    files["train-labels-idx1-ubyte"] = idx(LABELS[1])
    with pytest.raises(DatasetError, match="do not make a dataset"):
        mnist.load_data(write(tmp_path / "my", files))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no zip", "is damaged, or no npz file"),
        (IMAGES_NPZ[: len(IMAGES_NPZ) // 2], "is damaged, or no npz file"),
        (npz(x_train=IMAGES[0]), "lacks y_train, x_test, y_test: it has x_train"),
    ],
)
def test_damaged_npz_files_are_errors(data, message, tmp_path):
    path = write(tmp_path / "my", {"mnist.npz": data}) / "mnist.npz"
    with pytest.raises(DatasetError, match=message):
        mnist.load_data(path)


def test_digits_are_the_1797_of_the_uci_set():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (x_train.shape, y_train.shape) == ((1438, 8, 8), (1438,))
    assert (x_test.shape, y_test.shape) == ((359, 8, 8), (359,))
    assert x_train.dtype == y_train.dtype == np.uint8
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    # Known facts of the set: counts of the digits, range, sum of all pixels.
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (x.min(), x.max()) == (0, 16)
    assert x.sum() == 561718


def test_the_split_of_the_digits_is_fixed_by_its_seed():
    first, again, other = digits.load_data(), digits.load_data(), digits.load_data(seed=1)
    np.testing.assert_array_equal(first[1][0], again[1][0])
    assert not np.array_equal(first[1][0], other[1][0])
    assert len(digits.load_data(test_split=0)[1][0]) == 0
    with pytest.raises(ValueError, match="test_split"):
        digits.load_data(test_split=1.0)


def cifar_batch(count, seed, **options):
    x = np.random.RandomState(seed).randint(0, 256, (count, 3072)).astype(np.uint8)
    return {b"data": x, b"labels": [i % 10 for i in range(count)], b"batch_label": b"x"}, options


def cifar_batches(protocol=2):
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    return {
        name: pickle.dumps(cifar_batch(4, i)[0], protocol=protocol) for i, name in enumerate(names)
    }


def cifar_archive(batches, mode="w:gz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, data in batches.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def assert_small_cifar(loaded):
    (x_train, y_train), (x_test, y_test) = loaded
    assert (x_train.shape, y_train.shape) == ((20, 32, 32, 3), (20, 1))
    assert (x_test.shape, y_test.shape) == ((4, 32, 32, 3), (4, 1))
    assert x_train.dtype == y_train.dtype == np.uint8
    planes = cifar_batch(4, 5)[0][b"data"].reshape(4, 3, 32, 32)
    np.testing.assert_array_equal(x_test[2, 7, 9], planes[2, :, 7, 9])
    np.testing.assert_array_equal(y_test.ravel(), [0, 1, 2, 3])


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_cifar_is_read_from_its_archive(protocol, server, monkeypatch):
    files = {"cifar-10-python.tar.gz": cifar_archive(cifar_batches(protocol))}
    served(monkeypatch, server, cifar10, files)
    assert_small_cifar(cifar10.load_data())


@pytest.mark.parametrize("place", ["cifar-10-batches-py", "CIFAR10/cifar-10-batches-py", "cifar10"])
def test_cifar_is_read_from_unpacked_folders(place, tmp_path, monkeypatch):
    write(tmp_path / "mine" / place, cifar_batches())
    monkeypatch.setenv("PRONGHORN_DATASETS", str(tmp_path / "mine"))
    assert_small_cifar(cifar10.load_data())
    assert_small_cifar(cifar10.load_data(tmp_path / "mine" / place))


def test_cifar_comes_in_the_ordering_that_is_set(tmp_path):
    path = write(tmp_path / "x", {"a.tar": cifar_archive(cifar_batches(), "w")}) / "a.tar"
    last, _ = cifar10.load_data(path)
    backend.set_image_dim_ordering("th")
    try:
        first, _ = cifar10.load_data(path)
    finally:
        backend.set_image_dim_ordering("tf")
    assert first[0].shape == (20, 3, 32, 32)
    np.testing.assert_array_equal(first[0].transpose(0, 2, 3, 1), last[0])


@pytest.mark.parametrize("place", ["", "cifar-100-python"])
def test_cifar_100_has_fine_and_coarse_labels(place, tmp_path, monkeypatch):
    batches = {}
    for name, count in (("train", 6), ("test", 3)):
        batch = cifar_batch(count, 7)[0]
        batch[b"fine_labels"] = batch.pop(b"labels")
        batch[b"coarse_labels"] = [7] * count
        batches[name] = pickle.dumps(batch, 2)
    write(tmp_path / "mine" / "cifar100" / place, batches)
    monkeypatch.setenv("PRONGHORN_DATASETS", str(tmp_path / "mine"))
    (x_train, y_train), (x_test, _) = cifar100.load_data()
    assert (x_train.shape, x_test.shape) == ((6, 32, 32, 3), (3, 32, 32, 3))
    assert y_train.tolist() == [[i] for i in range(6)]
    assert cifar100.load_data("coarse")[1][1].tolist() == [[7]] * 3
    with pytest.raises(ValueError, match="'fine' or 'coarse', not 'both'"):
        cifar100.load_data("both")


def test_houses_are_split_by_the_seed(tmp_path):
    data = npz(x=np.arange(130.0).reshape(10, 13), y=np.arange(10.0))
    path = write(tmp_path / "my", {"boston_housing.npz": data})
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data(path)
    assert (x_train.shape, x_test.shape) == ((8, 13), (2, 13))
    np.testing.assert_array_equal(np.concatenate([x_train, x_test])[:, 0] / 13, [*y_train, *y_test])
    order = np.arange(10)
    np.random.RandomState(113).shuffle(order)
    assert [*y_train, *y_test] == order.tolist()


class Evil:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code of a pickle was run')",))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data_batch_3": pickle.dumps(Evil())}, "asks for builtins.exec, which is not run"),
        ({"data_batch_3": pickle.dumps({b"labels": [1]})}, "not a batch of CIFAR"),
        ({"data_batch_3": pickle.dumps([1])}, "not a batch of CIFAR"),
        ({"data_batch_3": b"no pickle"}, "damaged, or no pickle"),
        ({"data_batch_3": b""}, "damaged, or no pickle"),
    ],
)
def test_bad_cifar_batches_are_errors(change, message, tmp_path):
    archive = cifar_archive(cifar_batches() | change)
    path = write(tmp_path / "x", {"a.tar.gz": archive}) / "a.tar.gz"
    with pytest.raises(DatasetError, match=message):
        cifar10.load_data(path)


def test_a_bad_cifar_archive_is_an_error(tmp_path):
    batches = cifar_batches()
    good = cifar_archive(batches)
    del batches["data_batch_2"]
    for data, message in [
        (b"no tar", "no tar archive"),
        (good[: len(good) // 2], "is damaged"),
        (cifar_archive(batches), "lacks data_batch_2"),
    ]:
        path = write(tmp_path / "x", {"a.tar.gz": data}) / "a.tar.gz"
        with pytest.raises(DatasetError, match=message):
            cifar10.load_data(path)


def objects(lists):
    array = np.empty(len(lists), object)
    array[:] = lists
    return array


TEXTS = [[1, 20, 3], [4, 5], [6, 7, 8, 9, 10], [2], [11, 12, 13, 14], [15]]
REVIEWS = npz(
    x_train=objects(TEXTS),
    y_train=np.arange(6),
    x_test=objects(TEXTS[::-1]),
    y_test=np.arange(6)[::-1],
)
WIRES = npz(x=objects(TEXTS), y=np.arange(6))


@pytest.fixture
def reviews(tmp_path):
    return write(tmp_path / "text", {"imdb.npz": REVIEWS, "reuters.npz": WIRES})


@pytest.mark.parametrize("protocol", [0, 2])
def test_texts_are_read_from_the_pickles_of_keras_1(protocol, reviews, tmp_path, monkeypatch):
    labels = list(range(6))
    both = ((TEXTS, labels), (TEXTS[::-1], labels[::-1]))
    files = {"imdb_full.pkl": both, "reuters.pkl": (TEXTS, labels)}
    files["imdb_word_index.pkl"] = files["reuters_word_index.pkl"] = {"the": 1, "x": 2}
    mine(tmp_path, monkeypatch, {n: pickle.dumps(held, protocol) for n, held in files.items()})
    for module in (imdb, reuters):
        for found, expected in zip(module.load_data(), module.load_data(reviews), strict=True):
            assert by_label(found) == by_label(expected)
        assert module.get_word_index() == {"the": 1, "x": 2}


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ([1, 2, 3], "does not hold texts and labels"),
        (([[1]], [1, 2]), "1 texts, but labels of shape"),
        ((["ab"], [1]), "does not hold lists of numbers"),
        (([Evil()], [1]), "builtins.exec"),
    ],
)
def test_other_pickles_are_no_texts(held, message, tmp_path, monkeypatch):
    mine(tmp_path, monkeypatch, {"reuters.pkl": pickle.dumps(held)})
    with pytest.raises(DatasetError, match=message):
        reuters.load_data()


def by_label(split):
    return {int(label): text for text, label in zip(*split, strict=True)}


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({}, lambda text: [1] + [w + 3 for w in text]),
        ({"start_char": None, "index_from": 0}, list),
        ({"nb_words": 10}, lambda text: [1] + [w + 3 if w + 3 < 10 else 2 for w in text]),
        ({"num_words": 10}, lambda text: [1] + [w + 3 if w + 3 < 10 else 2 for w in text]),
        (
            {"nb_words": 10, "oov_char": None},
            lambda text: [1] + [w + 3 for w in text if w + 3 < 10],
        ),
        ({"skip_top": 1, "index_from": 0, "start_char": 9}, lambda text: [9, *text]),
    ],
)
def test_words_follow_the_rules(reviews, options, rule):
    expected = {label: rule(text) for label, text in enumerate(TEXTS)}
    train, test = imdb.load_data(reviews, **options)
    assert by_label(train) == by_label(test) == expected
    assert train[0].dtype == object
    assert by_label(reuters.load_data(reviews, test_split=0, **options)[0]) == expected


def test_the_most_frequent_words_can_be_skipped(reviews):
    train, _ = imdb.load_data(reviews, skip_top=8, start_char=None, index_from=0, oov_char=0)
    assert by_label(train)[0] == [0, 20, 0]


def test_texts_of_just_the_greatest_length_are_kept(reviews):
    train, test = imdb.load_data(reviews, maxlen=3)
    assert set(by_label(train)) == set(by_label(test)) == {1, 3, 5}
    with pytest.raises(ValueError, match="larger maxlen"):
        imdb.load_data(reviews, maxlen=1)


def test_the_order_is_fixed_by_the_seed(reviews):
    state = np.random.get_state()[1].copy()
    orders = [imdb.load_data(reviews, seed=seed)[0][1].tolist() for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_newswires_are_split(reviews):
    (x_train, y_train), (x_test, y_test) = reuters.load_data(reviews, test_split=0.5)
    assert len(x_train) == len(y_train) == len(x_test) == len(y_test) == 3
    assert sorted([*y_train, *y_test]) == list(range(6))


@pytest.mark.parametrize("module", [imdb, reuters])
def test_texts_and_word_indices_are_downloaded(module, server, monkeypatch):
    name = module.__name__.rpartition(".")[2]
    files = {f"{name}.npz": REVIEWS if module is imdb else WIRES}
    index = {f"{name}_word_index.json": json.dumps({"the": 1, "naïve": 2}).encode()}
    served(monkeypatch, server, module, files)
    served(monkeypatch, server, module, index, "WORD_INDEX")
    (x_train, _), _ = module.load_data()
    assert len(x_train) > 0
    assert module.get_word_index() == {"the": 1, "naïve": 2}
    assert len(server.asked) == 2


def test_a_damaged_word_index_is_an_error(tmp_path):
    path = write(tmp_path / "x", {"imdb_word_index.json": b"{"}) / "imdb_word_index.json"
    with pytest.raises(DatasetError, match="no JSON file"):
        imdb.get_word_index(path)


def test_code_in_an_array_of_objects_is_not_run(tmp_path):
    path = write(tmp_path / "x", {"r.npz": npz(x=objects([Evil()]), y=np.arange(1))}) / "r.npz"
    with pytest.raises(DatasetError, match=r"builtins\.exec"):
        reuters.load_data(path)


def test_all_datasets_are_listed():
    expected = {
        "boston_housing",
        "cifar10",
        "cifar100",
        "digits",
        "fashion_mnist",
        "imdb",
        "mnist",
        "reuters",
    }
    assert {
        name for name in dir(datasets) if hasattr(getattr(datasets, name), "load_data")
    } == expected
