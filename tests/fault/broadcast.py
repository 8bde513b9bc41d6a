"""A market that moves: states of topics, published so many times a second as the stream does."""

import threading
import time
from datetime import UTC, datetime

from tests.integration.web.market_seed import tick
from workers.messages.envelope import JSON
from workers.messages.market import quote_json
from workers.publish import publish

RATE_HZ = 10.0  # as the live publisher


class Broadcast:
    """Publishes to topics until the block ends."""

    def __init__(self, topics: list[str], *, filling: str = "") -> None:
        self.sent = 0
        self._topics, self._filling = topics, filling
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Broadcast":
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._ended.set()
        self._thread.join(10)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            due = max(due + 1 / RATE_HZ, time.monotonic() - 1)
            self.sent += publish({topic: self._state() for topic in self._topics})

    def _state(self) -> JSON:
        now = datetime.now(UTC)
        quote = quote_json("BTCUSDT", tick("BTCUSDT", id=self.sent, price=60_000.0, traded_at=now), None)
        return quote | {"filling": self._filling}
