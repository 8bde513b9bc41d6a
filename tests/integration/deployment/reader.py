"""A page without a browser: watches one topic, joins again after a cut, and fetches what it missed."""

import threading
import urllib.request
from datetime import datetime
from typing import Any

import orjson
import socketio

FETCHED = 120  # bars, on every connect


class Reader:
    """Notes the start of every one-second bar of a symbol that it is shown, but for the forming one."""

    def __init__(self, url: str, symbol: str, token: str) -> None:
        self.starts: set[datetime] = set()
        self.connects = 0
        self.updates = 0
        self._url, self._symbol = url, symbol
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = socketio.Client(reconnection_delay=0.3, reconnection_delay_max=1.0)
        self._client.on("connect", self._connected)
        self._client.on("update", self._updated)

    def start(self) -> None:
        """Connect, and stay connected."""
        self._client.connect(self._url, self._headers, transports=["websocket"], wait_timeout=20)

    def stop(self) -> None:
        """Go."""
        self._client.shutdown()

    @property
    def newest(self) -> datetime | None:
        """Start of the newest closed bar it was shown."""
        return max(self.starts, default=None)

    def _connected(self) -> None:
        self.connects += 1
        topic = f"bars:{self._symbol}:1s"
        self._client.emit("watch", {"topic": topic}, callback=self._snapshot)
        threading.Thread(target=self._fetch, daemon=True).start()

    def _snapshot(self, answer: dict[str, Any]) -> None:
        self._note(answer["data"]["closed"])

    def _updated(self, message: dict[str, Any]) -> None:
        self.updates += 1
        self._note(message["data"]["closed"])

    def _fetch(self) -> None:
        """What the page loads when it comes back."""
        address = f"{self._url}/api/get_ohlc?symbol={self._symbol}&tf=1s&limit={FETCHED}"
        request = urllib.request.Request(address, headers=self._headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            self._note(orjson.loads(answer.read())[:-1])  # the last may still form

    def _note(self, bars: list[dict[str, Any]]) -> None:
        self.starts |= {datetime.fromisoformat(row["ts"]) for row in bars}
