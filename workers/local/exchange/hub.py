"""Who listens to which stream; an event is written once for all of them."""

from collections.abc import Callable
from typing import Protocol

from workers.local.exchange.frames import text_frame, wrapped

Events = Callable[[int], list[bytes]]  # unit of times -> JSON of the events


class Listener(Protocol):
    """A connection as the hub sees it."""

    combined: bool
    unit: int  # 1000: times in ms; 1: in microseconds

    def put(self, frames: bytes) -> None:
        """Take frames to be written at the next flush."""

    def flush(self) -> None:
        """Write what was put."""


class Hub:
    """The subscriptions of all connections."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self._waiting: set[Listener] = set()
        self.sent = 0  # events handed to connections since the start

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

    def listened(self, name: str) -> bool:
        """Whether anybody listens to a stream."""
        return name in self._listeners

    def publish(self, name: str, events: Events) -> None:
        """Put events before every listener of a stream, each in its own form."""
        forms: dict[tuple[bool, int], tuple[bytes, int]] = {}
        for listener in self._listeners.get(name, ()):
            form = (listener.combined, listener.unit)
            if form not in forms:
                forms[form] = _frames(name, events(listener.unit), listener.combined)
            frames, count = forms[form]
            listener.put(frames)
            self._waiting.add(listener)
            self.sent += count

    def flush(self) -> None:
        """Write what was published, once per connection."""
        for listener in self._waiting:
            listener.flush()
        self._waiting.clear()


def _frames(name: str, events: list[bytes], combined: bool) -> tuple[bytes, int]:
    texts = [wrapped(name, event) for event in events] if combined else events
    return b"".join(map(text_frame, texts)), len(texts)
