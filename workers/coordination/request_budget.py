"""The exchange's request weight, shared by every process that works on the same database.

What the exchange says is used in this minute, and until when it wants no
request at all, stand in Redis; who wants to ask looks there first.
"""

import time
from typing import cast

from workers.coordination.redis_client import redis_client
from workers.settings import load_settings

SHARE_OF_LIMIT = 0.5  # the rest is left for people and other programs behind this address
RESERVED = 0.1  # of our share, for what looks after the stream: a long repair must not stop the clock
DEFAULT_WEIGHT_PER_MINUTE = 2_400  # futures; spot has 6,000; exchangeInfo tells


def seconds_to_wait(weight: int, *, is_urgent: bool = False) -> float:
    """How long a request of this weight has to wait; 0.0 when it may go now.

    Urgent is what closes bars and finds streams silent; everything else leaves it its reserve.
    """
    now = time.time()
    asked = redis_client().pipeline(transaction=False)
    asked.pttl(_key("ban"))
    asked.mget(_key("limit"), _key(f"used:{int(now // 60)}"))
    ban_ms, (limit, used) = cast(tuple[int, list[str | None]], asked.execute())
    if ban_ms > 0:
        return ban_ms / 1000
    share = SHARE_OF_LIMIT * int(limit or DEFAULT_WEIGHT_PER_MINUTE)
    allowed = share if is_urgent else (1.0 - RESERVED) * share
    return 0.0 if int(used or 0) + weight <= allowed else 60.0 - now % 60.0


def note_used(weight: int) -> None:
    """Keep what the exchange says is used in this minute."""
    redis_client().set(_key(f"used:{int(time.time() // 60)}"), weight, ex=120)


def note_limit(weight_per_minute: int) -> None:
    """Keep the limit that exchangeInfo names."""
    redis_client().set(_key("limit"), weight_per_minute, ex=86_400)


def note_ban(seconds: float) -> None:
    """Let nobody ask for so long: the exchange said Retry-After."""
    redis_client().set(_key("ban"), 1, px=max(1, int(seconds * 1000)))  # on Redis' clock, whoever is told


def _key(name: str) -> str:
    return f"{load_settings().database}:weight:{name}"
