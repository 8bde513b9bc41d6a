"""One run at a time: a task that is still running is not started again."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from workers.coordination.redis_client import redis_client
from workers.settings import load_settings

_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


@contextmanager
def single_flight(name: str, *, at_most_seconds: float) -> Iterator[bool]:
    """True for the one who may run; the right lapses after `at_most_seconds`."""
    client = redis_client()
    key, mine = f"{load_settings().database}:running:{name}", uuid4().hex
    won = bool(client.set(key, mine, nx=True, px=int(at_most_seconds * 1000)))
    try:
        yield won
    finally:
        if won:
            client.eval(_RELEASE, 1, key, mine)
