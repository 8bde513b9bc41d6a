"""Sessions of signed-in browsers, kept on the server's side; a browser holds nothing but an id.

Example document:

    {"_id": "9f2c...", "sign_in": "5f0c...", "password": "a91b...", "address": "203.0.113.5",
     "browser": "Mozilla/5.0 ...", "signed_in_at": 2026-11-22T08:00:00Z, "made_at": ..., "seen_at": ...,
     "expires_at": 2026-11-22T20:00:00Z, "is_replaced": False}

The key is the SHA-256 of the id: who reads the database can use none of them. A
session gets a new id from time to time; `sign_in` stays, and with it form tokens
and live connections. `password` tells the hash it began with: another password ends it.
Indexes: sign_in; a time-to-live on expires_at.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from analytics.records.access import Session
from workers.store.database import Document, collection


def ensure_indexes() -> None:
    """By sign-in; what is over goes by itself."""
    collection("sessions").create_index("sign_in", name="by_sign_in")
    collection("sessions").create_index("expires_at", name="retention", expireAfterSeconds=0)


def save_session(session: Session) -> None:
    """Keep a new session."""
    row = asdict(session)
    collection("sessions", durable=True).insert_one({"_id": row.pop("key"), **row})


def load_session(key: str, password: str, now: datetime) -> Session | None:
    """The session of an id, unless it is over or the password is another one by now."""
    row = collection("sessions").find_one({"_id": key, "password": password, "expires_at": {"$gt": now}})
    return _session(row) if row else None


def note_seen(key: str, seen_at: datetime, expires_at: datetime) -> None:
    """It was used; one that was ended meanwhile stays ended, and one that was replaced ends as it must."""
    change = {"$set": {"seen_at": seen_at, "expires_at": expires_at}}
    collection("sessions").update_one({"_id": key, "is_replaced": {"$ne": True}}, change)


def end_soon(key: str, expires_at: datetime) -> None:
    """A newer id has taken its place: requests under way may still use this one for a moment."""
    change = {"$min": {"expires_at": expires_at}, "$set": {"is_replaced": True}}
    collection("sessions").update_one({"_id": key}, change)


def end_sign_in(sign_in: str) -> None:
    """Sign out: all ids of it end."""
    collection("sessions", durable=True).delete_many({"sign_in": sign_in})


def end_other_sign_ins(sign_in: str) -> int:
    """Sign out everybody else; how many sign-ins that were."""
    others = {"sign_in": {"$ne": sign_in}}
    count = len(collection("sessions").distinct("sign_in", others))
    collection("sessions", durable=True).delete_many(others)
    return count


def living_sign_ins(asked: Collection[str], password: str, now: datetime) -> set[str]:
    """Which of these sign-ins are still good."""
    query: Document = {"sign_in": {"$in": list(asked)}, "password": password, "expires_at": {"$gt": now}}
    return {str(found) for found in collection("sessions").distinct("sign_in", query)}


def load_sign_ins(password: str, now: datetime) -> list[Session]:
    """The newest session of every sign-in, last used first."""
    query = {"password": password, "expires_at": {"$gt": now}}
    newest: dict[str, Session] = {}
    for row in collection("sessions").find(query, sort=[("seen_at", -1), ("made_at", -1)], limit=1_000):
        newest.setdefault(row["sign_in"], _session(row))
    return list(newest.values())


def _session(row: Document) -> Session:
    return Session(key=row.pop("_id"), **row)
