"""Imports: how far the import of each file has come.

Example document:

    {"_id": "9f2c...:183382",              # SHA-256 of the file's bytes, and how many they are
     "path": "/data/BTCUSDT-aggTrades-2024-08-09.csv", "format": "archive of aggTrade",
     "options": {"symbol": None, "kind": None, "timeframe": None, "synthetic": False}, "is_upload": False,
     "state": "running", "reason": "", "size": 183382, "bytes_read": 90112, "offset": 412008, "line": 4120,
     "rows": 4119, "stored": 4119, "repeats": 0, "quarantined": 0, "passed_over": 0, "standing": 0,
     "symbols": ["BTCUSDT"], "last_ids": {"BTCUSDT": 3735687377}, "counted_after": {}, "cancel_wanted": False,
     "queued_at": 2026-11-22T08:00:00Z, "started_at": ..., "updated_at": ..., "finished_at": None}

Everything up to `offset` (of the unpacked file) is stored; an import goes on from
there. rows = stored + repeats + quarantined + passed_over + standing, unless it was
killed: what was stored but not noted counts as repeats when it comes again.
A file that was sent is "uploaded" until somebody who saw what it holds starts it.
Index: (state, queued_at).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from pymongo import ASCENDING

from workers.store.database import Document, collection

ImportState = Literal["uploaded", "queued", "running", "done", "failed", "cancelled"]
WORKED_ON: tuple[ImportState, ...] = ("running", "queued")
RESTING: tuple[ImportState, ...] = ("uploaded", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class FileImport:
    """One file, known by its content, and how much of it is stored."""

    digest: str
    size: int  # bytes, as it lies on disk
    path: str  # where it was seen last
    options: Mapping[str, str | bool | None]
    state: ImportState
    queued_at: datetime
    reason: str = ""  # of a failure
    format: str = ""
    offset: int = 0  # in the unpacked file
    line: int = 0  # lines read
    bytes_read: int = 0  # of `size`
    rows: int = 0  # lines that are neither empty nor header
    stored: int = 0
    repeats: int = 0  # were in the store already
    quarantined: int = 0  # could not be read
    passed_over: int = 0  # messages that are no trades, placeholders, klines in which nothing traded
    standing: int = 0  # klines in whose place a bar made of ticks stands
    symbols: Sequence[str] = ()  # that were in the file so far
    last_ids: Mapping[str, int] = field(default_factory=dict)  # symbol -> highest id of the file so far
    counted_after: Mapping[str, datetime] = field(default_factory=dict)  # rows without ids count from there
    started_at: datetime | None = None
    updated_at: datetime | None = None
    finished_at: datetime | None = None
    is_upload: bool = False  # it was sent, and is removed when it is imported

    @property
    def share(self) -> float:
        """How much of the file is done, 0 to 1."""
        return self.bytes_read / self.size if self.size else 1.0


_FIELDS = tuple(FileImport.__dataclass_fields__)


def ensure_indexes() -> None:
    """By state and age."""
    collection("imports").create_index([("state", ASCENDING), ("queued_at", ASCENDING)], name="by_state")


def queue_import(digest: str, size: int, path: str, options: Mapping[str, str | bool | None]) -> FileImport:
    """The row of a file: a new one, or the known one, which goes on unless it is done."""
    row = _noted(FileImport(digest, size, path, dict(options), "queued", datetime.now(UTC)))
    unfinished = {"_id": _key(row), "state": {"$in": list(WORKED_ON)}}
    where = {"path": path, "is_upload": False}
    collection("imports", durable=True).update_one(unfinished, {"$set": where})
    return load_import(digest, size) or row


def note_upload(digest: str, size: int, path: str, options: Mapping[str, str | bool | None]) -> FileImport:
    """The row of a file that was sent; one that is done or being imported stays as it is."""
    row = FileImport(digest, size, path, dict(options), "uploaded", datetime.now(UTC), is_upload=True)
    _noted(row)
    return load_import(digest, size) or row


def start_upload(row: FileImport, options: Mapping[str, str | bool | None]) -> FileImport | None:
    """Queue a file that was sent; None when it does not wait for that."""
    queued: Document = {"state": "queued", "options": dict(options), "queued_at": datetime.now(UTC)}
    query = {"_id": _key(row), "state": "uploaded"}
    found = collection("imports", durable=True).update_one(query, {"$set": queued})
    return load_import(row.digest, row.size) if found.matched_count else None


def forget_upload(row: FileImport) -> bool:
    """Take back a file that was sent and not started; of one that was begun before, how far it came stays."""
    query = {"_id": _key(row), "state": "uploaded"}
    if row.rows:
        ended = {"$set": {"state": "cancelled", "finished_at": datetime.now(UTC)}}
        return collection("imports", durable=True).update_one(query, ended).matched_count > 0
    return collection("imports", durable=True).delete_one(query).deleted_count > 0


def load_import(digest: str, size: int) -> FileImport | None:
    """The row of a file by its content."""
    row = collection("imports").find_one({"_id": f"{digest}:{size}"})
    return _import(row) if row else None


def load_import_by_digest(digest: str) -> FileImport | None:
    """The row of a file by the digest alone."""
    row = collection("imports").find_one({"_id": {"$gte": f"{digest}:", "$lt": f"{digest};"}})
    return _import(row) if row else None


def load_uploads() -> list[FileImport]:
    """Files that were sent and are not done with."""
    states: list[ImportState] = [*WORKED_ON, "uploaded"]
    found = collection("imports").find({"is_upload": True, "state": {"$in": states}})
    return [_import(row) for row in found]


def load_imports(*, limit: int = 100) -> list[FileImport]:
    """All files that were ever imported or are to be, the newest first."""
    return [_import(row) for row in collection("imports").find(sort=[("queued_at", -1)], limit=limit)]


def load_imported_symbols() -> set[str]:
    """Symbols of which something came from a file."""
    return {str(symbol) for symbol in collection("imports").distinct("symbols")}


def load_next_import() -> FileImport | None:
    """The oldest one that is not finished."""
    row = collection("imports").find_one({"state": {"$in": list(WORKED_ON)}}, sort=[("queued_at", 1)])
    return _import(row) if row else None


def save_import(row: FileImport) -> FileImport:
    """Note how far it has come, durably; the row with the moment of that."""
    row = replace(row, updated_at=datetime.now(UTC))
    collection("imports", durable=True).update_one({"_id": _key(row)}, {"$set": asdict(row)}, upsert=True)
    return row


def want_cancelled(row: FileImport) -> None:
    """Ask whoever works on it to stop; what nobody works on is cancelled at once by the next who looks."""
    query = {"_id": _key(row), "state": {"$in": list(WORKED_ON)}}
    collection("imports", durable=True).update_one(query, {"$set": {"cancel_wanted": True}})


def cancel_queued(row: FileImport) -> bool:
    """Cancel at once what nobody has begun; whether it was still so."""
    ended = {"state": "cancelled", "cancel_wanted": True, "finished_at": datetime.now(UTC)}
    query = {"_id": _key(row), "state": "queued"}
    return collection("imports", durable=True).update_one(query, {"$set": ended}).matched_count > 0


def is_cancel_wanted(row: FileImport) -> bool:
    """Whether somebody asked for it to stop."""
    found = collection("imports").find_one({"_id": _key(row)}, {"cancel_wanted": 1})
    return bool(found and found.get("cancel_wanted"))


def _noted(row: FileImport) -> FileImport:
    """What was given, now the row of its file unless that one is worked on or done."""
    document = {"_id": _key(row)} | asdict(row) | {"cancel_wanted": False}
    collection("imports", durable=True).update_one(
        {"_id": _key(row)}, {"$setOnInsert": document}, upsert=True
    )
    again: Document = {
        name: document[name] for name in ("path", "options", "state", "queued_at", "is_upload")
    }
    again |= {"cancel_wanted": False, "reason": "", "finished_at": None}
    resting = {"_id": _key(row), "state": {"$in": list(RESTING)}}
    collection("imports", durable=True).update_one(resting, {"$set": again})
    return row


def _key(row: FileImport) -> str:
    return f"{row.digest}:{row.size}"


def _import(row: Document) -> FileImport:
    return FileImport(**{name: row[name] for name in _FIELDS if name in row})
