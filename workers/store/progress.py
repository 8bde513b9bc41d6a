"""Progress of the bars of each symbol: the watermark of the stage that builds them.

Example document:

    {"_id": "BTCUSDT", "tick_id": 3735683259, "built_until": 2024-08-08T23:55:07Z}

Ticks up to `tick_id` lie in seconds that are built; every bar that ends at or
before `built_until` is over.
"""

from dataclasses import dataclass
from datetime import datetime

from workers.store.database import collection


@dataclass(frozen=True, slots=True)
class BarProgress:
    """How far the bars of a symbol have come."""

    symbol: str
    tick_id: int
    built_until: datetime


def load_progress() -> dict[str, BarProgress]:
    """Progress by symbol; symbols not begun are missing."""
    return {
        row["_id"]: BarProgress(row["_id"], row["tick_id"], row["built_until"])
        for row in collection("progress").find()
    }


def save_progress(progress: BarProgress) -> None:
    """Move the mark forward; it never goes back."""
    marks = {"tick_id": progress.tick_id, "built_until": progress.built_until}
    collection("progress").update_one({"_id": progress.symbol}, {"$max": marks}, upsert=True)
