"""Stretches: which ids of a symbol came from files, and what the ledger is told of them.

Example document:

    {"_id": "BTCUSDT:3735683259", "symbol": "BTCUSDT", "first_id": 3735683259, "last_id": 3735693015,
     "since": 2024-08-08T23:54:16Z, "until": 2024-08-09T00:00:01Z, "pending_id": 3735693011, "counted": False}

Stretches that touch are one. A symbol the stream never captured gets a cursor and
an edge: a resolved gap row right behind its last id, so that what was traded
between the file and the begin of a capture is not taken for a loss to repair.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from analytics.records.imports import Stretch
from analytics.records.market import Gap
from workers.store.database import Document, collection
from workers.store.gaps import save_gaps
from workers.store.seams import is_joined

EDGE_REASON = "an imported file ends before this id"


def ensure_indexes() -> None:
    """By symbol, from both ends."""
    for end in ("first_id", "last_id"):
        keys = [("symbol", ASCENDING), (end, ASCENDING)]
        collection("stretches").create_index(keys, name=f"by_{end}")


def load_stretches(symbol: str) -> list[Stretch]:
    """The stretches of a symbol, lowest id first."""
    found = collection("stretches").find({"symbol": symbol}, sort=[("first_id", 1)])
    return [_stretch(row) for row in found]


def load_stretches_since(symbols: Sequence[str], moment: datetime) -> dict[str, list[Stretch]]:
    """Those that end at a moment or later, by symbol."""
    found: dict[str, list[Stretch]] = {}
    for row in collection("stretches").find({"symbol": {"$in": list(symbols)}, "until": {"$gte": moment}}):
        found.setdefault(row["symbol"], []).append(_stretch(row))
    return found


def save_stretch(stretch: Stretch, *, replaced: Sequence[Stretch]) -> None:
    """Write a stretch, then take away those it has taken the place of."""
    stretches = collection("stretches", durable=True)
    stretches.replace_one({"_id": _key(stretch)}, asdict(stretch), upsert=True)
    gone = {_key(other) for other in replaced} - {_key(stretch)}
    if gone:
        stretches.delete_many({"_id": {"$in": sorted(gone)}})


def load_last_imported_id(symbol: str) -> int:
    """The highest id that came from a file, -1 when none did."""
    found = collection("stretches").find_one({"symbol": symbol}, sort=[("last_id", -1)])
    return int(found["last_id"]) if found else -1


def is_captured(symbol: str) -> bool:
    """Whether the stream has ever held a symbol, so that its ledger is the stream's to write."""
    held = collection("cursors").find_one({"_id": symbol, "token": {"$exists": True}})
    return held is not None or is_joined(symbol)


def save_edge(stretch: Stretch, traded_at: datetime) -> None:
    """Let a capture that begins later start behind the imported ids, without a hole in between."""
    edge, symbol = stretch.last_id + 1, stretch.symbol
    row = Gap(symbol, edge, edge, "expired", traded_at, traded_at, traded_at, reason=EDGE_REASON)
    save_gaps([row])
    passed = {"$gt": stretch.first_id, "$lt": edge}
    collection("gaps").delete_many({"symbol": symbol, "reason": EDGE_REASON, "first_id": passed})
    mark = {"$max": {"last_id": stretch.last_id, "last_traded_at": traded_at}}
    with suppress(DuplicateKeyError):  # captured by now: the cursor is the stream's
        collection("cursors").update_one({"_id": symbol, "token": {"$exists": False}}, mark, upsert=True)


def _key(stretch: Stretch) -> str:
    return f"{stretch.symbol}:{stretch.first_id}"


def _stretch(row: Document) -> Stretch:
    return Stretch(**{name: row[name] for name in Stretch.__dataclass_fields__})
