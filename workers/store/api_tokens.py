"""API tokens: what a program shows in place of a password; only their hashes are kept.

Example document:

    {"_id": "laptop", "hash": "9f2c...", "can_change": True, "made_at": 2026-11-22T08:00:00Z,
     "expires_at": None, "last_used_at": None}

A token is 256 random bits, so its plain SHA-256 cannot be guessed back.
Index: hash, unique.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from analytics.records.access import ApiToken
from workers.store.database import Document, collection


def ensure_indexes() -> None:
    """By hash."""
    collection("api_tokens").create_index("hash", name="by_hash", unique=True)


def add_token(token: ApiToken) -> bool:
    """Keep a new token; False when its name is taken."""
    row = asdict(token)
    try:
        collection("api_tokens", durable=True).insert_one({"_id": row.pop("name"), **row})
    except DuplicateKeyError:
        return False
    return True


def load_token(hash: str, now: datetime) -> ApiToken | None:
    """The token with this hash, unless it has expired."""
    row = collection("api_tokens").find_one({"hash": hash, **_good_at(now)})
    return _token(row) if row else None


def load_tokens() -> list[ApiToken]:
    """All tokens by name, expired ones as well."""
    return [_token(row) for row in collection("api_tokens").find(sort=[("_id", 1)])]


def living_tokens(names: Collection[str], now: datetime) -> set[str]:
    """Which of these tokens are still good."""
    found = collection("api_tokens").find({"_id": {"$in": list(names)}, **_good_at(now)}, {"_id": 1})
    return {str(row["_id"]) for row in found}


def note_token_used(name: str, at: datetime) -> None:
    """It was used."""
    collection("api_tokens").update_one({"_id": name}, {"$set": {"last_used_at": at}})


def revoke_token(name: str) -> bool:
    """From now on it opens nothing; False when there is none of that name."""
    return bool(collection("api_tokens", durable=True).delete_one({"_id": name}).deleted_count)


def _good_at(now: datetime) -> Document:
    return {"$or": [{"expires_at": None}, {"expires_at": {"$gt": now}}]}


def _token(row: Document) -> ApiToken:
    return ApiToken(name=row.pop("_id"), **row)
