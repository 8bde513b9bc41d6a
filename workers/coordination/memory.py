"""What Redis says of itself."""

from dataclasses import dataclass

from workers.coordination.redis_client import redis_client


@dataclass(frozen=True, slots=True)
class RedisFigures:
    """Its version and memory."""

    version: str
    memory_mb: float


def load_redis_figures() -> RedisFigures:
    """As of now; raises `redis.exceptions.RedisError` where it does not answer."""
    told = redis_client().info()
    return RedisFigures(str(told["redis_version"]), float(told["used_memory"]) / 1e6)
