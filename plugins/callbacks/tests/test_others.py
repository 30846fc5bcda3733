"""LambdaCallback, RemoteMonitor, and what holds for all callbacks of the pack."""

import http.server
import json
import threading
from urllib.parse import parse_qs

import numpy as np
import pytest

from pronghorn import registry
from pronghorn.callbacks import LambdaCallback, RemoteMonitor
from pronghorn.components.callback import Callback

NEEDED = {"ModelCheckpoint": {"filepath": "m.h5"}, "CSVLogger": {"filename": "log.csv"}}


def test_functions_are_called_with_what_they_expect(run):
    calls = []
    callback = LambdaCallback(
        on_train_begin=lambda logs: calls.append("train begin"),
        on_epoch_begin=lambda epoch, logs: calls.append(("epoch begin", epoch)),
        on_batch_end=lambda batch, logs: calls.append(("batch end", batch, logs["loss"])),
        on_epoch_end=lambda epoch, logs: calls.append(("epoch end", logs["val_loss"])),
        on_train_end=lambda logs: calls.append("train end"),
        colour="blue",
    )
    run([callback], [{"val_loss": 4.0}], [(8, {"loss": 2.0})])
    assert calls == [
        "train begin",
        ("epoch begin", 0),
        ("batch end", 0, 2.0),
        ("epoch end", 4.0),
        "train end",
    ]
    assert callback.colour == "blue"


def test_hooks_that_are_not_given_are_not_listened_to():
    callback = LambdaCallback(on_epoch_end=print)
    assert callback.listens_to("on_epoch_end")
    assert not callback.listens_to("on_batch_end")


@pytest.fixture
def server():
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.append((self.path, parse_qs(body), self.headers["X-Key"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}", received
        listening.shutdown()


def test_epochs_are_posted_as_a_form(run, server):
    root, received = server
    monitor = RemoteMonitor(root, path="/epochs", field="record", headers={"X-Key": "k"})
    run([monitor], [{"loss": np.float32(0.5), "parts": np.array([1, 2])}])
    ((path, form, key),) = received
    assert (path, key) == ("/epochs", "k")
    assert json.loads(form["record"][0]) == {"epoch": 0, "loss": 0.5, "parts": [1, 2]}


def test_a_server_that_is_not_there_costs_a_warning(run):
    with pytest.warns(RuntimeWarning, match="could not reach http://127.0.0.1:9/x"):
        finished = run([RemoteMonitor("http://127.0.0.1:9", path="/x")], [{"loss": 1.0}])
    assert len(finished) == 1


@pytest.mark.parametrize("entry", registry.entries("callbacks"), ids=lambda entry: entry.identifier)
def test_every_callback_is_found_by_its_name(entry):
    config = NEEDED.get(entry.identifier, {})
    if entry.identifier == "LearningRateScheduler":
        config = {"schedule": lambda epoch: 0.1}
    callback = Callback.get({"name": entry.identifier, "config": config})
    assert type(callback).__name__ == entry.identifier
    assert type(callback).__doc__
    assert repr(callback).startswith(entry.identifier)


def test_a_dictionary_configures_a_callback():
    callback = Callback.get({"name": "EarlyStopping", "patience": 3, "min_delta": 0.5})
    assert (callback.patience, callback.min_delta) == (3, 0.5)


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ValueError, match="EarlyStopping"):
        Callback.get("EarlyStoping")
