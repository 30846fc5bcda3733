"""TensorBoard: its files, taken apart as the format says."""

import struct
from types import SimpleNamespace

import numpy as np
import pytest

from pronghorn.callbacks import TensorBoard
from pronghorn.callbacks.event_file import checksum, crc32c

WEIGHTS = np.arange(-5.0, 7.0).reshape(3, 4)


def test_checksums_are_those_of_the_standard():
    # RFC 3720, appendix B.4; TensorFlow turns and shifts them.
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    turned = 0x8A9136AA >> 15 | (0x8A9136AA << 17) & 0xFFFFFFFF
    assert checksum(bytes(32)) == (turned + 0xA282EAD8) % 2**32


def records(path):
    data = path.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        assert struct.unpack("<I", data[8:12]) == (checksum(data[:8]),)
        event, data = data[12 : 12 + length], data[12 + length :]
        assert struct.unpack("<I", data[:4]) == (checksum(event),)
        data = data[4:]
        yield fields(event)


def fields(data):
    """Numbers and values of the fields of a message."""
    found = []
    while data:
        key, data = varint(data)
        size = {1: 8, 5: 4}.get(key & 7)
        if key & 7 == 0:
            value, data = varint(data)
        else:
            if size is None:
                size, data = varint(data)
            value, data = data[:size], data[size:]
        found.append((key >> 3, value))
    return found


def varint(data):
    value = 0
    for i, byte in enumerate(data):
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return value, data[i + 1 :]
    raise ValueError(data)


def summary(event):
    """The values of an event by tag."""
    return {
        dict(value)[1].decode(): dict(value)
        for value in (fields(v) for _, v in fields(dict(event)[5]))
    }


def written(folder):
    (path,) = folder.iterdir()
    assert path.name.startswith("events.out.tfevents.")
    return list(records(path))


def test_epochs_are_written(run, tmp_path):
    run([TensorBoard(tmp_path / "logs")], [{"loss": 0.5, "val_acc": 0.25}, {"loss": -0.125}] * 100)
    head, *events = written(tmp_path / "logs")
    assert dict(head)[3] == b"brain.Event:2"
    assert [dict(event)[2] for event in events] == list(range(200))
    first = summary(events[0])
    assert {tag: struct.unpack("<f", v[2])[0] for tag, v in first.items()} == {
        "loss": 0.5,
        "val_acc": 0.25,
    }


def test_histograms_of_weights(run, model, tmp_path):
    weight = SimpleNamespace(name="dense_1_W", value=WEIGHTS)
    model.layers = [SimpleNamespace(weights=[weight])]
    run([TensorBoard(tmp_path / "logs", histogram_freq=2)], [{"loss": 1.0}] * 3)
    _, *events = written(tmp_path / "logs")
    assert ["dense_1_W" in summary(event) for event in events] == [True, False, True]
    histogram = dict(fields(summary(events[0])["dense_1_W"][5]))
    numbers = [struct.unpack("<d", histogram[field])[0] for field in range(1, 6)]
    assert numbers == [-5, 6, 12, WEIGHTS.sum(), (WEIGHTS**2).sum()]
    limits, counts = np.frombuffer(histogram[6]), np.frombuffer(histogram[7])
    assert limits[-1] == 6
    assert (counts[limits < 0].sum(), counts.sum()) == (5, 12)


def test_a_folder_that_cannot_be_made(run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        run([TensorBoard(tmp_path / "file" / "logs")], [{"loss": 1.0}])
