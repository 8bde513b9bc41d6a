"""The exchange as a process of its own, and clients that note what they get."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import urllib3
import websocket

from tests.fault.control import Control

ROOT = Path(__file__).resolve().parents[3]
CAPTURES = ROOT.parent / "shared" / "data" / "captures" / "spot"
START_SECONDS = 60.0
WAIT_SECONDS = 20.0


class Running:
    """A running exchange."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, control: str) -> None:
        self.process = process
        self.url = url
        self.control = Control(control)  # of use where a control port was asked for
        self.ws_url = "ws://" + urlsplit(url).netloc
        self._http = urllib3.PoolManager(maxsize=4)

    def get(self, path: str, **parameters: object) -> urllib3.BaseHTTPResponse:
        """The answer to a GET."""
        fields = {name: str(value) for name, value in parameters.items()}
        return self._http.request("GET", self.url + path, fields=fields, retries=False, timeout=30.0)

    def json(self, path: str, **parameters: object) -> Any:
        """The JSON of a GET that must succeed."""
        response = self.get(path, **parameters)
        assert response.status == 200, response.data
        return orjson.loads(response.data)

    def connect(self, path: str) -> websocket.WebSocket:
        """A websocket client; what is not there within WAIT_SECONDS is an error."""
        return websocket.create_connection(
            self.ws_url + path, timeout=WAIT_SECONDS, skip_utf8_validation=True
        )


@contextmanager
def running(*words: str | Path, environ: Mapping[str, str] | None = None) -> Iterator[Running]:
    """An exchange with these options, on a free port, until the block ends; `environ` is added to ours."""
    command = [sys.executable, "-m", "workers.local.exchange", "--port", "0", *map(str, words)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | dict(environ or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line, control = process.stdout.readline(), ""
            if line.startswith("exchange control"):
                line, control = process.stdout.readline(), line.split()[-1]
            assert line.startswith("exchange ready http://127.0.0.1:"), line
            yield Running(process, line.split()[-1], control)
        finally:
            process.terminate()
            process.wait(timeout=10)


def messages(client: websocket.WebSocket) -> Iterator[Any]:
    """The messages of a client as they come."""
    while True:
        yield orjson.loads(client.recv())


def ask(client: websocket.WebSocket, method: str, *params: object, number: object = 1) -> Any:
    """Send a control message and give its answer; events that come before it are passed over."""
    client.send(orjson.dumps({"method": method, "params": list(params), "id": number}).decode())
    return next(message for message in messages(client) if "result" in message or "code" in message)


def is_closed_within(client: websocket.WebSocket, seconds: float) -> bool:
    """Whether the server ends the connection; pings stay unanswered meanwhile."""
    client.settimeout(0.2)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            code, _ = client.recv_data_frame(control_frame=True)
        except websocket.WebSocketTimeoutException:
            continue
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            return True
        if code == websocket.ABNF.OPCODE_CLOSE:
            return True
    return False
