"""The doctor's looks at servers, disks, processes and the secret key."""

import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime

from workers.cli.findings import Finding
from workers.coordination.memory import load_redis_figures
from workers.coordination.queues import ping_redis
from workers.settings import load_settings
from workers.store.database import ping_database
from workers.store.disk import load_disk_space
from workers.store.heartbeats import load_heartbeats
from workers.store.schema import SCHEMA_VERSION, load_schema_version
from workers.store.server_figures import load_mongo_figures

SHORTEST_KEY = 16  # characters
LITTLE_GB = 3.0
SILENT_SECONDS = 15.0
KEEPS_ALL = "noeviction"
GIGABYTE = 1e9


def look_at_secret_key() -> Finding:
    """Whether sessions can be signed."""
    length = len(load_settings().secret_key)
    if not length:
        return Finding("Secret key", "bad", "SECRET_KEY is not set: the web does not start without it")
    if length < SHORTEST_KEY:
        return Finding(
            "Secret key", "bad", f"SECRET_KEY has {length} characters; {SHORTEST_KEY} are the least"
        )
    return Finding("Secret key", "ok", "set")


def look_at_mongo() -> Finding:
    """Version, size and how long an answer takes."""
    milliseconds = _timed(ping_database)
    figures = load_mongo_figures()
    return Finding(
        "MongoDB",
        "ok",
        f"{figures.version}, answers in {milliseconds:.0f} ms, {figures.stored_mb:,.1f} MB stored",
    )


def look_at_schema() -> Finding:
    """Whether the database is of this code's version."""
    version = load_schema_version()
    if version is None:
        return Finding(
            "Schema", "ok", f"empty database; version {SCHEMA_VERSION} is written at the first start"
        )
    if version > SCHEMA_VERSION:
        return Finding(
            "Schema", "bad", f"version {version} is newer than this code's {SCHEMA_VERSION}: update it"
        )
    if version < SCHEMA_VERSION:
        return Finding(
            "Schema", "warn", f"version {version} is migrated to {SCHEMA_VERSION} at the next start"
        )
    return Finding("Schema", "ok", f"version {version}")


def look_at_redis() -> Finding:
    """Version, memory, how long an answer takes, and whether it keeps what it is given."""
    milliseconds = _timed(ping_redis)
    figures = load_redis_figures()
    text = f"{figures.version}, answers in {milliseconds:.0f} ms, {figures.memory_mb:,.1f} MB used"
    if figures.eviction != KEEPS_ALL:
        return Finding(
            "Redis", "bad", f"{text}; maxmemory-policy is {figures.eviction}: tasks get lost, set {KEEPS_ALL}"
        )
    return Finding("Redis", "ok", text)


def look_at_disks() -> Finding:
    """Room for the database and for what waits for it."""
    space, folder = load_disk_space(), _nearest_folder(load_settings().spool_dir)
    spool_gb = shutil.disk_usage(folder).free / GIGABYTE
    database_gb = space.free_bytes / GIGABYTE if space else None
    told = "" if database_gb is None else f"{database_gb:,.1f} GB free for the database, "
    text = f"{told}{spool_gb:,.1f} GB for the spool"
    if not os.access(folder, os.W_OK):
        return Finding("Disks", "bad", f"{folder} cannot be written to: set SPOOL_DIR")
    if spool_gb < load_settings().spool_gb:
        return Finding("Disks", "bad", f"{text}, less than SPOOL_GB: {load_settings().spool_gb:g}")
    if database_gb is not None and database_gb < LITTLE_GB:
        return Finding("Disks", "bad", f"{text}: make room")
    return Finding("Disks", "ok", text)


def look_at_processes() -> Finding:
    """Which processes of the product live."""
    now = datetime.now(UTC)
    beats = load_heartbeats()
    living = sorted(beat.process for beat in beats if (now - beat.beat_at).total_seconds() <= SILENT_SECONDS)
    silent = sorted({beat.process for beat in beats} - set(living))
    if silent and living:
        return Finding("Processes", "warn", f"{', '.join(living)} live; silent: {', '.join(silent)}")
    return Finding("Processes", "ok", f"{', '.join(living)} live" if living else "the product is not running")


def _timed(ask: Callable[[], None]) -> float:
    ask()  # the first one connects
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


def _nearest_folder(path: str) -> str:
    """The folder itself, or the one above it that is there already."""
    path = os.path.abspath(os.path.expanduser(path))
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path
