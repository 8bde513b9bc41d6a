"""One port for HTTP and websocket: answers REST with keep-alive, hands an upgrade to picows."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus

from picows import WSListener
from picows.api import WSProtocol

from workers.local.exchange.http_messages import Request, Response, Unanswered
from workers.local.exchange.resets import reset

log = logging.getLogger(__name__)

LONGEST_REQUEST = 128 * 1024  # 1024 streams in an address take about 20 KB
LONGEST_FRAME = 1024 * 1024


class BadMessage(Exception):
    """Raised when what arrives is not an HTTP request."""


Answer = Callable[[Request], Awaitable[Response]]
Upgrade = Callable[[Request], WSListener | Response | Unanswered]


class Front(asyncio.Protocol):
    """One client connection until it turns out what it wants."""

    def __init__(self, answer: Answer, upgrade: Upgrade) -> None:
        self._answer = answer
        self._upgrade = upgrade
        self._buffer = bytearray()
        self._waiting: deque[Request] = deque()
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the client."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # TCP transports are this
        self._host = str(transport.get_extra_info("peername")[0])

    def connection_lost(self, exc: Exception | None) -> None:
        """Answer no more."""
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        """Take whole requests out of what has arrived."""
        self._buffer += data
        try:
            while (request := self._next_request()) is not None:
                if request.is_upgrade:
                    self._open_websocket(request)
                    return
                self._waiting.append(request)
        except BadMessage as wrong:
            self._refuse(str(wrong))
            return
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._answer_waiting())

    def _next_request(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > LONGEST_REQUEST:
                raise BadMessage("request header is too long")
            return None
        request = _parsed(bytes(self._buffer[:end]), self._host)
        size = end + 4 + _body_size(request)
        if len(self._buffer) < size:
            return None
        body = bytes(self._buffer[end + 4 : size])
        del self._buffer[:size]
        return replace(request, body=body) if body else request

    async def _answer_waiting(self) -> None:
        while self._waiting:
            request = self._waiting.popleft()
            response = await self._answer(request)
            self._transport.write(_bytes_of(response, request.keeps_alive))
            if not request.keeps_alive:
                self._transport.close()
                return

    def _refuse(self, reason: str) -> None:
        response = Response(HTTPStatus.BAD_REQUEST, reason.encode(), {"Content-Type": "text/plain"})
        self._transport.write(_bytes_of(response, keeps_alive=False))
        self._transport.close()

    def _open_websocket(self, request: Request) -> None:
        chosen = self._upgrade(request)
        if isinstance(chosen, Unanswered):
            if chosen is Unanswered.RESET:
                reset(self._transport)
            return
        if isinstance(chosen, Response):
            self._transport.write(_bytes_of(chosen, keeps_alive=False))
            self._transport.close()
            return
        protocol = _websocket_protocol(chosen)
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        _feed(protocol, _short_head(request) + bytes(self._buffer))


def _parsed(head: bytes, host: str) -> Request:
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadMessage("not an HTTP/1.1 request")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadMessage("malformed header")
        headers[name.strip().lower()] = value.strip()
    return Request(words[0].upper(), words[1], headers, host)


def _body_size(request: Request) -> int:
    text = request.headers.get("content-length", "0")
    if not text.isdigit() or int(text) > LONGEST_REQUEST or "transfer-encoding" in request.headers:
        raise BadMessage("request body is not accepted")
    return int(text)


def _bytes_of(response: Response, keeps_alive: bool) -> bytes:
    headers = {
        **response.headers,
        "Content-Length": str(len(response.body)),
        "Connection": "keep-alive" if keeps_alive else "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    phrase = HTTPStatus(response.status).phrase
    return f"HTTP/1.1 {response.status} {phrase}\r\n{head}\r\n".encode("latin-1") + response.body


def _short_head(request: Request) -> bytes:
    """The upgrade request for picows, which takes heads of 16 KB only: the address is known already."""
    wanted = ("host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version")
    lines = [f"{name}: {request.headers[name]}" for name in wanted if name in request.headers]
    return "\r\n".join(["GET /ws HTTP/1.1", *lines, "", ""]).encode("latin-1")


def _websocket_protocol(listener: WSListener) -> WSProtocol:
    """picows' protocol for a server side, made as its ws_create_server makes it."""
    return WSProtocol(
        None,  # host and port: of a client
        None,  # path: of a client
        False,  # this is the server's side
        lambda request: listener,
        log,
        True,  # an exception in the listener ends the connection
        5.0,  # seconds for the handshake
        False,  # pings are the connection's own
        20.0,
        20.0,
        0,  # ping strategy: not used
        False,  # pongs are the connection's own
        LONGEST_FRAME,
        None,  # extra headers: of a client
        16 * 1024,  # first size of the read buffer
    )


def _feed(protocol: WSProtocol, data: bytes) -> None:
    """Give picows bytes that were read before it took over."""
    view = memoryview(data)
    while view:
        buffer = protocol.get_buffer(-1)
        size = min(len(buffer), len(view))
        buffer[:size] = view[:size]
        protocol.buffer_updated(size)
        view = view[size:]
