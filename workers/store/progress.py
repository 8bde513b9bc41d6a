"""Progress of the bars of each symbol: the watermark of the stage that builds them.

Example document:

    {"_id": "BTCUSDT", "tick_id": 3735683259, "built_until": 2024-08-08T23:55:07Z,
     "holes": [[2024-08-08T23:55:01.120Z, 2024-08-08T23:55:02.004Z]]}

Ticks up to `tick_id` lie in seconds that are built; every bar that ends at or
before `built_until` is over. `holes` are the stretches of time that open holes
reached over when bars were last judged final or not: kept here, because the
next run may be in another process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.timeframes import bar_start, length
from workers.store.database import Document, collection


@dataclass(frozen=True, slots=True)
class BarProgress:
    """How far the bars of a symbol have come."""

    symbol: str
    tick_id: int
    built_until: datetime
    holes: tuple[tuple[datetime, datetime], ...] | None = None  # None: never judged


def load_progress() -> dict[str, BarProgress]:
    """Progress by symbol; symbols not begun are missing."""
    return {
        row["_id"]: BarProgress(row["_id"], row["tick_id"], row["built_until"], _spans(row.get("holes")))
        for row in collection("progress").find()
    }


def newest_shared_bar(progress: Sequence[BarProgress], timeframe: str) -> datetime:
    """Start of the newest bar that is over for all symbols, but those that lie more than a bar behind.

    These hold nobody up: what is stored of them is used, and its completeness says so.
    """
    starts = [bar_start(row.built_until, timeframe) - length(timeframe) for row in progress]
    return min(start for start in starts if start >= max(starts) - length(timeframe))


def save_progress(progress: BarProgress) -> None:
    """Move the mark forward, it never goes back; holes replace the known ones unless they are None."""
    change: Document = {"$max": {"tick_id": progress.tick_id, "built_until": progress.built_until}}
    if progress.holes is not None:
        change["$set"] = {"holes": [list(span) for span in progress.holes]}
    collection("progress").update_one({"_id": progress.symbol}, change, upsert=True)


def _spans(rows: Sequence[Sequence[datetime]] | None) -> tuple[tuple[datetime, datetime], ...] | None:
    return None if rows is None else tuple((after, before) for after, before in rows)
