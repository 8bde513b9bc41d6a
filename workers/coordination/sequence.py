"""Sequence numbers of live messages: one counter per topic, and the epoch they belong to."""

from collections.abc import Sequence
from typing import cast
from uuid import uuid4

from workers.coordination.redis_client import redis_client
from workers.settings import load_settings

# Takes the counters and sets the epoch in one step, so that numbers of one epoch never mix with another's.
_TAKE = """
local epoch = redis.call('GET', KEYS[1])
if not epoch then epoch = ARGV[1]; redis.call('SET', KEYS[1], epoch) end
local taken = {epoch}
for i = 2, #ARGV do taken[i] = redis.call('HINCRBY', KEYS[2] .. epoch, ARGV[i], 1) end
return taken
"""


def next_sequence(topics: Sequence[str]) -> tuple[str, list[int]]:
    """The epoch, and the next number of each topic."""
    name = load_settings().database
    keys = [f"{name}:live:epoch", f"{name}:live:seq:"]
    answer = cast(list[str | int], redis_client().eval(_TAKE, 2, *keys, uuid4().hex[:12], *topics))
    return str(answer[0]), [int(number) for number in answer[1:]]


def current_sequence(topic: str) -> tuple[str, int]:
    """The epoch and the last number given to a topic; ("", 0) before the first message."""
    name = load_settings().database
    epoch = cast(str | None, redis_client().get(f"{name}:live:epoch"))
    if epoch is None:
        return "", 0
    return epoch, int(redis_client().hget(f"{name}:live:seq:{epoch}", topic) or 0)
