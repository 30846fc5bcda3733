"""A server with small files, and an environment without datasets of the developer's own."""

import http.server
import threading
from types import SimpleNamespace

import pytest


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        data = self.server.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.files, listening.asked = {}, []
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield SimpleNamespace(
            files=listening.files,
            asked=listening.asked,
            address=f"http://127.0.0.1:{listening.server_port}",
        )
        listening.shutdown()


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("PRONGHORN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PRONGHORN_DATASETS", raising=False)
