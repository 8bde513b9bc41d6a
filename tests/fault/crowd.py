"""Many pages at once: raw Socket.IO clients on one event loop, that note how old each update is."""

import asyncio
import base64
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tests.product import wait_for

TOPICS = ["symbol:BTCUSDT", "bars:BTCUSDT:1m", "bars:BTCUSDT:1s", "symbol:ETHUSDT", "bars:ETHUSDT:1m"]
ADDRESS = "/socket.io/?EIO=4&transport=websocket"
AT_ONCE = 20  # connects under way
CONNECTED_SECONDS = 60.0
OPENED, JOINED, PING, PONG, UPDATE = b"0{", b"40", b"2", b"3", b'42["update"'
HANDSHAKE = "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"

Update = Mapping[str, Any]  # JSON: the envelope of a live message


def sent_at(update: Update) -> str:
    """When it was sent."""
    return str(update["sent_at"])


class Crowd:
    """So many clients, each watching the same topics; `with Crowd(...) as crowd`.

    `begin` gives the moment from which the delay of an update counts; None for one that does not count.
    """

    def __init__(
        self, url: str, topics: list[str], clients: int, *, begin: Callable[[Update], str | None] = sent_at
    ) -> None:
        self.delays: list[float] = []  # seconds, of every update of every client
        self.joined = 0
        self.gone = 0
        self._address = url.replace("http://", "ws://") + ADDRESS
        self._topics, self._clients, self.begin = topics, clients, begin
        self._transports: list[WSTransport] = []
        self._ended = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._hold, name="crowd", daemon=True)

    def __enter__(self) -> "Crowd":
        self._thread.start()
        wait_for(lambda: self.joined >= self._clients, CONNECTED_SECONDS, f"{self._clients} clients")
        return self

    def __exit__(self, *_problem: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(20)

    def taken(self) -> list[float]:
        """The delays since this was asked last."""
        found, self.delays = self.delays, []
        return found

    def _hold(self) -> None:
        self._loop.run_until_complete(self._run())

    async def _run(self) -> None:
        free = asyncio.Semaphore(AT_ONCE)

        async def connect() -> None:
            async with free:
                transport, _ = await ws_connect(lambda: _Page(self, self._topics), self._address)
                self._transports.append(transport)

        await asyncio.gather(*(connect() for _ in range(self._clients)))
        await self._ended.wait()
        for transport in self._transports:
            transport.disconnect()


class _Page(WSListener):
    """One client; it answers pings and notes updates."""

    def __init__(self, crowd: Crowd, topics: list[str]) -> None:
        self._crowd, self._topics = crowd, topics

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A packet of Engine.IO."""
        if frame.msg_type != WSMsgType.TEXT:
            return
        raw = frame.get_payload_as_bytes()
        if raw.startswith(UPDATE):
            self._note(raw)
        elif raw == PING:
            transport.send(WSMsgType.TEXT, PONG)
        elif raw.startswith(OPENED):
            transport.send(WSMsgType.TEXT, JOINED)
        elif raw.startswith(JOINED):
            for topic in self._topics:
                transport.send(WSMsgType.TEXT, watching(topic))
            self._crowd.joined += 1

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """It was cut, or its test has ended."""
        self._crowd.gone += 1

    def _note(self, raw: bytes) -> None:
        began = self._crowd.begin(orjson.loads(raw[2:])[1])
        if began is not None:
            self._crowd.delays.append(time.time() - datetime.fromisoformat(began).timestamp())


def watching(topic: str) -> bytes:
    """The packet that joins a topic."""
    return b'42["watch",' + orjson.dumps({"topic": topic}) + b"]"


def stop_reading(url: str, topics: list[str]) -> socket.socket:
    """A client that joins topics and then never reads again."""
    place = urlsplit(url)
    wire = socket.create_connection((str(place.hostname), int(place.port or 80)), timeout=20)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    key = base64.b64encode(os.urandom(16)).decode()
    head = HANDSHAKE.format(path=ADDRESS, host=place.netloc)
    wire.sendall(f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
    assert b" 101 " in wire.recv(4_096)
    for packet in (JOINED, *map(watching, topics)):
        wire.sendall(bytes([0x81, 0x80 | len(packet)]) + b"\x00\x00\x00\x00" + packet)
    return wire


def share(values: list[float], part: float) -> float:
    """A percentile."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]
