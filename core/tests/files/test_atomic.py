"""A file is replaced as a whole or not at all."""

import os
import re
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from pronghorn.errors import ModelFileError
from pronghorn.files.atomic import SUFFIX, replacing


def partials(folder):
    return [path.name for path in folder.iterdir() if path.name.endswith(SUFFIX)]


def write(path, data, **options):
    with replacing(path, **options) as sink:
        sink.write(data)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if made.returncode:
        pytest.skip(f"mounting a tmpfs is not permitted: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_new_file_holds_what_was_written(tmp_path):
    write(tmp_path / "a.h5", b"one")
    assert (tmp_path / "a.h5").read_bytes() == b"one"
    assert partials(tmp_path) == []


def test_old_file_is_there_until_the_block_ends(tmp_path):
    target = tmp_path / "a.h5"
    target.write_bytes(b"old")
    with replacing(target) as sink:
        sink.write(b"new")
        assert target.read_bytes() == b"old"
        assert len(partials(tmp_path)) == 1
    assert target.read_bytes() == b"new"


def test_exception_in_the_block_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.h5"
    target.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(target) as sink:
        sink.write(b"new")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.h5"]


def test_overwrite_false_refuses_an_existing_file(tmp_path):
    target = tmp_path / "a.h5"
    target.write_bytes(b"old")
    message = f"{target} exists: pass overwrite=True to replace it, or give another path"
    with pytest.raises(ModelFileError, match=re.escape(message)):
        write(target, b"new", overwrite=False)
    assert target.read_bytes() == b"old"


def test_overwrite_false_notices_a_file_made_meanwhile(tmp_path):
    target = tmp_path / "a.h5"
    with pytest.raises(ModelFileError, match="exists"), replacing(target, overwrite=False) as sink:
        sink.write(b"new")
        target.write_bytes(b"someone else's")
    assert target.read_bytes() == b"someone else's"
    assert partials(tmp_path) == []


def test_full_disk_leaves_the_old_file_whole(small_disk):
    target = small_disk / "a.h5"
    target.write_bytes(b"old" * 1000)
    with pytest.raises(ModelFileError) as caught:
        write(target, bytes(200_000))
    assert str(caught.value) == (
        f"cannot write {target}: No space left on device; the file that was there is unchanged"
    )
    assert target.read_bytes() == b"old" * 1000
    assert os.listdir(small_disk) == ["a.h5"]


def test_full_disk_without_an_old_file_leaves_nothing(small_disk):
    target = small_disk / "a.h5"
    with pytest.raises(ModelFileError) as caught:
        write(target, bytes(200_000))
    assert str(caught.value) == f"cannot write {target}: No space left on device"
    assert os.listdir(small_disk) == []


def test_folder_below_a_file(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    target = tmp_path / "file" / "a.h5"
    with pytest.raises(ModelFileError) as caught:
        write(target, b"new")
    assert str(caught.value) == f"cannot write {target}: {tmp_path / 'file'} is not a folder"


def test_missing_folder(tmp_path):
    target = tmp_path / "nowhere" / "a.h5"
    with pytest.raises(ModelFileError, match="nowhere is not a folder"):
        write(target, b"new")


def test_target_is_a_folder(tmp_path):
    with pytest.raises(ModelFileError) as caught:
        write(tmp_path, b"new")
    assert str(caught.value) == f"cannot write {tmp_path}: it exists and is not a regular file"


def test_device_files_are_not_replaced():
    with pytest.raises(ModelFileError, match="not a regular file"):
        write("/dev/null", b"new")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_read_only_file_system(tmp_path):
    """/proc takes no new files, not even from root."""
    if not Path("/proc/self").is_dir():
        pytest.skip("there is no /proc")
    with pytest.raises(ModelFileError, match=r"^cannot write /proc/[0-9]+/a\.h5: "):
        write("/proc/self/a.h5", b"new")


def test_write_protected_file(tmp_path, monkeypatch):
    target = tmp_path / "a.h5"
    target.write_bytes(b"old")
    # Root may write to any file, so that a mode alone would not do.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(ModelFileError, match="the file is write-protected"):
        write(target, b"new")


def test_permissions_are_kept(tmp_path):
    target = tmp_path / "a.h5"
    target.write_bytes(b"old")
    target.chmod(0o640)
    write(target, b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_new_file_has_the_permissions_that_open_gives(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write(tmp_path / "a.h5", b"new")
    assert (tmp_path / "a.h5").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_symbolic_link_is_followed(tmp_path):
    (tmp_path / "real.h5").write_bytes(b"old")
    (tmp_path / "link.h5").symlink_to("real.h5")
    write(tmp_path / "link.h5", b"new")
    assert (tmp_path / "link.h5").is_symlink()
    assert (tmp_path / "real.h5").read_bytes() == b"new"


def test_longest_name_that_the_file_system_takes(tmp_path):
    target = tmp_path / ("n" * 252 + ".h5")
    write(target, b"new")
    assert target.read_bytes() == b"new"


def test_what_a_killed_save_left_is_removed_by_the_next(tmp_path):
    left = tmp_path / f".a[1].h5.0badc0de{SUFFIX}"
    left.write_bytes(b"half")
    other = tmp_path / f".b.h5.0badc0de{SUFFIX}"
    other.write_bytes(b"half")
    write(tmp_path / "a[1].h5", b"new")
    assert partials(tmp_path) == [other.name]


def test_two_saves_at_a_time_do_not_disturb_each_other(tmp_path):
    target = tmp_path / "a.h5"
    first_open, second_done = threading.Event(), threading.Event()

    def second():
        first_open.wait(10)
        write(target, b"second")
        second_done.set()

    thread = threading.Thread(target=second)
    thread.start()
    with replacing(target) as sink:
        sink.write(b"first")
        first_open.set()
        assert second_done.wait(10)
        assert target.read_bytes() == b"second"
    thread.join()
    assert target.read_bytes() == b"first"
    assert partials(tmp_path) == []
