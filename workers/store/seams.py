"""Seams: stretches of time whose bars were taken from the exchange's own history.

Example documents:

    {"_id": "BTCUSDT:history", "symbol": "BTCUSDT", "seam": "history", "seconds_from": ...,
     "since": 2026-11-20T08:00:00Z, "until": 2026-11-22T08:00:00Z}
    {"_id": "BTCUSDT:join", ...}            # from there to the first trade captured
    {"_id": "BTCUSDT:3735683300", ...}      # over the gap that begins with this id

One-second bars are whole from `seconds_from` on, and minutes are folded from
there on only. None: this stretch changed nothing about that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING

from workers.store.database import Document, collection

HISTORY, JOIN = "history", "join"


@dataclass(frozen=True, slots=True)
class Seam:
    """One stretch taken from the exchange, and why: `history`, `join` or a gap's first id."""

    symbol: str
    name: str
    since: datetime
    until: datetime
    seconds_from: datetime | None


def ensure_indexes() -> None:
    """By why, by their end, and by what they changed: there is a row for each hole there ever was."""
    collection("seams").create_index([("seam", ASCENDING), ("symbol", ASCENDING)], name="by_seam")
    collection("seams").create_index([("symbol", ASCENDING), ("until", ASCENDING)], name="by_end")
    collection("seams").create_index([("symbol", ASCENDING), ("seconds_from", ASCENDING)], name="by_seconds")


def load_seams(symbol: str, *, since: datetime) -> dict[str, Seam]:
    """The seams of a symbol by name: those that end at a moment or later, history and join in any case."""
    return load_seams_since([symbol], since).get(symbol, {})


def load_seams_since(symbols: Sequence[str], moment: datetime) -> dict[str, dict[str, Seam]]:
    """By symbol and name: those that end at a moment or later, and history and join in any case."""
    wanted: list[Document] = [{"until": {"$gte": moment}}, {"seam": {"$in": [HISTORY, JOIN]}}]
    found: dict[str, dict[str, Seam]] = {}
    for row in collection("seams").find({"symbol": {"$in": list(symbols)}, "$or": wanted}):
        found.setdefault(row["symbol"], {})[row["seam"]] = _seam(row)
    return found


def load_symbols_with_history() -> set[str]:
    """The symbols whose bars from before the capture are there."""
    return set(collection("seams").distinct("symbol", {"seam": HISTORY}))


def is_joined(symbol: str) -> bool:
    """Whether the bars of the capture are joined to those from before it."""
    return collection("seams").find_one({"_id": f"{symbol}:{JOIN}"}) is not None


def load_folds_from(symbol: str) -> datetime | None:
    """Since when one-second bars are whole; None while they are not joined to the history."""
    if not is_joined(symbol):
        return None
    newest = collection("seams").find_one({"symbol": symbol}, sort=[("seconds_from", DESCENDING)])
    return newest["seconds_from"] if newest else None


def save_seam(seam: Seam) -> None:
    """Note that a stretch was taken from the exchange."""
    row = {
        "symbol": seam.symbol,
        "seam": seam.name,
        "since": seam.since,
        "until": seam.until,
        "seconds_from": seam.seconds_from,
    }
    collection("seams").replace_one({"_id": f"{seam.symbol}:{seam.name}"}, row, upsert=True)


def stand_over(seams: Mapping[str, Seam], after: datetime, before: datetime) -> bool:
    """Whether the exchange's own bars stand over a hole: it lies inside a stretch that was taken for holes.

    Until they do, nothing may call the hole settled whose trades nobody has any more.
    """
    taken = [seam for name, seam in seams.items() if name not in (HISTORY, JOIN)]
    return any(seam.since <= after and before <= seam.until for seam in taken)


def _seam(row: Document) -> Seam:
    return Seam(row["symbol"], row["seam"], row["since"], row["until"], row["seconds_from"])
