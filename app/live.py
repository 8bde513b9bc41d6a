"""Socket.IO: a client names a topic, gets its state at once and every change after that.

`watch {topic}` is answered by the envelope of the current state, or by
{"error": {code, message}}; changes come from other processes through Redis as
`update`. `unwatch {topic}` ends it. `clock {sent_at}` is answered by the
server's time, so that a browser can allow for the difference of the clocks.
`drawn {delays_ms}` tells how long after their trades the last prices were drawn.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from flask import request
from flask_socketio import ConnectionRefusedError, SocketIO, disconnect, join_room, leave_room

from analytics.timeframes import TIMEFRAMES
from app.drawn import DrawnDelays
from app.errors import error_json
from app.known_symbols import known_symbols
from app.listeners import MAX_TOPICS, Listeners
from app.topic_state import topic_state
from workers.coordination.errors import CoordinationDown
from workers.coordination.interest import renew_interest
from workers.coordination.sequence import current_sequence
from workers.messages.envelope import JSON, envelope
from workers.messages.rooms import UNWATCH, WATCH, Topic, parsed_topic
from workers.store.errors import StoreDown

log = logging.getLogger(__name__)

# Each live page holds a thread of the server for good; plain requests need some, too.
MAX_CLIENTS = 350


class LiveUpdates:
    """The events a client may send."""

    def __init__(self, socketio: SocketIO, listeners: Listeners, drawn: DrawnDelays) -> None:
        self._listeners = listeners
        self._drawn = drawn
        socketio.on_event("connect", self._connected)
        socketio.on_event("disconnect", self._gone)
        socketio.on_event(WATCH, self._allowed(self._watch))
        socketio.on_event(UNWATCH, self._allowed(self._unwatch))
        socketio.on_event("clock", self._allowed(self._clock))
        socketio.on_event("drawn", self._allowed(self._note_drawn))

    def _connected(self, _auth: object = None) -> None:
        if self._listeners.add(_client()) > MAX_CLIENTS:
            self._listeners.remove(_client())
            raise ConnectionRefusedError("too many live pages are open on this server")

    def _gone(self, _reason: object = None) -> None:
        self._drawn.forget(_client())
        self._listeners.remove(_client())

    def _allowed(self, answer: Callable[[object], JSON]) -> Callable[..., JSON]:
        def limited(message: object = None, *_more: object) -> JSON:
            bucket = self._listeners.bucket(_client())
            if bucket is not None and bucket.take():
                return answer(message)
            if bucket is None or bucket.abused:
                disconnect()
            return error_json("too_many_requests", "too many events; wait a second")

        return limited

    def _watch(self, message: object) -> JSON:
        name = _topic_name(message)
        try:
            topic = parsed_topic(name, symbols=known_symbols(), timeframes=TIMEFRAMES)
            if topic is None:
                return error_json("unknown_topic", "there is no such topic", "topic")
            if not self._listeners.watch(_client(), name):
                return error_json("too_many_topics", f"at most {MAX_TOPICS} topics at a time", "topic")
            join_room(name)
            return _state(name, topic)
        except StoreDown as error:
            return _down("mongodb", name, error)
        except CoordinationDown as error:
            return _down("redis", name, error)

    def _unwatch(self, message: object) -> JSON:
        name = _topic_name(message)
        leave_room(name)
        self._listeners.unwatch(_client(), name)
        return {"topic": name}

    def _clock(self, _message: object) -> JSON:
        return {"server_time_ms": time.time_ns() // 1_000_000}

    def _note_drawn(self, message: object) -> JSON:
        delays = message.get("delays_ms") if isinstance(message, dict) else None
        return {"noted": self._drawn.note(_client(), delays)}


def _state(name: str, topic: Topic) -> JSON:
    # The number first: a change that comes while the state is read is then newer than it.
    renew_interest([name])
    epoch, seq = current_sequence(name)
    return envelope(name, epoch=epoch, seq=seq, sent_at=datetime.now(UTC), data=topic_state(topic))


def _topic_name(message: object) -> str:
    name = message.get("topic") if isinstance(message, dict) else None
    return name if isinstance(name, str) else ""


def _client() -> str:
    return str(request.sid)  # type: ignore[attr-defined] # Flask-SocketIO puts it there


def _down(part: str, topic: str, error: Exception) -> JSON:
    log.warning("watch failed topic=%s part=%s reason=%s", topic, part, type(error).__name__)
    return error_json(f"{part}_down", f"{part} does not answer")
