"""Quarantine: messages that could not be read, kept with the reason.

Example document:

    {"_id": ObjectId(...), "received_at": 2026-11-22T08:00:00Z,
     "reason": "p: expected a positive number, got 'NaN'", "raw": b'{"e":"trade",...}', "size": 152}

Index: a time-to-live on received_at of seven days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from workers.store.database import collection

KEPT_BYTES = 4_096  # of each message; its full size is noted
KEPT_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One message that could not be read."""

    received_at: datetime
    reason: str
    raw: bytes


def ensure_indexes() -> None:
    """Rows go after a week."""
    collection("quarantine").create_index("received_at", name="retention", expireAfterSeconds=KEPT_SECONDS)


def save_quarantined(messages: Sequence[Quarantined]) -> None:
    """Keep malformed messages, the beginning of each."""
    if messages:
        rows = [
            {
                "received_at": message.received_at,
                "reason": message.reason,
                "raw": message.raw[:KEPT_BYTES],
                "size": len(message.raw),
            }
            for message in messages
        ]
        collection("quarantine").insert_many(rows, ordered=False)


def load_quarantined(*, limit: int = 100) -> list[Quarantined]:
    """The newest malformed messages, newest first."""
    found = collection("quarantine").find(sort=[("received_at", -1)], limit=limit)
    return [Quarantined(row["received_at"], row["reason"], bytes(row["raw"])) for row in found]
