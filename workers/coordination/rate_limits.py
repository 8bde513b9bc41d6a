"""How many requests one client may send, counted together by all web processes.

While Redis is away each process counts for itself, and asks Redis again after a
few seconds: nobody is refused for want of it, and nobody waits for it twice.
"""

import logging
import os
import time
from functools import cache

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from workers.coordination.errors import CoordinationDown
from workers.settings import load_settings

log = logging.getLogger(__name__)

WINDOW_SECONDS = 10
AWAY_SECONDS = 5.0
SECONDS = 0.5  # that Redis has for an answer


class RequestLimits:
    """The counters of one process and database, in Redis where it answers."""

    def __init__(self, redis_url: str, prefix: str) -> None:
        storage = RedisStorage(
            redis_url, key_prefix=prefix, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        )
        self._shared = SlidingWindowCounterRateLimiter(storage)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._away_until = 0.0

    def seconds_to_wait(self, client: str, per_minute: float, cost: int = 1) -> float:
        """0.0 when one more request is within the limit, else after how long it may be again."""
        item = RateLimitItemPerSecond(max(1, round(per_minute * WINDOW_SECONDS / 60)), WINDOW_SECONDS)
        if time.monotonic() >= self._away_until:
            try:
                waits = _wait(self._shared, item, client, cost)
            except CoordinationDown as error:
                self._away_until = time.monotonic() + AWAY_SECONDS
                log.warning("requests are counted by each process alone reason=%s", type(error).__name__)
            else:
                if self._away_until:
                    self._away_until = 0.0
                    log.warning("requests are counted together again")
                return waits
        return _wait(self._own, item, client, cost)


def request_limits() -> RequestLimits:
    """The counters of this process."""
    settings = load_settings()
    return _limits(os.getpid(), settings.redis_url, settings.database)


@cache
def _limits(_process_id: int, redis_url: str, database: str) -> RequestLimits:
    return RequestLimits(redis_url, f"{database}:requests")


def _wait(
    limiter: SlidingWindowCounterRateLimiter, item: RateLimitItemPerSecond, client: str, cost: int
) -> float:
    if limiter.hit(item, client, cost=cost):
        return 0.0
    return max(1.0, limiter.get_window_stats(item, client).reset_time - time.time())
