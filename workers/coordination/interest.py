"""Which topics somebody looks at: the web says it, publishers ask before they send. Redis' clock counts."""

from collections.abc import Iterable

from workers.coordination.redis_client import redis_client, seconds_of
from workers.settings import load_settings

LASTS_SECONDS = 30  # the web renews well within this


def renew_interest(topics: Iterable[str]) -> None:
    """Say that these topics are being watched now."""
    names = list(topics)
    if names:
        client = redis_client()
        client.zadd(_key(), dict.fromkeys(names, seconds_of(client.time()) + LASTS_SECONDS))


def load_interest() -> set[str]:
    """Topics that are being watched."""
    client = redis_client()
    client.zremrangebyscore(_key(), "-inf", seconds_of(client.time()))
    return {str(topic) for topic in client.zrange(_key(), 0, -1)}


def _key() -> str:
    return f"{load_settings().database}:live:interest"
