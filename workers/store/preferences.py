"""How the pages are wanted: one document for the installation, whoever is signed in.

Example document:

    {"_id": "pages", "theme": "dark", "colours": "green_red", "overlays": ["ema", "vwap"]}

It holds what was chosen and nothing else. What a later or an earlier version
wrote and this one does not know is passed over.
"""

from collections.abc import Mapping
from dataclasses import fields

import pymongo

from analytics.records.preferences import CHOICES, Preferences
from workers.store.database import Document, collection

KEY = {"_id": "pages"}
WAIT_SECONDS = 0.5  # a page does without, rather than wait for a store that is away


def load_preferences() -> Preferences:
    """What was chosen, and for the rest what holds until then."""
    with pymongo.timeout(WAIT_SECONDS):
        row = collection("preferences").find_one(KEY) or {}
    return _preferences(row)


def save_preferences(chosen: Mapping[str, object]) -> Preferences:
    """Keep some choices, each under its name; the others stay as they are."""
    rows = collection("preferences", durable=True)
    if chosen:
        rows.update_one(KEY, {"$set": dict(chosen)}, upsert=True)
    return _preferences(rows.find_one(KEY) or {})


def forget_preferences() -> None:
    """Back to what holds as long as nothing is chosen."""
    collection("preferences", durable=True).delete_one(KEY)


def _preferences(row: Document) -> Preferences:
    names = [field.name for field in fields(Preferences)]
    known = {name: row[name] for name in names if name in row and _is_known(name, row[name])}
    values: Document = {name: tuple(v) if isinstance(v, list) else v for name, v in known.items()}
    return Preferences(**values)


def _is_known(name: str, value: object) -> bool:
    if name not in CHOICES:
        return isinstance(value, bool)
    return all(item in CHOICES[name] for item in (value if isinstance(value, list) else [value]))
