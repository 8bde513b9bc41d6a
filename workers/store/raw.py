"""Documents as MongoDB keeps them, byte for byte: for backup and restore, which look into none.

Heartbeats are left out: they say which processes live, and those of a backup do not. So
is who may come in and who changed what: a restore brings no revoked token back and
removes no entry of the audit log.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection

from workers.settings import load_settings
from workers.store.database import DURABLE, database
from workers.store.heartbeats import load_heartbeats

ACCESS = ("sessions", "sign_in_attempts", "api_tokens", "audit")
LEFT_OUT = ("heartbeats", *ACCESS)
BEATS_WITHIN = timedelta(seconds=10)
AT_ONCE_BYTES = 4 << 20
AT_ONCE = 10_000

# A mark must not run ahead of what it speaks of, and a second to rebuild must not be missed although the
# product writes meanwhile: marks first, then the gaps, then the ticks, then what is made of them.
_FIRST = ("meta", "imports", "watermarks", "progress", "seams", "cursors", "stretches", "gaps")
_LAST = ("ticks", "rebuilds", "bars")


def collections_in_order() -> list[str]:
    """Every collection that is backed up, in the order in which that is safe while the product runs."""
    names = set(database().list_collection_names()) - set(LEFT_OUT)
    others = sorted(name for name in names - {*_FIRST, *_LAST} if not name.startswith("system."))
    return [name for name in (*_FIRST, *others, *_LAST) if name in names]


def raw_batches(name: str) -> Iterator[bytes]:
    """All documents of a collection by `_id`, each batch a run of BSON documents."""
    yield from database()[name].find_raw_batches(sort=[("_id", 1)], batch_size=AT_ONCE)


def count_documents(batch: bytes) -> int:
    """How many documents a run of BSON documents holds, by their lengths.

    >>> count_documents(bytes([5, 0, 0, 0, 0]) * 2)
    2
    """
    count = at = 0
    while at < len(batch):
        at += int.from_bytes(batch[at : at + 4], "little")
        count += 1
    return count


def insert_raw(name: str, documents: Iterable[bytes]) -> int:
    """Store documents as they are, durably; how many they were."""
    count, size, waiting = 0, 0, list[RawBSONDocument]()
    target = _raw(name)
    for document in documents:
        waiting.append(RawBSONDocument(document))
        size, count = size + len(document), count + 1
        if size >= AT_ONCE_BYTES or len(waiting) >= AT_ONCE:
            target.insert_many(waiting, ordered=False)
            size, waiting = 0, []
    if waiting:
        target.insert_many(waiting, ordered=False)
    return count


def drop_everything() -> None:
    """Empty the database, its note of a restore under way left out."""
    for name in database().list_collection_names():
        if name == "meta":
            database()[name].delete_many({"_id": {"$ne": "restore"}})
        elif name not in ACCESS and not name.startswith("system."):
            database().drop_collection(name)


def is_empty() -> bool:
    """Whether the database holds no document but of processes and of its own version."""
    names = set(database().list_collection_names()) - {*LEFT_OUT, "meta"}
    return all(database()[name].find_one({}, {"_id": 1}) is None for name in names)


def living_processes() -> list[str]:
    """Processes of the product that gave a sign of life just now, as `name@host`."""
    since = datetime.now(UTC) - BEATS_WITHIN
    return sorted(f"{beat.process}@{beat.host}" for beat in load_heartbeats() if beat.beat_at >= since)


def database_name() -> str:
    """The database of the settings."""
    return load_settings().database


def _raw(name: str) -> Collection[RawBSONDocument]:
    return database()[name].with_options(write_concern=DURABLE)  # type: ignore[return-value]  # written as it is
