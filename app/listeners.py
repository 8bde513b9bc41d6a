"""Who watches which topic, and how much a single client may ask for."""

import threading
import time
from collections import Counter
from collections.abc import Callable

MAX_TOPICS = 150  # per client: as many rows of a watch-list as a tall screen shows
EVENTS_PER_SECOND = 20.0
BURST = 200.0  # a page that comes back joins all its topics at once
PATIENCE = 3.0  # so many bursts over the limit end the connection


class TokenBucket:
    """Events a client may send: a burst at once, then so many a second."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        burst: float = BURST,
        per_second: float = EVENTS_PER_SECOND,
    ) -> None:
        self._clock, self._burst, self._per_second = clock, burst, per_second
        self._tokens = burst
        self._at = clock()

    def take(self) -> bool:
        """Whether one more event is allowed now."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        self._tokens -= 1.0
        return self._tokens >= 0.0

    @property
    def abused(self) -> bool:
        """Whether the client went on far beyond its limit."""
        return self._tokens < -PATIENCE * self._burst


class Listeners:
    """Clients and the topics they watch; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._topics: dict[str, set[str]] = {}  # client -> topics
        self._buckets: dict[str, TokenBucket] = {}
        self._counts: Counter[str] = Counter()  # topic -> clients

    def add(self, client: str) -> int:
        """A client has come; returns how many there are now."""
        with self._lock:
            self._topics[client] = set()
            self._buckets[client] = TokenBucket()
            return len(self._topics)

    def remove(self, client: str) -> None:
        """A client has gone, and with it its topics."""
        with self._lock:
            self._buckets.pop(client, None)
            for topic in self._topics.pop(client, set()):
                self._drop(topic)

    def bucket(self, client: str) -> TokenBucket | None:
        """The client's allowance, or None when it is gone."""
        return self._buckets.get(client)

    def watch(self, client: str, topic: str) -> bool:
        """Note that a client watches a topic; False when it watches too many."""
        with self._lock:
            topics = self._topics.get(client)
            if topics is None:
                return False
            if topic not in topics:
                if len(topics) >= MAX_TOPICS:
                    return False
                topics.add(topic)
                self._counts[topic] += 1
            return True

    def unwatch(self, client: str, topic: str) -> None:
        """Note that a client no longer watches a topic."""
        with self._lock:
            topics = self._topics.get(client, set())
            if topic in topics:
                topics.remove(topic)
                self._drop(topic)

    def topics(self) -> list[str]:
        """Topics with at least one listener."""
        with self._lock:
            return list(self._counts)

    def clients(self) -> int:
        """How many clients are connected."""
        return len(self._topics)

    def _drop(self, topic: str) -> None:
        self._counts[topic] -= 1
        if self._counts[topic] <= 0:
            del self._counts[topic]
