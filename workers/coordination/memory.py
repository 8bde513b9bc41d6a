"""What Redis says of itself."""

from dataclasses import dataclass

from workers.coordination.redis_client import redis_client


@dataclass(frozen=True, slots=True)
class RedisFigures:
    """Its version, its memory, and what it throws away when that is full."""

    version: str
    memory_mb: float
    eviction: str


def load_redis_figures() -> RedisFigures:
    """As of now; raises `redis.exceptions.RedisError` where it does not answer."""
    told = redis_client().info()
    return RedisFigures(
        str(told["redis_version"]), float(told["used_memory"]) / 1e6, str(told["maxmemory_policy"])
    )
