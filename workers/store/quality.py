"""Quality: how whole the last day of each symbol is, and what a comparison with the exchange found.

Example documents:

    {"_id": "BTCUSDT",
     "day": {"as_of": 2026-11-22T08:00:00Z, "computed_at": 2026-11-22T08:00:01Z,
             "completeness": {"1m": {"expected": 1440, "present": 1440, "final": 1440, "open_gaps": 0}, ...},
             "spans_since": 2026-11-21T08:15:00Z, "spans": ["complete", ...]},
     "bar_check": {"timeframe": "1m", "since": ..., "until": ..., "compared": 60, "differing": 1,
                   "worst": {"start": ..., "field": "volume", "ours": 3.1, "theirs": 3.2},
                   "compared_at": 2026-11-22T08:00:12Z},
     "wish": {"asked_at": 2026-11-22T08:00:20Z, "reason": ""}}
    {"_id": "clock", "clock_check": {"offset_ms": -1.5, "round_trip_ms": 3.0, "checked_at": ...}}
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import UpdateOne

from analytics.records.quality import BarCheck, BarDifference, ClockCheck, ComparisonWish, SymbolQuality
from analytics.records.snapshots import Completeness
from workers.store.database import Document, collection

_CLOCK = "clock"  # no symbol is written in small letters


def save_symbol_quality(rows: Sequence[SymbolQuality]) -> None:
    """Replace what is said about the last day of each symbol."""
    _set("day", {row.symbol: _day_document(row) for row in rows})


def load_symbol_quality() -> dict[str, SymbolQuality]:
    """The last day of each symbol, by symbol."""
    found = collection("quality").find({"day": {"$exists": True}})
    return {row["_id"]: _symbol_quality(row["_id"], row["day"]) for row in found}


def save_bar_check(symbol: str, check: BarCheck) -> None:
    """Replace what the last comparison of a symbol's bars found."""
    _set("bar_check", {symbol: asdict(check)})


def load_bar_checks() -> dict[str, BarCheck]:
    """The last comparison of each symbol, by symbol."""
    found = collection("quality").find({"bar_check": {"$exists": True}}, {"bar_check": 1})
    return {row["_id"]: _bar_check(row["bar_check"]) for row in found}


def wish_comparison(symbols: Sequence[str], asked_at: datetime) -> None:
    """Have the bars of symbols compared at once."""
    _set("wish", {symbol: {"asked_at": asked_at, "reason": ""} for symbol in symbols})


def load_comparison_wishes() -> dict[str, ComparisonWish]:
    """What was wished and what became of it, by symbol."""
    found = collection("quality").find({"wish": {"$exists": True}}, {"wish": 1})
    return {row["_id"]: ComparisonWish(**row["wish"]) for row in found}


def settle_wish(symbol: str, wish: ComparisonWish, *, reason: str, waits: bool = False) -> None:
    """Say what became of a wish; one that was made again meanwhile stands."""
    found = {"asked_at": wish.asked_at if waits else None, "reason": reason}
    query = {"_id": symbol, "wish.asked_at": wish.asked_at}
    collection("quality").update_one(query, {"$set": {"wish": found}})


def save_clock_check(check: ClockCheck) -> None:
    """Replace what the last look at the exchange's clock found."""
    _set("clock_check", {_CLOCK: asdict(check)})


def load_clock_check() -> ClockCheck | None:
    """The last look at the exchange's clock."""
    row = collection("quality").find_one({"_id": _CLOCK})
    return ClockCheck(**row["clock_check"]) if row else None


def _set(part: str, documents: Mapping[str, Document]) -> None:
    if documents:
        writes = [
            UpdateOne({"_id": key}, {"$set": {part: document}}, upsert=True)
            for key, document in documents.items()
        ]
        collection("quality").bulk_write(writes, ordered=False)


def _day_document(row: SymbolQuality) -> Document:
    document = asdict(row) | {"spans": list(row.spans)}
    del document["symbol"]
    return document


def _symbol_quality(symbol: str, day: Document) -> SymbolQuality:
    by_timeframe = {name: Completeness(**values) for name, values in day["completeness"].items()}
    rest = day | {"completeness": by_timeframe, "spans": tuple(day["spans"])}
    return SymbolQuality(symbol=symbol, **rest)


def _bar_check(document: Document) -> BarCheck:
    worst = document["worst"]
    return BarCheck(**document | {"worst": BarDifference(**worst) if worst else None})
