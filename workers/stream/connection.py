"""One websocket kept open: connect, subscribe, back off, connect again.

Knows neither Celery nor Binance: it is told an address and what to say after
connecting, and hands every message on unread, with the moment it came. The
receiving callback stamps and appends, nothing more: an exception there would
lose the message.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from random import Random

import websocket

from workers.stream.backoff import ConnectQuota, backoff_seconds

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 10.0
PING_SECONDS, PONG_TIMEOUT_SECONDS = 10, 5
HEALTHY_AFTER_SECONDS = 60.0  # a connection that lived so long forgets earlier failures
PAUSE_BETWEEN_MESSAGES_SECONDS = 0.3  # ours; with pings and pongs this stays below 5 a second

websocket.setdefaulttimeout(CONNECT_TIMEOUT_SECONDS)

OnMessage = Callable[[int, bytes], bool]  # (received at, ns since 1970; raw) -> False: buffer is full


class StreamConnection:
    """A connection that is replaced when it breaks, until it is stopped.

    Parameters
    ----------
    address : where to connect
    greetings : what to send after each connect, asked anew each time
    on_message : takes (received_ns, raw); answering False closes the connection
    on_open, on_heard : told of each connect and of each frame, pings included
    """

    def __init__(
        self,
        address: str,
        greetings: Callable[[], Sequence[str]],
        on_message: OnMessage,
        *,
        on_open: Callable[[], None],
        on_heard: Callable[[], None],
        random: Random,
    ) -> None:
        self.connects = 0
        self._address = address
        self._greetings = greetings
        self._on_message = on_message
        self._on_open = on_open
        self._on_heard = on_heard
        self._random = random
        self._quota = ConnectQuota()
        self._stopping = threading.Event()
        self._socket: websocket.WebSocketApp | None = None
        self._thread = threading.Thread(target=self._run, name="stream-connection", daemon=True)

    def start(self) -> None:
        """Connect in a thread of its own and stay connected."""
        self._thread.start()

    def stop(self, *, timeout_seconds: float) -> None:
        """Close for good."""
        self._stopping.set()
        self.drop("stopping")
        self._thread.join(timeout_seconds)

    def drop(self, reason: str) -> None:
        """Close the current connection; a new one follows unless stopping."""
        current = self._socket
        if current is not None:
            log.info("connection dropped reason=%s", reason)
            current.close()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            wait = max(
                backoff_seconds(failures, self._random), self._quota.seconds_until_free(time.monotonic())
            )
            if self._stopping.wait(wait):
                return
            began = time.monotonic()
            self._quota.note(began)
            self._hold_one_connection()
            failures = 1 if time.monotonic() - began > HEALTHY_AFTER_SECONDS else failures + 1

    def _hold_one_connection(self) -> None:
        self._socket = websocket.WebSocketApp(
            self._address,
            on_open=self._opened,
            on_message=self._received,
            on_ping=self._heard,
            on_pong=self._heard,
            on_error=self._failed,
            on_close=self._closed,
        )
        try:
            self._socket.run_forever(
                ping_interval=PING_SECONDS,
                ping_timeout=PONG_TIMEOUT_SECONDS,
                skip_utf8_validation=True,  # the JSON parser rejects bad UTF-8 itself, at half the cost
            )
        except Exception:
            log.exception("connection failed address=%s", self._address)
        finally:
            self._socket = None

    def _opened(self, socket: websocket.WebSocketApp) -> None:
        self.connects += 1
        log.info("connected address=%s connects=%d", self._address, self.connects)
        self._on_open()
        threading.Thread(target=self._greet, args=(socket,), name="stream-greeting", daemon=True).start()

    def _greet(self, socket: websocket.WebSocketApp) -> None:
        """Send the greetings within the exchange's limit of messages; from a thread, as this takes time."""
        for greeting in self._greetings():
            try:
                socket.send(greeting)
            except (websocket.WebSocketException, OSError) as error:
                log.warning("greeting not sent reason=%s", error)
                return
            if self._stopping.wait(PAUSE_BETWEEN_MESSAGES_SECONDS):
                return

    def _received(self, socket: websocket.WebSocketApp, message: bytes | str) -> None:
        raw = message if isinstance(message, bytes) else message.encode()
        if not self._on_message(time.time_ns(), raw):
            log.error("connection closed on purpose: the buffer is full; the hole is recorded and repaired")
            socket.close()

    def _heard(self, _socket: websocket.WebSocketApp, _payload: object) -> None:
        self._on_heard()

    def _failed(self, _socket: websocket.WebSocketApp, error: object) -> None:
        log.warning("connection broke reason=%s", error)

    def _closed(self, _socket: websocket.WebSocketApp, code: object, reason: object) -> None:
        log.info("connection closed code=%s reason=%s", code, reason)
