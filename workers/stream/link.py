"""One websocket from its connect to its end; knows neither Celery nor Binance.

It says what it was told to say after connecting, and hands every message on
unread, with the moment it came. The receiving callback stamps and appends,
nothing more: an exception there would lose the message.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from picows import (
    WSAutoPingStrategy,
    WSError,
    WSFrame,
    WSInvalidStatusError,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,
)

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 10.0
PING_SECONDS, PONG_TIMEOUT_SECONDS = 10, 5
REFUSALS = (418, 429)  # too many connects, or banned
REST_SECONDS = 120.0  # after a refusal that names no time
CLOSE_SECONDS = 1.0  # to wait for the other side's farewell
PAUSE_BETWEEN_MESSAGES_SECONDS = 0.3  # ours; with pings and pongs this stays below 5 a second
MOST_BYTES = 64 << 20  # of one message; a larger one ends the connection


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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._holding: asyncio.Task[None] | None = None
        self._transport: WSTransport | None = None
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
        self._call(self._end)

    def join(self, seconds: float) -> None:
        """Wait for its end."""
        self._thread.join(seconds)

    def stop_noting(self) -> None:
        """No longer look which streams bring something."""
        self._note_streams = False

    def say(self, message: str) -> None:
        """Send a control message; one that cannot be sent is logged: the link is ending then."""
        self._call(self._send, message)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        """Have the link's own thread do it."""
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:  # its loop has ended
            log.info("link has ended already address=%s", self._address)

    def _run(self) -> None:
        try:
            asyncio.run(self._hold())
        except asyncio.CancelledError:
            log.info("connecting given up address=%s", self._address)
        except WSInvalidStatusError as error:
            self._note_refusal(error)
        except (WSError, OSError) as error:  # a TimeoutError is one
            log.warning("connection broke reason=%s", error or type(error).__name__)
        except Exception:
            log.exception("connection failed address=%s", self._address)

    async def _hold(self) -> None:
        self._loop, self._holding = asyncio.get_running_loop(), asyncio.current_task()
        if self._closing.is_set():
            return
        async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
            transport, _ = await ws_connect(
                lambda: _Listener(self._received, self._callbacks.on_heard),
                self._address,
                websocket_handshake_timeout=CONNECT_TIMEOUT_SECONDS,
                enable_auto_ping=True,
                auto_ping_strategy=WSAutoPingStrategy.PING_PERIODICALLY,
                auto_ping_idle_timeout=PING_SECONDS,
                auto_ping_reply_timeout=PONG_TIMEOUT_SECONDS,
                enable_auto_pong=False,  # pings are answered below, where they are heard
                max_frame_size=MOST_BYTES,
            )
        self._transport = transport
        self._opened()
        if self._closing.is_set():
            self._end()
        await transport.wait_disconnected()
        log.info("connection closed address=%s", self._address)

    def _opened(self) -> None:
        self.opened_at = time.monotonic()
        log.info("connected address=%s", self._address)
        self._callbacks.on_open()
        threading.Thread(target=self._greet, name="stream-greeting", daemon=True).start()

    def _send(self, message: str) -> None:
        if self._transport is None or self._transport.is_disconnected:
            log.warning("control message not sent, the link is ending")
        else:
            self._transport.send(WSMsgType.TEXT, message.encode())

    def _end(self) -> None:
        """Say farewell, and go when the other side does not answer; a link that still connects gives up."""
        if self._transport is None:
            if self._holding is not None:
                self._holding.cancel()
            return
        self._transport.send_close()
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.disconnect, False)

    def _greet(self) -> None:
        """Send the greetings within the exchange's limit of messages; from a thread, as this takes time."""
        for greeting in self._callbacks.greetings():
            self.say(greeting)
            if self._closing.wait(PAUSE_BETWEEN_MESSAGES_SECONDS):
                return

    def _received(self, raw: bytes) -> None:
        if self._note_streams:
            self.streams.add(self._callbacks.stream_of(raw))
        if not self._callbacks.on_message(time.time_ns(), raw) and not self._closing.is_set():
            self.close("the buffer is full: closed on purpose; the hole is recorded and repaired")

    def _note_refusal(self, error: WSInvalidStatusError) -> None:
        status = int(error.response.status) if error.response is not None else 0
        if status not in REFUSALS:
            log.warning("connection broke reason=%s", error)
            return
        named = str(error.response.headers.get("retry-after", "")) if error.response is not None else ""
        self.rest_seconds = float(named) if named.isdigit() else REST_SECONDS
        log.error("connect refused status=%s rest=%.0fs", status, self.rest_seconds)


class _Listener(WSListener):
    """Whole messages to one function, pings and pongs to another."""

    def __init__(self, on_message: Callable[[bytes], None], on_heard: Callable[[], None]) -> None:
        self._on_message = on_message
        self._on_heard = on_heard
        self._parts: list[bytes] = []

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A frame came."""
        kind = frame.msg_type
        if kind in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION):
            self._take(transport, frame)
        elif kind == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
            self._on_heard()
        elif kind == WSMsgType.CLOSE:
            log.info("farewell code=%s reason=%s", frame.get_close_code(), frame.get_close_message())
            transport.send_close()
            transport.disconnect()

    def is_user_specific_pong(self, frame: WSFrame) -> bool:
        """Whether this answers our ping."""
        if frame.msg_type != WSMsgType.PONG:
            return False
        self._on_heard()
        return True

    def _take(self, transport: WSTransport, frame: WSFrame) -> None:
        raw = frame.get_payload_as_bytes()
        if not frame.fin or self._parts:
            self._parts.append(raw)
            if sum(map(len, self._parts)) > MOST_BYTES:
                transport.disconnect(False)
            if not frame.fin:
                return
            raw = b"".join(self._parts)
            self._parts = []
        self._on_message(raw)
