"""How many tasks wait in each Celery queue."""

from redis.exceptions import RedisError

from workers.coordination.redis_client import redis_client

QUEUES = ("stream", "bars", "analytics", "asked", "batch")


def queue_depths() -> dict[str, int | None]:
    """Waiting tasks by queue; None where Redis does not answer."""
    try:
        pipeline = redis_client().pipeline(transaction=False)
        for queue in QUEUES:
            pipeline.llen(queue)
        return dict(zip(QUEUES, (int(depth) for depth in pipeline.execute()), strict=True))
    except RedisError:
        return dict.fromkeys(QUEUES)


def ping_redis() -> None:
    """Ask Redis for a sign of life; raises `redis.exceptions.RedisError` without one."""
    redis_client().ping()
