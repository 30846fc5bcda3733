"""The cache of compiled kernels: found again, never stale, and harmless whatever happens to it."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from pronghorn.devices import generated
from pronghorn.devices.function import Function
from pronghorn.devices.kernels.cpu import map_forward
from pronghorn.errors import FunctionError

TEXT = "def seven(x):\n    x[0] = 7\n"
SIGNATURE = "void(int64[::1])"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and as in a new process nothing loaded from it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("PRONGHORN_CACHE", str(folder))
    monkeypatch.setattr(generated, "_built", {})
    return folder


class Compiler:
    """Compiles with Numba and counts what came from its cache."""

    def __init__(self):
        self.compiled = self.loaded = self.uncached = 0

    def __call__(self, module, cached):
        from numba import njit

        made = njit(SIGNATURE, cache=cached)(module.seven)
        hits = sum(made.stats.cache_hits.values()) if cached else 0
        self.loaded += hits
        self.compiled += 1 - hits
        self.uncached += not cached
        return made

    def build(self, text=TEXT, key=()):
        generated._built.clear()
        made = generated.build("seven", text, key, self)
        x = np.zeros(1, np.int64)
        made(x)
        return int(x[0])


def files(cache):
    found = sorted(p for p in (cache / "kernels").rglob("*") if p.is_file())
    return [p for p in found if not p.name.startswith(".lock")]


def test_second_process_finds_it(cache):
    compiler = Compiler()
    assert compiler.build() == 7
    first = files(cache)
    assert [p.suffix for p in first] == [".nbc", ".nbi", ".py", ".sum"]
    assert compiler.build() == 7
    assert (compiler.compiled, compiler.loaded) == (1, 1)
    assert files(cache) == first


def test_same_process_keeps_it(cache):
    compiler = Compiler()
    first = generated.build("seven", TEXT, (), compiler)
    assert generated.build("seven", TEXT, (), compiler) is first


def test_text_and_key_name_the_file(cache, monkeypatch):
    compiler = Compiler()
    compiler.build()
    assert compiler.build(TEXT.replace("7", "8")) == 8
    compiler.build(key=("other option",))
    monkeypatch.setattr(generated, "environment", lambda: "another processor")
    compiler.build()
    assert compiler.compiled == 4
    assert len(list((cache / "kernels").glob("*.py"))) == 4


@pytest.mark.parametrize("suffix", [".nbc", ".nbi", ".py", ".sum"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: b"something else entirely",
        lambda content: content[:-9] + bytes([content[-9] ^ 16]) + content[-8:],
    ],
    ids=["empty", "truncated", "foreign", "flipped"],
)
def test_damaged_file(cache, suffix, damage):
    compiler = Compiler()
    compiler.build()
    before = files(cache)
    (damaged,) = [p for p in before if p.suffix == suffix]
    whole = damaged.read_bytes()
    damaged.write_bytes(damage(whole))
    assert compiler.build() == 7
    assert (compiler.compiled, compiler.loaded, compiler.uncached) == (2, 0, 0)
    assert compiler.build() == 7
    assert compiler.loaded == 1
    assert files(cache) == before


def test_what_nobody_uses_is_removed(cache):
    compiler = Compiler()
    compiler.build()
    long_ago = 1.6e9
    for path in files(cache):
        os.utime(path, (long_ago, long_ago))
    assert compiler.build() == 7  # which is a use
    generated._forget_unused.cache_clear()
    compiler.build(TEXT.replace("7", "8"))
    assert len(files(cache)) == 8
    for path in files(cache):
        os.utime(path, (long_ago, long_ago))
    generated._forget_unused.cache_clear()
    compiler.build(TEXT.replace("7", "9"))
    assert len(files(cache)) == 4


def test_only_the_newest_are_kept(cache, monkeypatch):
    monkeypatch.setattr(generated, "MOST_KERNELS", 2)
    compiler = Compiler()
    for number in range(4):
        compiler.build(TEXT.replace("7", str(number)))
        for path in (cache / "kernels").glob("*.sum"):
            os.utime(path, (path.stat().st_mtime - 100,) * 2)
    generated._forget_unused.cache_clear()
    compiler.build()
    assert len(files(cache)) == 8
    assert compiler.build(TEXT.replace("7", "3")) == 3
    assert compiler.compiled == 5


def test_killed_between_files(cache):
    compiler = Compiler()
    compiler.build()
    for path in files(cache):
        if path.suffix in (".sum", ".nbc"):
            path.unlink()
    assert compiler.build() == 7
    assert compiler.build() == 7
    assert (compiler.compiled, compiler.loaded) == (2, 1)


def test_whole_files_that_numba_refuses(cache, monkeypatch):
    compiler = Compiler()
    compiler.build()
    for path in files(cache):
        if path.suffix == ".nbc":
            path.write_bytes(b"\x80\x04garbage")
    (module,) = (cache / "kernels").glob("*.py")
    generated.seal(module)
    assert compiler.build() == 7
    assert compiler.build() == 7
    assert (compiler.compiled, compiler.loaded) == (2, 1)


def test_folder_that_cannot_be_made(cache):
    cache.write_text("a file where the folder should be")
    compiler = Compiler()
    assert compiler.build() == 7
    assert (compiler.compiled, compiler.uncached) == (1, 1)


def test_disk_full(cache, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generated, "write_whole", full)
    compiler = Compiler()
    assert compiler.build() == 7
    assert compiler.uncached == 1


def test_lock_that_cannot_be_had(cache, monkeypatch):
    def refused(file):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(generated, "_lock", refused)
    compiler = Compiler()
    assert compiler.build() == 7
    assert compiler.uncached == 1


def test_error_in_the_function_is_not_tried_again(cache):
    tried = []

    def refuse(module, cached):
        tried.append(cached)
        raise FunctionError("no")

    with pytest.raises(FunctionError):
        generated.build("seven", TEXT, (), refuse)
    assert tried == [True]


def test_write_whole_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def fails(self, other):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(PermissionError):
        generated.write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"PRONGHORN_CACHE": "/some/where"}, "/some/where"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/pronghorn"),
        ("linux", {}, "/home/me/.cache/pronghorn"),
        ("darwin", {}, "/home/me/Library/Caches/pronghorn"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/pronghorn"),
    ],
)
def test_place_of_the_cache(monkeypatch, platform, environment, expected):
    for name in ("PRONGHORN_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", "USERPROFILE": "/home/me", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert generated.cache_folder() == Path(expected)


PROGRAM = """
    import sys
    sys.path.insert(0, sys.argv[1])
    import numpy as np
    from kernel_of_test import plus
    x = np.zeros(3)
    plus(x)
    print(x[0])
"""


def start(folder, cache):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder)],
        env={**os.environ, "PRONGHORN_CACHE": str(cache), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    return float(out)


@pytest.fixture
def kernel_module(tmp_path):
    (tmp_path / "helper_of_test.py").write_text(
        "AMOUNT = 2\ndef amount(v):\n    return v + AMOUNT\n"
    )
    (tmp_path / "kernel_of_test.py").write_text(
        "from pronghorn.devices.cpu import kernel, prange\n"
        "from helper_of_test import amount\n"
        "@kernel\n"
        "def plus(x):\n"
        "    for i in prange(x.size):\n"
        "        x[i] = amount(x[i])\n"
    )
    return tmp_path


def test_change_in_another_file_is_seen(kernel_module, cache):
    helper = kernel_module / "helper_of_test.py"
    assert finish(start(kernel_module, cache)) == 2
    before = files(cache)
    assert finish(start(kernel_module, cache)) == 2
    assert files(cache) == before
    helper.write_text(helper.read_text().replace("v + AMOUNT", "v - AMOUNT"))
    assert finish(start(kernel_module, cache)) == -2
    helper.write_text(helper.read_text().replace("= 2", "= 5"))
    assert finish(start(kernel_module, cache)) == -5


def test_processes_at_the_same_time(kernel_module, cache):
    processes = [start(kernel_module, cache) for _ in range(4)]
    assert [finish(p) for p in processes] == [2] * 4
    modules = list((cache / "kernels").glob("plus_*.py"))
    assert len(modules) == 1
    assert generated._whole(modules[0])


def test_sources_of_imported_modules(monkeypatch):
    first = generated.sources("pronghorn.devices.random_lanes")
    assert generated.sources("numba") == generated.sources("numpy.random") == ""
    seen = []
    generated.sources.cache_clear()
    monkeypatch.setattr(generated, "digest", lambda *texts: seen.extend(texts) or first)
    generated.sources("pronghorn.devices.random_lanes")
    names = {text.split("\n")[0] for text in seen}
    expected = {f"pronghorn.devices.{m}" for m in ("random_lanes", "random", "formulas", "lanes")}
    assert expected <= names
    generated.sources.cache_clear()


def test_equal_kernels_are_one(cache):
    x = np.ones(3, np.float32)
    for _ in range(2):
        map_forward.specialize(f=Function(lambda v: 3 * v))(x, x.copy())
    assert len(list((cache / "kernels").glob("map_forward*.py"))) == 1
