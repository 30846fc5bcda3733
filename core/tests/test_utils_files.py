"""utils.data_utils: files from a server that is sometimes bad."""

import hashlib
import http.server
import io
import tarfile
import threading

import pytest

from pronghorn.errors import DatasetError
from pronghorn.utils.data_utils import get_file, validate_file

CONTENT = bytes(range(256)) * 3000


def archive(*members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path not in self.server.files:
            self.send_error(404)
            return
        data = self.server.files[self.path]
        self.send_response(200)
        self.send_header("Content-Length", str(len(data) + 10 * self.path.endswith("cut")))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.files, listening.asked = {"/data": CONTENT, "/cut": CONTENT}, []
        listening.address = f"http://127.0.0.1:{listening.server_port}"
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening
        listening.shutdown()


def hashes():
    return [hashlib.new(name, CONTENT).hexdigest() for name in ("md5", "sha1", "sha256")]


@pytest.mark.parametrize("digits", hashes(), ids=len)
def test_a_file_is_loaded_once_and_checked(server, tmp_path, digits):
    for _ in range(2):
        path = get_file("data.bin", server.address + "/data", md5_hash=digits, cache_dir=tmp_path)
    assert path == str(tmp_path / "datasets" / "data.bin")
    assert (tmp_path / "datasets" / "data.bin").read_bytes() == CONTENT
    assert server.asked == ["/data"]


def test_the_cache_is_the_users(server, tmp_path, monkeypatch):
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path))
    path = get_file("a", server.address + "/data", cache_subdir="here", verbose=0)
    assert path == str(tmp_path / "here" / "a")


@pytest.mark.parametrize("place", ["", "datasets"])
def test_a_file_of_the_users_is_taken_as_it_is(tmp_path, monkeypatch, place):
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "a.txt").write_bytes(b"mine")
    monkeypatch.setenv("PRONGHORN_DATASETS", str(tmp_path))
    path = get_file("a.txt", "http://127.0.0.1:9/x", md5_hash=hashes()[0])
    assert path == str(tmp_path / place / "a.txt")


def test_an_archive_of_the_users_is_unpacked_into_the_cache(tmp_path, monkeypatch):
    (tmp_path / "tales.tar.gz").write_bytes(archive(("tales/one", b"1")))
    monkeypatch.setenv("PRONGHORN_DATASETS", str(tmp_path))
    path = get_file("tales", "http://127.0.0.1:9/x", untar=True, cache_dir=tmp_path / "cache")
    assert path == str(tmp_path / "cache" / "datasets" / "tales")
    assert (tmp_path / "cache" / "datasets" / "tales" / "one").read_bytes() == b"1"


def test_what_cannot_be_loaded_says_where_to_put_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PRONGHORN_DATASETS", str(tmp_path / "mine"))
    with pytest.raises(DatasetError, match=r"Put a file 'a.txt' into .*mine.*cache .*datasets"):
        get_file("a.txt", "http://127.0.0.1:9/x", cache_dir=tmp_path, verbose=0)


def test_a_damaged_file_in_the_cache_is_loaded_again(server, tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "a").write_bytes(b"damaged")
    get_file("a", server.address + "/data", file_hash=hashes()[2], cache_dir=tmp_path)
    assert (tmp_path / "datasets" / "a").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("page", "digits", "message"),
    [
        ("/absent", None, r"cannot download .*/absent: .*404"),
        ("/cut", None, r"cannot download .*/cut: it ended after 768000 of 768010 bytes"),
        ("/data", "0" * 64, r"its sha256 checksum is not 0000"),
    ],
)
def test_a_bad_download_leaves_what_was_there(server, tmp_path, page, digits, message):
    folder = tmp_path / "datasets"
    if digits:
        folder.mkdir()
        (folder / "a").write_bytes(b"old")
    with pytest.raises(DatasetError, match=message):
        get_file("a", server.address + page, file_hash=digits, cache_dir=tmp_path)
    left = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert left == ({"a": b"old"} if digits else {})


def test_a_server_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match=r"cannot download http://127\.0\.0\.1:9/x"):
        get_file("x", "http://127.0.0.1:9/x", cache_dir=tmp_path)


def test_progress_can_be_silenced(server, tmp_path, capsys):
    get_file("a", server.address + "/data", cache_dir=tmp_path, verbose=0)
    assert capsys.readouterr().out == ""
    get_file("b", server.address + "/data", cache_dir=tmp_path)
    assert "768000/768000" in capsys.readouterr().out


def test_an_archive_becomes_a_folder(server, tmp_path):
    server.files["/tar"] = archive(("flowers/rose.txt", b"red"), ("flowers/more/x.txt", b"1"))
    for _ in range(2):
        path = get_file("flowers", server.address + "/tar", untar=True, cache_dir=tmp_path)
    assert path == str(tmp_path / "datasets" / "flowers")
    assert (tmp_path / "datasets/flowers/rose.txt").read_bytes() == b"red"
    assert server.asked == ["/tar"]
    assert sorted(p.name for p in (tmp_path / "datasets").iterdir()) == [
        "flowers",
        "flowers.tar.gz",
    ]


def test_an_archive_without_a_top_folder_becomes_one(server, tmp_path):
    server.files["/tar"] = archive(("a.txt", b"1"), ("b.txt", b"2"))
    get_file("both", server.address + "/tar", untar=True, cache_dir=tmp_path, verbose=0)
    assert (tmp_path / "datasets/both/b.txt").read_bytes() == b"2"


def test_an_archive_cannot_write_outside_its_folder(server, tmp_path):
    server.files["/tar"] = archive(("../../escaped.txt", b"1"))
    with pytest.raises(tarfile.FilterError):
        get_file("evil", server.address + "/tar", untar=True, cache_dir=tmp_path, verbose=0)
    assert not list(tmp_path.rglob("escaped.txt"))


def test_a_checksum_of_no_kind_is_refused(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(ValueError, match="no MD5"):
        validate_file(tmp_path / "a", "abc")
