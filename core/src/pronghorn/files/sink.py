"""The file object that HDF5 writes into."""

import os
from types import TracebackType
from typing import Self


class Sink:
    """An open file that keeps the first error of a write until `finish` raises it.

    When a write fails, the HDF5 library cannot close its file any more and leaves handles behind
    that fail again at exit. So later writes are dropped, HDF5 closes in peace, and the error,
    a full disk for example, is raised in its plain form afterwards.
    """

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        self._error: OSError | None = None

    def write(self, data: memoryview | bytes) -> int:
        """Write all of `data` at the current position."""
        rest = memoryview(data).cast("B")
        try:
            while rest and self._error is None:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self._error = error
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        """Cut or lengthen the file."""
        try:
            return self._file.truncate(size)
        except OSError as error:
            self._error = self._error or error
            return size or 0

    def readinto(self, buffer: memoryview) -> int:
        """Read from the current position."""
        return self._file.readinto(buffer) or 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The position."""
        return self._file.tell()

    def flush(self) -> None:
        """Nothing is buffered here."""

    def finish(self) -> None:
        """Have everything on the disk, or raise the first OSError that a write met."""
        if self._error is not None:
            raise self._error
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
