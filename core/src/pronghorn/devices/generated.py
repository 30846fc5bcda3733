"""Generated kernel modules in the user's cache folder, each compiled once per machine.

A module's file name holds a hash of everything that its machine code depends on, so a file is
never changed, only added, and what is in the folder is either right or not looked at.
"""

import ast
import contextlib
import hashlib
import importlib
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pronghorn.devices.numba_loading import load_array_library
from pronghorn.errors import FunctionError

LOCKS = 16
UNUSED_SECONDS = 90 * 24 * 3600
MOST_KERNELS = 4000
"""Kernels that are kept, of some 30 kB each."""


def cache_folder() -> Path:
    """Where Pronghorn keeps what it can make again: `PRONGHORN_CACHE`, or the platform's place."""
    chosen = os.environ.get("PRONGHORN_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "pronghorn"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/pronghorn"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pronghorn"


@cache
def environment() -> str:
    """Versions and processor that compiled code depends on."""
    import llvmlite
    import llvmlite.binding as llvm
    import numba
    from numba.core import config

    parts = (
        sys.version, platform.machine(), numba.__version__, llvmlite.__version__,
        llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten(),
        config.CPU_NAME, config.CPU_FEATURES, config.OPT, config.BOUNDSCHECK,
    )  # fmt: skip
    return "\n".join(map(str, parts))


def digest(*parts: str) -> str:
    """A short hash for a file name."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


@cache
def sources(module: str) -> str:
    """A hash of the text of a module and of all modules of its package that it imports."""
    package = module.split(".")[0]
    if package in ("numba", "numpy"):
        return ""
    importlib.import_module(module)
    texts: dict[str, str] = {}
    _gather(module, package, texts)
    return digest(*(f"{name}\n{text}" for name, text in sorted(texts.items())))


def _gather(module: str, package: str, texts: dict[str, str]) -> None:
    loaded = sys.modules.get(module)
    file = getattr(loaded, "__file__", None)
    if module in texts or file is None:
        return
    texts[module] = Path(file).read_text(encoding="utf-8")
    for name in _imported(loaded, texts[module]):
        if name.startswith(f"{package}."):
            _gather(name, package, texts)


def _imported(module: Any, text: str) -> set[str]:
    """What the import statements of a module name.

    Not what is found in it: a package has all of its modules that anyone has imported so far.
    """
    names: set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            bound = (vars(module).get(alias.asname or alias.name) for alias in node.names)
            names.update([node.module, *(b.__name__ for b in bound if isinstance(b, ModuleType))])
    return names


Compile = Callable[[ModuleType, bool], Any]
"""Compiles a loaded module's kernel, with Numba's disk cache or without."""


def build(name: str, text: str, key: Sequence[str], compiled: Compile) -> Any:
    """The compiled kernel of a generated module, from the cache folder if it is there.

    Args:
        name: of the kernel.
        text: of the module.
        key: whatever else the machine code depends on.
        compiled: makes the kernel of the loaded module; told whether the disk cache may be used.
    """
    path = cache_folder() / "kernels" / f"{name}_{digest(text, environment(), *key)}.py"
    if path not in _built:
        _built[path] = _build(path, text, compiled)
    return _built[path]


_built: dict[Path, Any] = {}
"""What this process has compiled or loaded."""


def _build(path: Path, text: str, compiled: Compile) -> Any:
    load_array_library()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = _cached(path, text, compiled)
        return _compiled_into_cache(path, text, compiled) if made is None else made
    except FunctionError:
        raise
    except Exception:
        # Whatever is the matter with the cache, a kernel can do without it.
        return compiled(_load(f"<{path.stem}>", path.stem, text), False)


def _cached(path: Path, text: str, compiled: Compile) -> Any:
    """The kernel as the cache holds it, None if it does not, or not whole."""
    if not _whole(path):
        return None
    try:
        made = compiled(_load(str(path), path.stem, text), True)
    except Exception:
        return None
    with contextlib.suppress(OSError):
        os.utime(path.with_suffix(".sum"))  # says when it was last used
    return made


def _compiled_into_cache(path: Path, text: str, compiled: Compile) -> Any:
    with _locked(path):
        made = _cached(path, text, compiled)  # by whoever held the lock before
        if made is not None:
            return made
        for stale in _products(path):
            stale.unlink(missing_ok=True)
        write_whole(path, text.encode())
        made = compiled(_load(str(path), path.stem, text), True)
        seal(path)
    _forget_unused(path.parent)
    return made


@cache
def _forget_unused(folder: Path) -> None:
    """Remove what no process has loaded for months: kernels of other versions, of experiments."""
    with contextlib.suppress(OSError):
        used = {path: path.stat().st_mtime for path in folder.glob("*.sum")}
        newest = sorted(used, key=lambda path: used[path], reverse=True)
        old = [path for path in newest if time.time() - used[path] > UNUSED_SECONDS]
        for path in {*newest[MOST_KERNELS:], *old}:
            for file in (*_sealed(path.with_suffix(".py"))[1], path):
                file.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file such that a reader sees all of it or none."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _load(filename: str, stem: str, text: str) -> ModuleType:
    # Numba finds the globals of cached code again by the name of their module.
    module = ModuleType(f"pronghorn_kernel_{stem}")
    module.__file__ = filename
    sys.modules[module.__name__] = module
    exec(compile(text, filename, "exec"), module.__dict__)
    return module


def seal(path: Path) -> None:
    """Write down which files belong to a module, and the checksum of them all."""
    files = [path, *_products(path)]
    names = [str(file.relative_to(path.parent)) for file in files]
    write_whole(path.with_suffix(".sum"), "\n".join([_checksum(files), *names]).encode())


def _whole(path: Path) -> bool:
    checksum, files = _sealed(path)
    try:
        return bool(files) and checksum == _checksum(files)
    except OSError:
        return False


def _sealed(path: Path) -> tuple[str, list[Path]]:
    """The checksum and the files as they were written down; none if they were not."""
    try:
        checksum, *names = path.with_suffix(".sum").read_text().split("\n")
    except (OSError, UnicodeDecodeError):
        return "", []
    return checksum, [path.parent / name for name in names if name.count(os.sep) < 2]


def _products(path: Path) -> list[Path]:
    """What Numba has made of a module. Looks at every file there is: not for each kernel loaded."""
    return sorted((path.parent / "__pycache__").glob(f"{path.stem}.*.nb[ic]"))


def _checksum(files: Sequence[Path]) -> str:
    made = hashlib.sha256()
    for file in files:
        made.update(file.read_bytes())
    return made.hexdigest()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold one of a few lock files, the same for everyone who wants to write `path`."""
    slot = int(digest(path.name), 16) % LOCKS
    with (path.parent / f".lock{slot}").open("ab") as file:
        _lock(file)
        yield


def _lock(file: Any) -> None:
    # Closing the file gives the lock back, and so does the end of the process.
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
