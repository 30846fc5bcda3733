"""Files that TensorBoard reads: events in TensorFlow's records, written without TensorFlow.

A record is its length, a checksum of that, the data, and a checksum of them (CRC-32C, turned and
shifted). The data are an `Event` in the encoding of protocol buffers; only the fields that are
written here are known here.
"""

import struct
import time
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

BINS = 30
VARINT, DOUBLE, BYTES, FLOAT = 0, 1, 2, 5
"""How protocol buffers write a field."""


class EventFile:
    """An event file being written; every event is flushed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        now = time.time()
        self._file = (folder / f"events.out.tfevents.{now:.6f}.pronghorn").open("xb")
        self._write(_event(now, 0) + _bytes(3, b"brain.Event:2"))

    def add(
        self,
        step: int,
        scalars: Mapping[str, float],
        arrays: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """Write numbers, and the histograms of arrays, by their tags."""
        values = [_bytes(1, tag.encode()) + _float(2, value) for tag, value in scalars.items()]
        for tag, array in (arrays or {}).items():
            values.append(_bytes(1, tag.encode()) + _bytes(5, _histogram(array)))
        summary = b"".join(_bytes(1, value) for value in values)
        self._write(_event(time.time(), step) + _bytes(5, summary))

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, event: bytes) -> None:
        length = struct.pack("<Q", len(event))
        checks = struct.pack("<I", checksum(length)), struct.pack("<I", checksum(event))
        self._file.write(length + checks[0] + event + checks[1])
        self._file.flush()


def checksum(data: bytes) -> int:
    """The checksum of a record's part: its CRC-32C, with the bits turned and a constant added."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(data: bytes) -> int:
    """The cyclic redundancy check with Castagnoli's polynomial (1993)."""
    crc, table = 0xFFFFFFFF, _table()
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        return value

    return tuple(entry(value) for value in range(256))


def _event(wall_time: float, step: int) -> bytes:
    return _double(1, wall_time) + _key(2, VARINT) + _varint(step)


def _histogram(array: np.ndarray) -> bytes:
    values = np.asarray(array, np.float64).ravel()
    values = values[np.isfinite(values)]
    if not values.size:
        return b""
    counts, edges = np.histogram(values, BINS)
    numbers = (values.min(), values.max(), values.size, values.sum(), (values**2).sum())
    head = b"".join(_double(i + 1, float(number)) for i, number in enumerate(numbers))
    return head + _doubles(6, edges[1:]) + _doubles(7, counts)


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _bytes(field: int, data: bytes) -> bytes:
    return _key(field, BYTES) + _varint(len(data)) + data


def _double(field: int, number: float) -> bytes:
    return _key(field, DOUBLE) + struct.pack("<d", number)


def _doubles(field: int, numbers: Iterable[float]) -> bytes:
    return _bytes(field, np.asarray(numbers, "<f8").tobytes())


def _float(field: int, number: float) -> bytes:
    return _key(field, FLOAT) + struct.pack("<f", number)
