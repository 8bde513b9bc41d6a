"""Bounds what one websocket may cost: the size of a message, and what waits on either side.

In threading mode `max_http_buffer_size` looks at polling requests only: a
websocket message is put together whole before anybody measures it. The library
underneath has a limit, and this hands it on. Messages that come faster than they are
answered wait without a bound, too: who sends so is cut off. What waits for a client is not
bounded at all, so who does not read is cut off at the socket: the thread that
writes to it hangs in `send` and can be woken by nothing else.
"""

import contextlib
import logging
import socket
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from engineio.async_drivers import threading
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 100_000
MAX_WAITING_PACKETS = 200
MAX_UNANSWERED_MESSAGES = 300  # a page that comes back sends some fifty at once

# Engine.IO's socket -> the TCP socket below it.
_wires: WeakKeyDictionary[object, socket.socket] = WeakKeyDictionary()


class BoundedWebSocket(SimpleWebSocketWSGI):
    """Engine.IO's websocket with a limit on message size; remembers its TCP socket."""

    def __init__(self, receive: Any, server: Any) -> None:  # Any: Engine.IO's own, untyped
        super().__init__(receive, server, max_message_size=MAX_MESSAGE_BYTES)
        self._owner = receive.__self__

    def __call__(self, environ: Mapping[str, Any], start_response: Any) -> Any:  # Any: WSGI's
        """Serve one connection until it ends."""
        wire = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
        if wire is not None:
            _wires[self._owner] = wire
        return super().__call__(environ, start_response)

    def wait(self) -> str | bytes | None:
        """The next message; None ends the connection."""
        if len(self.ws.input_buffer) > MAX_UNANSWERED_MESSAGES:
            log.warning("live connection cut reason=more came than could be answered")
            _shut(self._owner)
            return None
        message: str | bytes | None = super().wait()
        return message


def limit_websocket_messages() -> None:
    """Use bounded websockets from now on; call before SocketIO is made."""
    threading._async["websocket"] = BoundedWebSocket


def cut_clients_that_do_not_read(engine_sockets: Iterable[Any]) -> int:
    """Cut every client for whom too much waits; returns how many."""
    slow = [each for each in engine_sockets if each.queue.qsize() > MAX_WAITING_PACKETS]
    for each in slow:
        cut_off(each)
    return len(slow)


def cut_off(engine_socket: Any) -> None:
    """End a connection without waiting for what its client has still to read."""
    engine_socket.close(wait=False, abort=True)
    _shut(engine_socket)


def _shut(engine_socket: Any) -> None:
    wire = _wires.get(engine_socket)
    if wire is not None:
        with contextlib.suppress(OSError):  # it closed by itself meanwhile
            wire.shutdown(socket.SHUT_RDWR)
