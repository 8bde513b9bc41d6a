"""Heartbeats: one document per process, its last sign of life and its figures.

Example document:

    {"_id": "stream@host:4711", "process": "stream", "host": "host", "pid": 4711,
     "started_at": 2026-11-22T07:59:50Z, "beat_at": 2026-11-22T08:00:00Z,
     "figures": {"trades_per_second": 61.2, "buffered": 0}}

Index: a time-to-live on beat_at of one hour: a process that is gone is forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pymongo

from workers.store.database import collection

FORGOTTEN_AFTER_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A process's sign of life."""

    process: str  # web, stream, compute, asked, batch or beat
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime
    figures: Mapping[str, float | int | str | None]  # names carry their unit


def ensure_indexes() -> None:
    """Processes that are gone are forgotten."""
    collection("heartbeats").create_index(
        "beat_at", name="retention", expireAfterSeconds=FORGOTTEN_AFTER_SECONDS
    )


def save_heartbeat(beat: Heartbeat) -> None:
    """Replace the sign of life of this process."""
    row = {
        "process": beat.process,
        "host": beat.host,
        "pid": beat.pid,
        "started_at": beat.started_at,
        "beat_at": beat.beat_at,
        "figures": dict(beat.figures),
    }
    collection("heartbeats").replace_one({"_id": f"{beat.process}@{beat.host}:{beat.pid}"}, row, upsert=True)


def load_heartbeats() -> list[Heartbeat]:
    """The newest sign of life of each process, by name, newest first within a name."""
    found = collection("heartbeats").find(sort=[("process", 1), ("beat_at", -1)])
    return [
        Heartbeat(
            process=row["process"],
            host=row["host"],
            pid=row["pid"],
            started_at=row["started_at"],
            beat_at=row["beat_at"],
            figures=row["figures"],
        )
        for row in found
    ]


def forget_heartbeat(process: str, host: str, pid: int, *, seconds: float = 1.0) -> None:
    """Take a process off the list: it stopped as it should; waits no longer than `seconds`."""
    with pymongo.timeout(seconds):
        collection("heartbeats").delete_one({"_id": f"{process}@{host}:{pid}"})
