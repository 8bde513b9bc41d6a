"""Canaries: beat sends one through every queue, and the worker that takes it notes when, on Redis' clock.

While a queue is worked off its canary is seconds old. It grows old when no worker
takes the queue, when something long stands before it, and when beat is gone.
"""

from workers.coordination.queues import QUEUES
from workers.coordination.redis_client import redis_client, seconds_of
from workers.settings import load_settings


def note_canary(queue: str) -> None:
    """The canary of a queue has come through."""
    client = redis_client()
    client.hset(_key(), queue, seconds_of(client.time()))


def load_canary_ages() -> dict[str, float | None]:
    """Seconds since each queue's canary came through; None where none ever did."""
    client = redis_client()
    now = seconds_of(client.time())
    noted = {str(queue): float(at) for queue, at in client.hgetall(_key()).items()}
    return {queue: max(0.0, now - noted[queue]) if queue in noted else None for queue in QUEUES}


def _key() -> str:
    return f"{load_settings().database}:canaries"
