"""One websocket from its connect to its end; knows neither Celery nor Binance.

It says what it was told to say after connecting, and hands every message on
unread, with the moment it came. The receiving callback stamps and appends,
nothing more: an exception there would lose the message.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import websocket

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 10.0
PING_SECONDS, PONG_TIMEOUT_SECONDS = 10, 5
REFUSALS = (418, 429)  # too many connects, or banned
REST_SECONDS = 120.0  # after a refusal that names no time
CLOSE_SECONDS = 1.0  # to wait for the other side's farewell
PAUSE_BETWEEN_MESSAGES_SECONDS = 0.3  # ours; with pings and pongs this stays below 5 a second

websocket.setdefaulttimeout(CONNECT_TIMEOUT_SECONDS)


@dataclass(frozen=True, slots=True)
class LinkCallbacks:
    """What a link asks and tells; all are called from its threads."""

    greetings: Callable[[], Sequence[str]]  # what to send after connecting
    on_message: Callable[[int, bytes], bool]  # (received at, ns since 1970; raw) -> False: buffer is full
    on_open: Callable[[], None]
    on_heard: Callable[[], None]  # a ping or pong came
    holes: Callable[[], int]  # how many holes in the ids are open
    stream_of: Callable[[bytes], bytes]  # which stream a message belongs to; b"" if none


class Link:
    """One connection, in a thread of its own."""

    def __init__(self, address: str, callbacks: LinkCallbacks, *, note_streams: bool = False) -> None:
        self.opened_at: float | None = None  # monotonic
        self.rest_seconds = 0.0  # how long the exchange wants no further connect
        self.streams: set[bytes] = set()  # those that brought something, when they are noted
        self._address = address
        self._callbacks = callbacks
        self._note_streams = note_streams
        self._closing = threading.Event()
        self._socket = websocket.WebSocketApp(
            address,
            on_open=self._opened,
            on_message=self._received,
            on_ping=self._heard,
            on_pong=self._heard,
            on_error=self._failed,
            on_close=self._closed,
        )
        self._thread = threading.Thread(target=self._run, name="stream-link", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether it is connecting or connected."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Connect."""
        self._thread.start()

    def close(self, reason: str) -> None:
        """End it."""
        log.info("connection dropped reason=%s", reason)
        self._closing.set()
        self._socket.close(timeout=CLOSE_SECONDS)

    def join(self, seconds: float) -> None:
        """Wait for its end."""
        self._thread.join(seconds)

    def stop_noting(self) -> None:
        """No longer look which streams bring something."""
        self._note_streams = False

    def _run(self) -> None:
        try:
            self._socket.run_forever(
                ping_interval=PING_SECONDS,
                ping_timeout=PONG_TIMEOUT_SECONDS,
                skip_utf8_validation=True,  # the JSON parser rejects bad UTF-8 itself, at half the cost
            )
        except Exception:
            log.exception("connection failed address=%s", self._address)

    def _opened(self, _socket: websocket.WebSocketApp) -> None:
        self.opened_at = time.monotonic()
        log.info("connected address=%s", self._address)
        self._callbacks.on_open()
        threading.Thread(target=self._greet, name="stream-greeting", daemon=True).start()

    def say(self, message: str) -> None:
        """Send a control message; one that cannot be sent is logged: the link is ending then."""
        try:
            self._socket.send(message)
        except (websocket.WebSocketException, OSError) as error:
            log.warning("control message not sent reason=%s", error)

    def _greet(self) -> None:
        """Send the greetings within the exchange's limit of messages; from a thread, as this takes time."""
        for greeting in self._callbacks.greetings():
            self.say(greeting)
            if self._closing.wait(PAUSE_BETWEEN_MESSAGES_SECONDS):
                return

    def _received(self, _socket: websocket.WebSocketApp, message: bytes | str) -> None:
        raw = message if isinstance(message, bytes) else message.encode()
        if self._note_streams:
            self.streams.add(self._callbacks.stream_of(raw))
        if not self._callbacks.on_message(time.time_ns(), raw):
            self.close("the buffer is full: closed on purpose; the hole is recorded and repaired")

    def _heard(self, _socket: websocket.WebSocketApp, _payload: object) -> None:
        self._callbacks.on_heard()

    def _failed(self, _socket: websocket.WebSocketApp, error: object) -> None:
        if isinstance(error, websocket.WebSocketBadStatusException) and error.status_code in REFUSALS:
            named = str((error.resp_headers or {}).get("retry-after", ""))
            self.rest_seconds = float(named) if named.isdigit() else REST_SECONDS
            log.error("connect refused status=%s rest=%.0fs", error.status_code, self.rest_seconds)
            return
        log.warning("connection broke reason=%s", error)

    def _closed(self, _socket: websocket.WebSocketApp, code: object, reason: object) -> None:
        log.info("connection closed code=%s reason=%s", code, reason)
