"""The file object that HDF5 writes into."""

import io
import os
from typing import Any


class Sink(io.RawIOBase):
    """An open file that keeps the first error of a write until `finish` raises it.

    When a write fails, the HDF5 library cannot close its file any more and leaves handles behind
    that fail again at exit. So later writes are dropped, HDF5 closes in peace, and the error,
    a full disk for example, is raised in its plain form afterwards.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        self._error: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all of `data`, bytes or a memoryview, at the current position."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        try:
            while rest and self._error is None:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self._error = error
        return size

    def truncate(self, size: int | None = None) -> int:
        """Cut or lengthen the file."""
        try:
            return self._file.truncate(size)
        except OSError as error:
            self._error = self._error or error
            return size or 0

    def readinto(self, buffer: Any) -> int:
        """Read from the current position."""
        return self._file.readinto(buffer) or 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position."""
        return self._file.tell()

    def readable(self) -> bool:
        """HDF5 reads back what it has written."""
        return True

    def writable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def finish(self) -> None:
        """Have everything on the disk, or raise the first OSError that a write met."""
        if self._error is not None:
            raise self._error
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        self._file.close()
        super().close()
