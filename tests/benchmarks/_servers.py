"""MongoDB and Redis of a benchmark, and what the processes on them are told."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.local.mongo_server import MongoServer
from workers.local.redis_server import RedisServer


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, str]]:
    """Started in a folder, stopped at the end; gives the environment of a web and of workers."""
    mongo, redis = MongoServer(folder / "mongodb" / "data"), RedisServer(folder / "redis" / "data")
    mongo.start()
    redis.start()
    try:
        yield {
            "MONGO_URL": mongo.url,
            "REDIS_URL": redis.url,
            "SOURCE": "SIMULATED",
            "SEED": uuid.uuid4().hex[:12],
            "BINANCE_WS_URL": "ws://127.0.0.1:1",
            "BINANCE_REST_URL": "http://127.0.0.1:1",
            "SECRET_KEY": "of the benchmark",
        }
    finally:
        redis.stop()
        mongo.stop()
