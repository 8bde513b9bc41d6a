"""Quarantine: messages that could not be read, kept with the reason.

Example document:

    {"_id": "5f0c...", "received_at": 2026-11-22T08:00:00Z,
     "reason": "p: expected a positive number, got 'NaN'", "raw": b'{"e":"trade",...}', "size": 152}

The key is made of the place it was read at and the message, so that one that is
read again after a crash, from the spool or a file, is still one. Of a stream in which
much cannot be read only a part is kept (stream/quarantine_bound.py), the rest is counted;
of a file (imports/run.py) the first lines.
Index: a time-to-live on received_at of seven days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pymongo import UpdateOne

from workers.store.database import collection

KEPT_BYTES = 4_096  # of each message; its full size is noted
KEPT_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One message that could not be read."""

    received_at: datetime
    reason: str
    raw: bytes
    place: str = ""  # where it was read: tells it from an equal one, and stays when it is read again


def ensure_indexes() -> None:
    """Rows go after a week."""
    collection("quarantine").create_index("received_at", name="retention", expireAfterSeconds=KEPT_SECONDS)


def save_quarantined(messages: Sequence[Quarantined]) -> None:
    """Keep malformed messages, the beginning of each; one that is kept already stays as it is."""
    rows = [
        {
            "received_at": message.received_at,
            "reason": message.reason,
            "raw": message.raw[:KEPT_BYTES],
            "size": len(message.raw),
        }
        for message in messages
    ]
    keys = [_key(message) for message in messages]
    writes = [
        UpdateOne({"_id": key}, {"$setOnInsert": row}, upsert=True)
        for key, row in zip(keys, rows, strict=True)
    ]
    if writes:
        collection("quarantine").bulk_write(writes, ordered=False)


def load_quarantined(*, limit: int = 100) -> list[Quarantined]:
    """The newest malformed messages, newest first."""
    found = collection("quarantine").find(sort=[("received_at", -1)], limit=limit)
    return [Quarantined(row["received_at"], row["reason"], bytes(row["raw"])) for row in found]


def _key(message: Quarantined) -> str:
    place = message.place or message.received_at.isoformat()
    return sha256(place.encode() + b"\0" + message.raw).hexdigest()[:32]
