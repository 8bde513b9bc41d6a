"""The version of what is stored: written into a new database, checked by every process that writes.

Example documents of `meta`:

    {"_id": "schema", "version": 1, "written_at": 2026-11-22T08:00:00Z}
    {"_id": "migration", "holder": "5f0c...", "until": 2026-11-22T08:01:00Z}    # while one migrates
    {"_id": "restore", "archive": "gemscap.backup.zip", "begun_at": ...}        # until a restore is whole

A database from before there were versions counts as version 1. When the shape of
a collection changes, SCHEMA_VERSION goes up by one and MIGRATIONS gets a function
that brings a database of the version before up to it. Such a function may be
killed half-way and is then run again from its beginning.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pymongo.errors import DuplicateKeyError, PyMongoError

from workers.settings import load_settings
from workers.store.database import collection, database

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
FIRST_VERSION = 1  # of a database that does not say its own
MIGRATIONS: Mapping[int, Callable[[], None]] = {}  # version -> makes it of the one before

LAPSES = timedelta(minutes=10)  # a migration that was killed keeps others out no longer
LOOK_AGAIN_SECONDS = 0.5
STORE_AWAY_SECONDS = 1.0


class SchemaRefused(SystemExit):
    """Raised when this code may not write to the database as it is; ends the process with that sentence."""


def ensure_schema() -> None:
    """See that the database is of this code's version: write it, or migrate, or refuse.

    Raises
    ------
    SchemaRefused
        The database is newer than the code, or a restore of it was not finished.
    """
    _refuse_half_restored()
    version = load_schema_version()
    if version is None:
        version = _first_version()
        _write_version(version)
    if version > SCHEMA_VERSION:
        raise SchemaRefused(
            f"cannot use the database {load_settings().database}: it has schema version {version}, this "
            f"program knows {SCHEMA_VERSION}; start the newer program, or restore a backup made by this one"
        )
    if version < SCHEMA_VERSION:
        _migrate()


def wait_for_schema() -> None:
    """The same, as soon as the database answers."""
    told = False
    while True:
        try:
            ensure_schema()
            return
        except PyMongoError as error:
            if not told:
                log.warning("waiting for the database reason=%s", type(error).__name__)
            told = True
            time.sleep(STORE_AWAY_SECONDS)


def load_schema_version() -> int | None:
    """The version the database says it has, None when it says nothing."""
    found = collection("meta").find_one({"_id": "schema"})
    return int(found["version"]) if found else None


def set_schema_version(version: int) -> None:
    """The database is of this version: that of the backup it was restored from."""
    row = {"version": version, "written_at": datetime.now(UTC)}
    collection("meta", durable=True).replace_one({"_id": "schema"}, row, upsert=True)


def note_restore(archive: str) -> None:
    """From now on the database is half restored."""
    row = {"archive": archive, "begun_at": datetime.now(UTC)}
    collection("meta", durable=True).replace_one({"_id": "restore"}, row, upsert=True)


def note_restored() -> None:
    """The database is whole again."""
    collection("meta", durable=True).delete_one({"_id": "restore"})


def _refuse_half_restored() -> None:
    unfinished = collection("meta").find_one({"_id": "restore"})
    if unfinished:
        raise SchemaRefused(
            f"cannot use the database {load_settings().database}: its restore from {unfinished['archive']} "
            "was not finished; run that again with --replace"
        )


def _first_version() -> int:
    """An empty database is of today's version."""
    is_new = not set(database().list_collection_names()) - {"meta"}
    return SCHEMA_VERSION if is_new else FIRST_VERSION


def _write_version(version: int) -> None:
    change = {"$max": {"version": version}, "$set": {"written_at": datetime.now(UTC)}}
    collection("meta", durable=True).update_one({"_id": "schema"}, change, upsert=True)


def _migrate() -> None:
    """Step by step, by one process at a time; the others wait until it is done."""
    with _migration_lock():
        while (version := load_schema_version() or FIRST_VERSION) < SCHEMA_VERSION:
            log.warning("migrating database=%s to_version=%d", load_settings().database, version + 1)
            MIGRATIONS[version + 1]()
            _write_version(version + 1)


@contextmanager
def _migration_lock() -> Iterator[None]:
    mine = uuid4().hex
    while not _is_won(mine):
        time.sleep(LOOK_AGAIN_SECONDS)
    try:
        yield
    finally:
        collection("meta").delete_one({"_id": "migration", "holder": mine})


def _is_won(mine: str) -> bool:
    now = datetime.now(UTC)
    lapsed = {"_id": "migration", "until": {"$lt": now}}
    try:
        collection("meta", durable=True).update_one(
            lapsed, {"$set": {"holder": mine, "until": now + LAPSES}}, upsert=True
        )
    except DuplicateKeyError:  # somebody holds it
        return False
    return True
