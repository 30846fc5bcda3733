"""`pronghorn doctor`: what this machine offers, and what is wrong with this installation."""

import math
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from pronghorn.cli.table import columns
from pronghorn.registry import check, packs
from pronghorn.registry.manager import describe

NUMERICS = ("numpy", "numba", "llvmlite", "h5py")
GPU_FILES = (Path("/dev/nvidiactl"), Path("/dev/dxg"))
"""Where Linux, and Linux inside Windows, shows that there is a GPU."""


@dataclass(frozen=True)
class Finding:
    """One line of the report; `wrong` ones make the command fail."""

    subject: str
    text: str
    wrong: bool = False
    name: str = ""
    """Which one of several of this subject, for the last line."""


@click.command(short_help="Show what Pronghorn makes of this machine.")
def doctor() -> None:
    """Show what Pronghorn makes of this machine; exit status 1 if something is wrong."""
    findings = [finding for examine in EXAMINATIONS for finding in _guarded(examine)]
    rows = [("!" if f.wrong else " ", f.subject, f.text) for f in findings]
    click.echo(columns(rows, gap=1))
    wrong = [f"{f.subject} {f.name}".strip() for f in findings if f.wrong]
    if wrong:
        raise click.ClickException(f"something is wrong with: {', '.join(dict.fromkeys(wrong))}.")


def _versions() -> Iterator[Finding]:
    yield Finding("pronghorn", f"{version('pronghorn-core')} in {Path(__file__).parents[1]}")
    yield Finding("python", f"{platform.python_version()} {sys.executable}, {platform.platform()}")
    for name in NUMERICS:
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "is not installed", wrong=True)


def _processor() -> Iterator[Finding]:
    from pronghorn.devices.simd import target

    yield Finding("processor", target.host().describe())


def _threads() -> Iterator[Finding]:
    from pronghorn.devices import threads

    yield Finding("threads", threads.describe())


def _kernels() -> Iterator[Finding]:
    """Compile and run one kernel, and look at the folder where compiled ones are kept."""
    from pronghorn.devices.generated import cache_folder

    folder = cache_folder()
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    yield Finding("kernel cache", f"{folder}, {len(files)} files, {size:.1f} MB")
    if not _is_writable(folder):
        yield Finding(
            "kernel cache",
            "cannot be written, so every process compiles anew: set PRONGHORN_CACHE to a folder "
            "of your own",
            wrong=True,
        )
    yield Finding("kernels", _try_kernel())


def _try_kernel() -> str:
    import numpy as np

    from pronghorn import devices
    from pronghorn.devices import kernels
    from pronghorn.devices.function import Function

    x = np.linspace(-3, 3, 1000, dtype=np.float32)
    y = np.empty_like(x)
    start = time.perf_counter()
    kernels.map_forward.specialize(f=Function(_hyperbolic)).on(devices.get("cpu"))(x, y)
    milliseconds = 1e3 * (time.perf_counter() - start)
    error = max(abs(math.tanh(float(at)) - float(found)) for at, found in zip(x, y, strict=True))
    if error > 1e-6:
        raise ArithmeticError(f"tanh is wrong by {error:.1e}")
    return f"one compiled or loaded, run and checked in {milliseconds:.0f} ms"


def _hyperbolic(x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return math.tanh(x)


def _cuda() -> Iterator[Finding]:
    from pronghorn import devices
    from pronghorn.errors import DeviceError

    try:
        device = devices.get("cuda")
    except DeviceError as error:
        wanted = os.environ.get("PRONGHORN_DEVICE") == "cuda"
        expected = wanted or any(file.exists() for file in GPU_FILES)
        yield Finding("cuda", f"no: {error}", wrong=expected)
    else:
        yield Finding("cuda", str(device))


def _packs() -> Iterator[Finding]:
    for pack in packs.installed():
        problems = check.check(pack)
        state = "switched off" if pack.disabled else "ok"
        if not problems:
            yield Finding("pack", f"{pack.name} {pack.version}: {state}")
        for problem in problems:
            yield Finding("pack", str(problem), wrong=True, name=pack.name)


EXAMINATIONS = (_versions, _processor, _threads, _kernels, _cuda, _packs)


def _guarded(examine: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of an examination; its own failure is one."""
    try:
        yield from examine()
    except Exception as error:
        yield Finding(examine.__name__.strip("_"), describe(error), wrong=True)


def _is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, or the folder itself where it is not there yet."""
    existing = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    return existing.is_dir() and os.access(existing, os.W_OK)
