"""One Redis client per process."""

import os
from functools import cache

from redis import Redis

from workers.settings import load_settings


def redis_client() -> Redis:
    """The client of this process; calls fail within a second or two, they never hang."""
    return _client(os.getpid())


@cache
def _client(_process_id: int) -> Redis:
    return Redis.from_url(
        load_settings().redis_url,
        socket_timeout=2.0,
        socket_connect_timeout=1.0,
        health_check_interval=15,
        decode_responses=True,
    )


def seconds_of(told: tuple[int, int]) -> float:
    """What Redis' TIME told, in seconds since 1970.

    >>> seconds_of((1_732_838_400, 250_000))
    1732838400.25
    """
    seconds, microseconds = told
    return seconds + microseconds / 1e6
