"""The market clock: the newest time the exchange is known to have reached.

Example document:

    {"_id": "market", "reached": 2024-08-08T23:55:00.120Z}

It follows the exchange, not this machine: a replay of an old day reads as that day.
"""

from datetime import datetime, timedelta

from workers.store.database import collection


def save_market_clock(reached: datetime) -> None:
    """Move the clock forward; it never goes back."""
    collection("clock").update_one({"_id": "market"}, {"$max": {"reached": reached}}, upsert=True)


def follow_trades(traded_at: datetime, *, ahead: timedelta) -> None:
    """Move the clock forward to a trade that is at most so far ahead of what the exchange said."""
    near = {"_id": "market", "reached": {"$gte": traded_at - ahead}}
    collection("clock").update_one(near, {"$max": {"reached": traded_at}})


def load_market_clock() -> datetime | None:
    """The exchange's time as last heard, or None before the first word."""
    document = collection("clock").find_one({"_id": "market"})
    return document["reached"] if document else None
