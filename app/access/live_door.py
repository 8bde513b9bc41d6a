"""The door of the live connections, one level below Socket.IO's events.

A connection is counted and its caller known before the websocket is opened, and
every message counts, also one no handler is there for. Who signed out, or whose
token was revoked, is cut off within seconds.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask_socketio import SocketIO
from werkzeug.wrappers import Request

from app.access.callers import Caller, caller_of, sign_in_required
from app.access.proxies import is_loopback, neighbourhood
from app.listeners import TokenBucket
from app.websocket_limits import cut_off
from workers.access.passwords import fingerprint, password_hash
from workers.settings import Settings
from workers.store.api_tokens import living_tokens
from workers.store.errors import StoreDown
from workers.store.sessions import living_sign_ins

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 380  # each holds a thread; the server has 400
MOST_OF_THIS_MACHINE = 360
MESSAGES_AT_ONCE, MESSAGES_PER_SECOND = 400.0, 100.0  # beyond that the connection is cut


@dataclass(slots=True)
class Connection:
    """One client."""

    caller: Caller
    address: str
    messages: TokenBucket = field(
        default_factory=lambda: TokenBucket(burst=MESSAGES_AT_ONCE, per_second=MESSAGES_PER_SECOND)
    )
    is_cut: bool = False


class LiveDoor:
    """Lets connections in, counts what they send, and shuts behind those that may stay no longer."""

    def __init__(self, socketio: SocketIO, settings: Settings) -> None:
        self._engine, self._settings = socketio.server.eio, settings
        self._lock = threading.Lock()
        self._open: dict[str, Connection] = {}
        self._counts: Counter[str] = Counter()  # address -> connections
        handlers: dict[str, Callable[..., Any]] = dict(self._engine.handlers)  # Any: Engine.IO's, untyped
        self._on_connect, self._on_message = handlers["connect"], handlers["message"]
        self._on_disconnect = handlers["disconnect"]
        self._engine.on("connect", self._connect)
        self._engine.on("message", self._message)
        self._engine.on("disconnect", self._disconnect)

    def cut_those_that_ended(self) -> None:
        """Cut who signed out or lost the token since connecting."""
        with self._lock:
            held = {sid: one.caller for sid, one in self._open.items() if one.caller.kind != "local"}
        if not held:
            return
        now, hash = datetime.now(UTC), password_hash(self._settings.password_file)
        sign_ins = {one.key for one in held.values() if one.kind == "session"}
        tokens = {one.key for one in held.values() if one.kind == "token"}
        good = {("session", key) for key in living_sign_ins(sign_ins, fingerprint(hash), now)} | {
            ("token", key) for key in living_tokens(tokens, now)
        }
        for sid, caller in held.items():
            if (caller.kind, caller.key) not in good:
                self._cut(sid, "its sign-in has ended")

    def _connect(self, sid: str, environ: dict[str, Any]) -> str | None:
        """None lets it in; a text is the reason of a 401."""
        request = Request(environ)
        problem, caller = self._caller(request)
        if caller is None:
            return problem
        address = neighbourhood(request.remote_addr or "")
        limit = MOST_OF_THIS_MACHINE if is_loopback(address) else self._settings.clients_per_address
        with self._lock:
            if len(self._open) >= MOST_CONNECTIONS or self._counts[address] >= limit:
                return "too many live connections are open"
            self._open[sid] = Connection(caller, address)
            self._counts[address] += 1
        answer: str | None = self._on_connect(sid, environ)
        return answer

    def _caller(self, request: Request) -> tuple[str, Caller | None]:
        if not sign_in_required(self._settings) and not is_loopback(request.remote_addr or ""):
            return "no password is set, so only this machine is answered", None
        if _is_script_of_another_site(request):
            return "live connections are not opened for other sites", None
        try:
            return "sign in, or send a token", caller_of(request, self._settings)
        except StoreDown:
            return "the database (MongoDB) does not answer", None

    def _message(self, sid: str, data: object) -> None:
        connection = self._open.get(sid)
        if connection is None or connection.is_cut:
            return
        if not connection.messages.take():
            self._cut(sid, "it sent too much")
            return
        try:
            self._on_message(sid, data)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            log.warning("live message failed address=%s", connection.address, exc_info=error)
            self._cut(sid, "it sent what cannot be read")

    def _cut(self, sid: str, reason: str) -> None:
        connection, engine_socket = self._open.get(sid), self._engine.sockets.get(sid)
        if connection is None or connection.is_cut or engine_socket is None:
            return
        connection.is_cut = True
        log.warning("live connection cut address=%s reason=%s", connection.address, reason)
        cut_off(engine_socket)

    def _disconnect(self, sid: str, reason: object) -> None:
        with self._lock:
            connection = self._open.pop(sid, None)
            if connection is not None:
                self._counts[connection.address] -= 1
                if not self._counts[connection.address]:
                    del self._counts[connection.address]
        self._on_disconnect(sid, reason)


def _is_script_of_another_site(request: Request) -> bool:
    """Whether a page elsewhere polls by a script element, which names no Origin and could read the answer."""
    if request.args.get("transport") == "websocket":
        return False  # names its Origin
    foreign = request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")
    return foreign or "j" in request.args
