"""What came of asked jobs, as the JSON that is sent, until it is too old to be asked for again.

Example document:

    {"_id": "pair_analysis:5b2c...", "json": "{\"as_of\": \"2026-11-22T08:00:00.000Z\", ...}",
     "computed_at": 2026-11-22T08:01:00Z, "expires_at": 2026-11-22T08:16:00Z}

Index: a time-to-live on expires_at.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from workers.store.database import collection

KEPT_SECONDS = 900.0
MAX_CHARACTERS = 15_000_000  # MongoDB takes 16 MB in a document


class ResultTooLarge(ValueError):
    """Raised when a result does not fit into one document."""


def ensure_indexes() -> None:
    """Forgotten when they expire."""
    collection("results").create_index("expires_at", name="retention", expireAfterSeconds=0)


def result_key(job: str, parameters: Mapping[str, object], last_bar: object = "") -> str:
    """The key of a result: the job, its parameters in any order, and the bar it goes up to.

    >>> result_key("scan", {"a": 1, "b": 2}) == result_key("scan", {"b": 2, "a": 1})
    True
    """
    asked = json.dumps([job, dict(parameters), str(last_bar)], sort_keys=True, separators=(",", ":"))
    return f"{job}:{hashlib.sha256(asked.encode()).hexdigest()[:40]}"


def save_result(key: str, value: object, *, kept_seconds: float = KEPT_SECONDS) -> None:
    """Keep a result under its key, in place of an older one.

    Raises
    ------
    ValueError
        It holds a NaN or an infinity, which JSON does not know; a missing number is None.
    ResultTooLarge
        It does not fit into one document.
    """
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    if len(text) > MAX_CHARACTERS:
        raise ResultTooLarge(f"{key}: the result has {len(text)} characters, at most {MAX_CHARACTERS}")
    now = datetime.now(UTC)
    row = {"json": text, "computed_at": now, "expires_at": now + timedelta(seconds=kept_seconds)}
    collection("results").replace_one({"_id": key}, row, upsert=True)


def load_result_text(key: str) -> str | None:
    """A result as JSON text, None when there is none."""
    row = collection("results").find_one({"_id": key, "expires_at": {"$gt": datetime.now(UTC)}}, {"json": 1})
    return str(row["json"]) if row else None


def load_result(key: str) -> object:
    """A result as a value, None when there is none."""
    text = load_result_text(key)
    return None if text is None else json.loads(text)
