"""Who listens to which stream; an event is written once for all of them."""

from collections.abc import Callable
from typing import Protocol

from workers.local.exchange.frames import text_frame, wrapped
from workers.local.exchange.sheets import Form

Frames = Callable[[Form], bytes]  # the frames of some events in a form


class Listener(Protocol):
    """A connection as the hub sees it."""

    @property
    def form(self) -> Form:
        """How it wants its events."""

    def put(self, frames: bytes) -> None:
        """Take frames to be written at the next flush."""

    def flush(self) -> None:
        """Write what was put."""


class Hub:
    """The subscriptions of all connections."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._waiting: set[Listener] = set()

    def add(self, name: str, listener: Listener) -> None:
        """Deliver a stream to a connection."""
        self._listeners.setdefault(name, set()).add(listener)

    def remove(self, name: str, listener: Listener) -> None:
        """Deliver it no more."""
        listeners = self._listeners.get(name, set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop(name, None)
        self._waiting.discard(listener)

    def names(self) -> list[str]:
        """Streams somebody listens to."""
        return list(self._listeners)

    @property
    def is_idle(self) -> bool:
        """Whether nobody listens to anything."""
        return not self._listeners

    def listened(self, name: str) -> bool:
        """Whether anybody listens to a stream."""
        return name in self._listeners

    def count(self, name: str) -> int:
        """How many connections listen to a stream."""
        return len(self._listeners.get(name, ()))

    def publish(self, name: str, frames_in: Frames) -> None:
        """Put events before every listener of a stream, each in its own form."""
        forms: dict[Form, bytes] = {}
        for listener in self._listeners.get(name, ()):
            form = listener.form
            if form not in forms:
                forms[form] = frames_in(form)
            listener.put(forms[form])
            self._waiting.add(listener)

    def flush(self) -> None:
        """Write what was published, once per connection."""
        for listener in self._waiting:
            listener.flush()
        self._waiting.clear()


def frames_of(name: str, events: list[bytes], form: Form) -> bytes:
    """Frames of whole events."""
    texts = [wrapped(name, event) for event in events] if form.combined else events
    return b"".join(map(text_frame, texts))
