"""Reads the headers of HDF5 objects for the one thing that the library does not tell: how long
strings of variable length claim to be.

The library learns the length by making room for it, up to 4 GiB a string, and notices only then
that the file does not hold so much. The layout is that of the "HDF5 File Format Specification",
sections IV.A.1 (object headers), IV.A.2.m (attributes) and III.E (global heap identifiers).
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import h5py

from pronghorn.errors import ModelFileError

ATTRIBUTE, CONTINUATION = 0x0C, 0x10
MOST_CHUNKS, MOST_BYTES = 10_000, 2**27

_HEAP_ID = struct.Struct("<IQI")
"""Length, address of the heap, index in it."""


def string_lengths(thing: h5py.Group, name: str) -> list[int] | None:
    """The claimed length of each string of an attribute of strings of variable length.

    None if the attribute is not in the object's header: HDF5 moves the attributes of objects that
    have many, or very long ones, elsewhere.

    Raises:
        ModelFileError: the header is damaged.
    """
    address = h5py.h5o.get_info(thing.id).addr
    try:
        data = _attribute_data(_HeaderReader(thing.file), address, name.encode())
    except (struct.error, IndexError):
        raise ModelFileError(f"the header of {thing.name!r} is damaged") from None
    if data is None:
        return None
    whole = len(data) // _HEAP_ID.size * _HEAP_ID.size
    return [length for length, _, _ in _HEAP_ID.iter_unpack(data[:whole])]


class _HeaderReader:
    """Bytes of an open file by address; there may be fewer than asked for."""

    def __init__(self, file: h5py.File) -> None:
        creation = file.id.get_create_plist()
        if creation.get_sizes() != (8, 8):
            raise ModelFileError("its addresses are not of 8 bytes, as those of model files are")
        self.file = file
        self.base = creation.get_userblock()

    def read(self, address: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self.file.id.get_vfd_handle(), size, self.base + address)
        with Path(self.file.filename).open("rb") as again:  # Windows
            again.seek(self.base + address)
            return again.read(size)


def _attribute_data(reader: _HeaderReader, address: int, name: bytes) -> bytes | None:
    old = reader.read(address, 4) != b"OHDR"
    messages = _old_messages(reader, address) if old else _new_messages(reader, address)
    for kind, body in messages:
        if kind == ATTRIBUTE:
            found, data = _split_attribute(body)
            if found == name:
                return data
    return None


def _old_messages(reader: _HeaderReader, address: int) -> Iterator[tuple[int, bytes]]:
    """Type and body of each message of a version 1 header."""
    (size,) = struct.unpack("<I", reader.read(address + 8, 4))
    chunks = [(address + 16, size)]
    for start, length in _bounded(chunks):
        data = reader.read(start, length)
        at = 0
        while at + 8 <= len(data):
            kind, size = struct.unpack_from("<HH", data, at)
            body = data[at + 8 : at + 8 + size]
            at += 8 + size
            if kind == CONTINUATION:
                chunks.append(struct.unpack("<QQ", body[:16]))
            yield kind, body


def _new_messages(reader: _HeaderReader, address: int) -> Iterator[tuple[int, bytes]]:
    """Type and body of each message of a version 2 header."""
    flags = reader.read(address, 6)[5]
    at = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = int.from_bytes(reader.read(address + at, width), "little")
    prefix = 6 if flags & 0x04 else 4
    chunks = [(address + at + width, size)]
    for start, length in _bounded(chunks):
        data = reader.read(start, length)
        at = 0
        while at + prefix <= len(data):
            kind, size = struct.unpack_from("<BH", data, at)
            body = data[at + prefix : at + prefix + size]
            at += prefix + size
            if kind == CONTINUATION:
                start_of, whole = struct.unpack("<QQ", body[:16])
                # Between a signature and a checksum of 4 bytes each.
                chunks.append((start_of + 4, whole - 8))
            yield kind, body


def _bounded(chunks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The chunks of a header, to which the caller appends while it goes through them."""
    for number, (start, length) in enumerate(chunks):
        if number > MOST_CHUNKS or not 0 <= length < MOST_BYTES or start >= 2**62:
            raise ModelFileError("an object's header is damaged")
        yield start, length


def _split_attribute(body: bytes) -> tuple[bytes, bytes]:
    """Name and data of an attribute message of any version."""
    version, _, name_size, type_size, space_size = struct.unpack_from("<BBHHH", body)
    at = 9 if version == 3 else 8
    sizes = [name_size, type_size, space_size]
    if version == 1:
        sizes = [-(-size // 8) * 8 for size in sizes]
    name = body[at : at + name_size].rstrip(b"\0")
    return name, body[at + sum(sizes) :]
