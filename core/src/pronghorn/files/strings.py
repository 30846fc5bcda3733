"""Reads attributes of strings of variable length straight from the file.

The HDF5 library makes room for as many bytes as such a string claims to have, up to 4 GiB, before
it notices that the file does not hold them, and goes round for ever in some damaged heaps. Here
nothing is believed that does not lie within the file.

The layout is that of the "HDF5 File Format Specification": sections IV.A.1 (object headers),
IV.A.2.m (attributes) and III.E (the global heap).
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import h5py

from pronghorn.errors import ModelFileError

ATTRIBUTE, CONTINUATION = 0x0C, 0x10
_HEAP_ID = struct.Struct("<IQI")
"""Length, address of the heap, index in it."""

_HEAP_OBJECT = struct.Struct("<HHIQ")
"""Index, references, nothing, size."""


def read_strings(thing: h5py.Group, name: str, most: int) -> list[bytes] | None:
    """The strings of an attribute, in order.

    None if the attribute is not in the object's header: HDF5 moves the attributes of objects that
    have many, or very long ones, elsewhere.

    Raises:
        ModelFileError: header or heap are damaged, or the strings have more than `most` bytes.
    """
    address = h5py.h5o.get_info(thing.id).addr
    reader = _Reader(thing.file)
    try:
        data = _attribute_data(reader, address, name.encode())
        if data is None:
            return None
        whole = len(data) // _HEAP_ID.size * _HEAP_ID.size
        places = list(_HEAP_ID.iter_unpack(data[:whole]))
        claimed = sum(length for length, _, _ in places)
        if claimed > most:
            raise ModelFileError(f"attribute {name!r} claims {claimed:,} bytes")
        return [_heap_object(reader, *place) for place in places]
    except (struct.error, IndexError):
        raise ModelFileError(f"the header of {thing.name!r} is damaged") from None


class _Reader:
    """Bytes of an open file by address; fewer than asked for at its end."""

    def __init__(self, file: h5py.File) -> None:
        creation = file.id.get_create_plist()
        if creation.get_sizes() != (8, 8):
            raise ModelFileError("its addresses are not of 8 bytes, as those of model files are")
        self.file = file
        self.base = creation.get_userblock()
        self.size = file.id.get_filesize()

    def read(self, address: int, size: int) -> bytes:
        start = self.base + address
        size = max(min(size, self.size - start), 0)
        if hasattr(os, "pread"):
            return os.pread(self.file.id.get_vfd_handle(), size, start) if size else b""
        with Path(self.file.filename).open("rb") as again:  # Windows
            again.seek(start if size else 0)
            return again.read(size)


def _heap_object(reader: _Reader, length: int, address: int, index: int) -> bytes:
    """The object of this index in the collection of the global heap at this address."""
    if length == 0:
        return b""
    signature, size = struct.unpack("<4s4xQ", reader.read(address, 16))
    collection = reader.read(address, size) if signature == b"GCOL" else b""
    at = 16
    while at + _HEAP_OBJECT.size <= len(collection):
        found, _, _, held = _HEAP_OBJECT.unpack_from(collection, at)
        start = at + _HEAP_OBJECT.size
        if found == index and held == length and start + held <= len(collection):
            return collection[start : start + held]
        if found == 0:
            break
        at = start + -(-held // 8) * 8
    raise ModelFileError(f"the file does not hold a string that it lists, of {length:,} bytes")


def _attribute_data(reader: _Reader, address: int, name: bytes) -> bytes | None:
    old = reader.read(address, 4) != b"OHDR"
    messages = _old_messages(reader, address) if old else _new_messages(reader, address)
    for kind, body in messages:
        if kind == ATTRIBUTE:
            found, data = _split_attribute(body)
            if found == name:
                return data
    return None


def _old_messages(reader: _Reader, address: int) -> Iterator[tuple[int, bytes]]:
    """Type and body of each message of a version 1 header."""
    (size,) = struct.unpack("<I", reader.read(address + 8, 4))
    chunks = [(address + 16, size)]
    for data in _bounded(reader, chunks):
        at = 0
        while at + 8 <= len(data):
            kind, size = struct.unpack_from("<HH", data, at)
            body = data[at + 8 : at + 8 + size]
            at += 8 + size
            if kind == CONTINUATION:
                chunks.append(struct.unpack("<QQ", body[:16]))
            yield kind, body


def _new_messages(reader: _Reader, address: int) -> Iterator[tuple[int, bytes]]:
    """Type and body of each message of a version 2 header."""
    flags = reader.read(address, 6)[5]
    at = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    size = int.from_bytes(reader.read(address + at, width), "little")
    prefix = 6 if flags & 0x04 else 4
    chunks = [(address + at + width, size)]
    for data in _bounded(reader, chunks):
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


def _bounded(reader: _Reader, chunks: list[tuple[int, int]]) -> Iterator[bytes]:
    """The data of a header's chunks, to which the caller appends while it goes through them."""
    left = reader.size
    for start, length in chunks:
        left -= max(length, 1)
        if left < 0 or length < 0:
            raise ModelFileError("the header of an object is larger than the file")
        yield reader.read(start, length)


def _split_attribute(body: bytes) -> tuple[bytes, bytes]:
    """Name and data of an attribute message of any version."""
    version, _, name_size, type_size, space_size = struct.unpack_from("<BBHHH", body)
    at = 9 if version == 3 else 8
    sizes = [name_size, type_size, space_size]
    if version == 1:
        sizes = [-(-size // 8) * 8 for size in sizes]
    name = body[at : at + name_size].rstrip(b"\0")
    return name, body[at + sum(sizes) :]
