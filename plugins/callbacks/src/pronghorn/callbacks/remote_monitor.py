"""RemoteMonitor: tells a server of every epoch."""

import json
import warnings
from collections.abc import Mapping
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from pronghorn.components.callback import Callback, Logs

_TIMEOUT_SECONDS = 5.0


class RemoteMonitor(Callback):
    """Posts each epoch's logs to a server, as a form with one field of JSON.

    Arguments: `root` and `path` make the address; `field` is the form field that holds the JSON
    of `{"epoch": epoch, **logs}`; `headers` are sent along. A server that does not answer within
    five seconds costs a warning, never the training.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Post the epoch."""
        values = {name: _plain(value) for name, value in (logs or {}).items()}
        body = urlencode({self.field: json.dumps({"epoch": epoch, **values})}).encode()
        headers = {"Accept": "application/json"} if self.headers is None else dict(self.headers)
        try:
            with urlopen(Request(self.root + self.path, body, headers), timeout=_TIMEOUT_SECONDS):
                pass
        except OSError as error:
            warnings.warn(
                f"RemoteMonitor could not reach {self.root + self.path}: {error}",
                RuntimeWarning,
                stacklevel=2,
            )


def _plain(value: object) -> object:
    """A NumPy scalar or array as what JSON knows."""
    return value.tolist() if hasattr(value, "tolist") else value
