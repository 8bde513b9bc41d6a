"""Passwords that were tried, by address: who was wrong too often waits, in all processes alike.

Example document:

    {"_id": "203.0.113.5", "tried": 11, "closed_until": 2026-11-22T08:01:00Z, "expires_at": ...}

An attempt is counted before the password is looked at, so that a hundred at the
same moment are not a hundred attempts.
Index: a time-to-live on expires_at.
"""

from datetime import datetime, timedelta

from pymongo.errors import DuplicateKeyError

from workers.store.database import Document, collection

FREE_ATTEMPTS = 10
FIRST_WAIT_SECONDS = 30.0  # doubled with every further attempt
LONGEST_WAIT_SECONDS = 900.0
FORGOTTEN_AFTER = timedelta(hours=6)  # without an attempt


def ensure_indexes() -> None:
    """Forgotten after a while."""
    collection("sign_in_attempts").create_index("expires_at", name="retention", expireAfterSeconds=0)


def count_attempt(address: str, now: datetime) -> float:
    """Count one more attempt and return 0.0; or the seconds to wait, when it is not to be made now."""
    attempts = collection("sign_in_attempts")
    open_now: Document = {"_id": address, "closed_until": {"$lte": now}}
    try:
        attempts.update_one(open_now, _one_more(now), upsert=True)
    except DuplicateKeyError:  # it is there, and closed
        row = attempts.find_one({"_id": address}) or {}
        return max(1.0, (row.get("closed_until", now) - now).total_seconds())
    return 0.0


def forget_attempts(address: str) -> None:
    """The password was right."""
    collection("sign_in_attempts").delete_one({"_id": address})


def _one_more(now: datetime) -> list[Document]:
    over: Document = {"$subtract": ["$tried", FREE_ATTEMPTS]}
    seconds = {"$multiply": [FIRST_WAIT_SECONDS, {"$pow": [2, {"$min": [over, 10]}]}]}
    milliseconds = {"$multiply": [1_000, {"$min": [seconds, LONGEST_WAIT_SECONDS]}]}
    closed_until = {"$cond": [{"$gte": [over, 0]}, {"$add": [now, milliseconds]}, now]}
    return [
        {"$set": {"tried": {"$add": [{"$ifNull": ["$tried", 0]}, 1]}, "expires_at": now + FORGOTTEN_AFTER}},
        {"$set": {"closed_until": closed_until}},
    ]
