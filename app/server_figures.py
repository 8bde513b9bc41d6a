"""Versions and sizes of the servers and of this code, looked at every few seconds."""

import platform
import threading
import time

from workers.coordination.errors import CoordinationDown
from workers.coordination.memory import load_redis_figures
from workers.messages.envelope import JSON
from workers.settings import load_settings
from workers.store.schema import SCHEMA_VERSION
from workers.store.server_figures import load_mongo_figures

KEPT_SECONDS = 10.0

_lock = threading.Lock()
_kept: dict[str, tuple[float, JSON]] = {}  # database -> (until, figures)


def server_figures() -> JSON:
    """What the System page says of MongoDB, Redis and Python; null where Redis does not answer."""
    name = load_settings().database
    with _lock:
        until, figures = _kept.get(name, (0.0, {}))
        if time.monotonic() >= until:
            figures = _looked_at()
            _kept[name] = (time.monotonic() + KEPT_SECONDS, figures)
        return figures


def _looked_at() -> JSON:
    mongo = load_mongo_figures()
    try:
        redis = load_redis_figures()
    except CoordinationDown:
        redis = None
    return {
        "python": platform.python_version(),
        "schema": SCHEMA_VERSION,
        "mongodb": {"version": mongo.version, "stored_mb": round(mongo.stored_mb, 1)},
        "redis": {"version": redis.version, "memory_mb": round(redis.memory_mb, 1)} if redis else None,
    }
