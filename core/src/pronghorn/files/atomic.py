"""Replaces a file as a whole: a reader finds the old one or the new one, whatever happens."""

import glob
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pronghorn.errors import ModelFileError
from pronghorn.files.sink import Sink

try:
    import fcntl
except ImportError:  # Windows, where an open file can be neither deleted nor renamed
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".partial"


@contextmanager
def replacing(path: str | os.PathLike[str], overwrite: bool = True) -> Iterator[Sink]:
    """A writable binary file whose contents become those of `path` when the block ends well.

    The data go to a hidden file beside the target, are flushed to the disk, and are then renamed
    over it. If anything fails the hidden file is removed and the target stays as it was; after a
    kill it is removed by the next save to the same target. Symbolic links are followed, the
    target's permissions are kept.

    Args:
        path: the file to replace or create.
        overwrite: whether an existing file may be replaced. There is no question on the console.

    Raises:
        ModelFileError: the target exists and `overwrite` is false, or it cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        check_target(target, overwrite)
        _remove_abandoned(target)
        with _partial_file(target) as (partial, sink):
            yield sink
            sink.finish()
            # Asked again, because the block may have taken long.
            check_target(target, overwrite)
            if fcntl is None:
                sink.close()
            partial.replace(target)
        _flush_folder(target.parent)
    except ModelFileError:
        raise
    except OSError as error:
        kept = "; the file that was there is unchanged" if target.is_file() else ""
        raise ModelFileError(f"cannot write {target}: {error.strerror or error}{kept}") from error


def check_target(target: Path, overwrite: bool = True) -> None:
    """Raise ModelFileError unless a file can be made at, or put in place of, the target."""
    if not target.parent.is_dir():
        raise ModelFileError(f"cannot write {target}: {target.parent} is not a folder")
    if not target.exists():
        return
    if not target.is_file():
        raise ModelFileError(f"cannot write {target}: it exists and is not a regular file")
    if not overwrite:
        raise ModelFileError(
            f"{target} exists: pass overwrite=True to replace it, or give another path"
        )
    if not os.access(target, os.W_OK):
        raise ModelFileError(f"cannot write {target}: the file is write-protected")


@contextmanager
def _partial_file(target: Path) -> Iterator[tuple[Path, Sink]]:
    partial, descriptor = _create(target)
    try:
        with Sink(descriptor) as sink:
            with suppress(FileNotFoundError):
                partial.chmod(stat.S_IMODE(target.stat().st_mode))
            yield partial, sink
    finally:
        partial.unlink(missing_ok=True)


def _create(target: Path) -> tuple[Path, int]:
    """Create and lock a hidden file beside the target."""
    # The start of a long name, so that the hidden name fits where the name itself fits.
    start = target.name[:40]
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
    while True:
        partial = target.with_name(f".{start}.{secrets.token_hex(4)}{SUFFIX}")
        descriptor = os.open(partial, flags, 0o666)
        # Another save may have taken the file for abandoned before it was locked.
        if _lock(descriptor) and partial.exists():
            return partial, descriptor
        os.close(descriptor)


def _remove_abandoned(target: Path) -> None:
    """Remove what saves of this target left behind when they were killed."""
    for partial in target.parent.glob(glob.escape(f".{target.name[:40]}.") + "*" + SUFFIX):
        # Someone else's, or gone meanwhile: not worth failing a save.
        with suppress(OSError):
            if _is_abandoned(partial):
                partial.unlink()


def _is_abandoned(partial: Path) -> bool:
    if fcntl is None:
        return True
    with partial.open("rb") as file:
        return _lock(file.fileno())


def _lock(descriptor: int) -> bool:
    """Lock an open file for this process's life; False if another process holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _flush_folder(folder: Path) -> None:
    """Have the renaming itself on the disk, where the system lets folders be flushed."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
