"""The market clock: the newest time the exchange is known to have reached.

Example documents:

    {"_id": "market", "reached": 2024-08-08T23:55:00.120Z}
    {"_id": "shard 1of2", "reached": 2024-08-08T23:54:12.300Z, "symbols": ["ETHUSDT", "SOLUSDT"]}

It follows the exchange, not this machine: a replay of an old day reads as that day.
A shard's clock stands while its trades cannot come, whatever the others hear: it
closes the bars of its symbols.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from workers.store.database import collection


def save_market_clock(reached: datetime) -> None:
    """Move the clock forward; it never goes back."""
    collection("clock").update_one({"_id": "market"}, {"$max": {"reached": reached}}, upsert=True)


def save_shard_clock(shard: str, symbols: Sequence[str], reached: datetime) -> None:
    """Move the clock of a shard forward, and say whose bars it closes."""
    collection("clock").update_one(
        {"_id": f"shard {shard}"}, {"$max": {"reached": reached}, "$set": {"symbols": symbols}}, upsert=True
    )


def follow_trades(traded_at: datetime, *, shard: str, ahead: timedelta) -> None:
    """Move the clocks forward to a shard's trade that is at most so far ahead of what the exchange said."""
    near = {"_id": {"$in": ["market", f"shard {shard}"]}, "reached": {"$gte": traded_at - ahead}}
    collection("clock").update_many(near, {"$max": {"reached": traded_at}})


def load_market_clock() -> datetime | None:
    """The exchange's time as last heard, or None before the first word."""
    document = collection("clock").find_one({"_id": "market"})
    return document["reached"] if document else None


def load_shard_clocks() -> dict[str, datetime]:
    """Of each symbol that a shard has, the time of the exchange up to which its trades could come."""
    clocks: dict[str, datetime] = {}
    for row in collection("clock").find({"symbols": {"$exists": True}}):
        for symbol in row["symbols"]:
            clocks[symbol] = max(row["reached"], clocks.get(symbol, row["reached"]))
    return clocks
