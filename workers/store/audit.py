"""Audit: who changed what, when, from where, and what came of it.

Example document:

    {"_id": ObjectId, "at": 2026-11-22T08:00:00Z, "who": "token laptop", "address": "203.0.113.5",
     "action": "POST /api/watchlist", "target": "/api/watchlist", "details": "{\\"symbol\\": \\"ETHUSDT\\"}",
     "status": 201, "outcome": "done", "left_out": 0}

A capped collection: of a fixed size, the oldest goes, nobody takes one out of the
middle. Passwords and tokens never stand in it.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo.errors import CollectionInvalid, OperationFailure

from analytics.records.access import AuditEntry
from workers.store.database import Document, collection, database

NAME = "audit"
THERE_ALREADY = 48  # MongoDB's code
SIZE_BYTES = 16 << 20  # some 40,000 changes


def ensure_indexes() -> None:
    """See that it is capped, also where the first entry came before."""
    try:
        database().create_collection(NAME, capped=True, size=SIZE_BYTES)
    except (CollectionInvalid, OperationFailure) as error:
        if isinstance(error, OperationFailure) and error.code != THERE_ALREADY:  # another process was first
            raise
        _cap()


def _cap() -> None:
    """Make it capped where it was begun by a first entry; another process may be doing the same."""
    if _is_capped():
        return
    try:
        database().command("convertToCapped", NAME, size=SIZE_BYTES)
    except OperationFailure:
        if not _is_capped():
            raise


def _is_capped() -> bool:
    return bool(collection(NAME).options().get("capped"))


def save_entry(entry: AuditEntry) -> None:
    """Add an entry."""
    collection(NAME, durable=True).insert_one(asdict(entry))


def load_entries(*, limit: int = 100, before: datetime | None = None) -> Sequence[AuditEntry]:
    """The newest entries, newest first; those before a moment."""
    query: Document = {"at": {"$lt": before}} if before else {}
    found = collection(NAME).find(query, {"_id": 0}, sort=[("$natural", -1)], limit=limit)
    return [AuditEntry(**row) for row in found]
