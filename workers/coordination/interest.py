"""Which topics somebody looks at: the web says it, publishers ask before they send."""

import time
from collections.abc import Iterable

from workers.coordination.redis_client import redis_client
from workers.settings import load_settings

LASTS_SECONDS = 30  # the web renews well within this


def renew_interest(topics: Iterable[str]) -> None:
    """Say that these topics are being watched now."""
    until = time.time() + LASTS_SECONDS
    scores = dict.fromkeys(topics, until)
    if scores:
        redis_client().zadd(_key(), scores)


def load_interest() -> set[str]:
    """Topics that are being watched."""
    client = redis_client()
    client.zremrangebyscore(_key(), "-inf", time.time())
    return {str(topic) for topic in client.zrange(_key(), 0, -1)}


def _key() -> str:
    return f"{load_settings().database}:live:interest"
