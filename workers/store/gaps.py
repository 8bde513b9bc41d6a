"""Gaps: the ledger of holes in the ids.

Example document:

    {"_id": "BTCUSDT:3735683300", "symbol": "BTCUSDT", "first_id": 3735683300, "last_id": 3735683341,
     "state": "open", "found_at": 2024-08-08T23:54:20Z,
     "after": 2024-08-08T23:54:18.100Z, "before": 2024-08-08T23:54:19.900Z, "tries": 0, "reason": "",
     "missing": [[3735683300, 3735683310], [3735683312, 3735683341]], "tried_at": None, "absent_at": None}

Indexes: (symbol, state); (symbol, last_id); found_at.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from pymongo import ASCENDING, ReplaceOne
from pymongo.errors import BulkWriteError

from analytics.records.market import UNRESOLVED, Gap
from workers.store.database import DUPLICATE_KEY, Document, collection

_FIELDS = tuple(Gap.__dataclass_fields__)


def ensure_indexes() -> None:
    """By symbol and state, by the id they end with, and by when they were found."""
    collection("gaps").create_index([("symbol", ASCENDING), ("state", ASCENDING)], name="by_state")
    collection("gaps").create_index([("symbol", ASCENDING), ("last_id", ASCENDING)], name="by_end")
    collection("gaps").create_index([("found_at", ASCENDING)], name="by_moment")


def save_gaps(gaps: Sequence[Gap]) -> None:
    """Write gap rows durably, each by its first id.

    A row that is resolved stays so: who still believes it open writes nothing.
    """
    if not gaps:
        return
    unresolved = {"state": {"$in": list(UNRESOLVED)}}
    writes = [ReplaceOne({"_id": _key(gap)} | unresolved, _document(gap), upsert=True) for gap in gaps]
    try:
        collection("gaps", durable=True).bulk_write(writes, ordered=False)
    except BulkWriteError as error:  # an upsert beside a resolved row
        if any(failure["code"] != DUPLICATE_KEY for failure in error.details["writeErrors"]):
            raise


def load_unresolved_gaps(symbol: str | None = None) -> list[Gap]:
    """Holes that may still hide trades, of one symbol or of all, lowest id first."""
    query: Document = {"state": {"$in": list(UNRESOLVED)}}
    if symbol is not None:
        query["symbol"] = symbol
    return [_gap(document) for document in collection("gaps").find(query, sort=[("first_id", 1)])]


def load_hiding_gaps(symbols: Collection[str], moment: datetime) -> dict[str, list[Gap]]:
    """By symbol, holes that end at a moment or later and that nobody brought: unresolved or expired."""
    hiding: Document = {"state": {"$in": [*UNRESOLVED, "expired"]}, "before": {"$gte": moment}}
    found: dict[str, list[Gap]] = {}
    for document in collection("gaps").find({"symbol": {"$in": list(symbols)}} | hiding):
        found.setdefault(document["symbol"], []).append(_gap(document))
    return found


def count_gaps() -> dict[str, int]:
    """How many rows of the ledger are in each state; states without any are missing."""
    found = collection("gaps").aggregate([{"$group": {"_id": "$state", "rows": {"$sum": 1}}}])
    return {str(row["_id"]): int(row["rows"]) for row in found}


def load_resolved(symbol: str, first_ids: Collection[int]) -> set[int]:
    """Which of these rows of a symbol are resolved by now."""
    query = {"_id": {"$in": [f"{symbol}:{id}" for id in first_ids]}, "state": {"$nin": list(UNRESOLVED)}}
    return {row["first_id"] for row in collection("gaps").find(query, {"first_id": 1})}


def load_gaps(symbol: str, *, limit: int = 1_000) -> list[Gap]:
    """Newest rows of the ledger of a symbol, in any state."""
    found = collection("gaps").find({"symbol": symbol}, sort=[("first_id", -1)], limit=limit)
    return [_gap(document) for document in found]


def load_newest_gaps(*, limit: int) -> list[Gap]:
    """Holes of all symbols in any state, found last first."""
    return [_gap(document) for document in collection("gaps").find(sort=[("found_at", -1)], limit=limit)]


def load_gaps_within(symbol: str, first_id: int, last_id: int) -> list[Gap]:
    """Rows of a symbol in any state that reach into first_id..last_id, lowest id first."""
    query = {"symbol": symbol, "first_id": {"$lte": last_id}, "last_id": {"$gte": first_id}}
    return [_gap(document) for document in collection("gaps").find(query, sort=[("first_id", 1)])]


def load_gap_up_to(symbol: str, last_id: int) -> Gap | None:
    """The row of a symbol, in any state, that ends with an id."""
    document = collection("gaps").find_one({"symbol": symbol, "last_id": last_id})
    return _gap(document) if document else None


def exchange_gap(known: Gap, new: Gap) -> bool:
    """Write a row in the place of one, resolved or not; False when somebody changed that meanwhile."""
    if known == new:
        return True
    query = _document(known) | {"missing": [list(span) for span in known.missing]}
    return collection("gaps", durable=True).replace_one(query, _document(new)).matched_count == 1


def ask_again(symbol: str, first_id: int | None = None) -> int:
    """Have holes of a symbol that are not resolved, or that one, tried at once; how many there are."""
    query: Document = {"symbol": symbol, "state": {"$in": list(UNRESOLVED)}}
    if first_id is not None:
        query["first_id"] = first_id
    return collection("gaps").update_many(query, {"$set": {"tried_at": None}}).matched_count


def load_gap(symbol: str, first_id: int) -> Gap | None:
    """The row of a hole, by the id it begins with."""
    found = collection("gaps").find_one({"_id": f"{symbol}:{first_id}"})
    return _gap(found) if found else None


def _key(gap: Gap) -> str:
    return f"{gap.symbol}:{gap.first_id}"


def _document(gap: Gap) -> Document:
    return {"_id": _key(gap)} | {name: getattr(gap, name) for name in _FIELDS}


def _gap(document: Document) -> Gap:
    values = {name: document[name] for name in _FIELDS}
    return Gap(**values | {"missing": tuple((first, last) for first, last in values["missing"])})
