"""An archive -> the database of the settings, which is empty before, or is replaced.

Until it is whole the database bears a note, and no process of the product uses it.
"""

from collections.abc import Callable
from pathlib import Path

from workers.backup.archive import Manifest, SavedCollection, read_documents, verify
from workers.backup.errors import BackupRefused
from workers.store.indexes import create_indexes
from workers.store.raw import database_name, drop_everything, insert_raw, is_empty, living_processes
from workers.store.schema import (
    SCHEMA_VERSION,
    ensure_schema,
    note_restore,
    note_restored,
    set_schema_version,
)


def restore(
    path: Path, *, replace: bool, tell: Callable[[SavedCollection], None] = lambda saved: None
) -> Manifest:
    """Store every document of an archive as it was.

    Raises
    ------
    BackupRefused
        The archive is damaged, is of another database or of a newer program, the product runs, or the
        database is not empty and is not to be replaced. Nothing was changed then.
    """
    manifest = verify(path)
    _refuse_other(path, manifest)
    _refuse_running()
    if not replace and not is_empty():
        raise BackupRefused(
            f"the database {database_name()} is not empty; --replace (make restore REPLACE=1) removes what "
            "it holds, and then restores"
        )
    note_restore(path.name)
    drop_everything()
    for saved in manifest.collections:
        if saved.name != "meta":  # of that one only the version
            _restore_collection(path, saved)
        tell(saved)
    create_indexes()
    set_schema_version(manifest.schema_version)
    note_restored()
    ensure_schema()  # an older one is migrated
    return manifest


def _restore_collection(path: Path, saved: SavedCollection) -> None:
    count = insert_raw(saved.name, read_documents(path, saved))
    if count != saved.documents:
        raise BackupRefused(
            f"{path}: {saved.name} should have {saved.documents} documents, {count} were stored; "
            "run it again with --replace"
        )


def _refuse_other(path: Path, manifest: Manifest) -> None:
    if manifest.database != database_name():
        raise BackupRefused(
            f"{path}: is a backup of {manifest.database}, the settings name {database_name()}: each source "
            "has a database of its own; set SOURCE, MARKET, STREAM, SEED or CAPTURE as they were"
        )
    if manifest.schema_version > SCHEMA_VERSION:
        raise BackupRefused(
            f"{path}: has schema version {manifest.schema_version}, this program knows {SCHEMA_VERSION}; "
            "restore it with the newer program"
        )


def _refuse_running() -> None:
    living = living_processes()
    if living:
        raise BackupRefused(
            f"the product is running on the database {database_name()} ({', '.join(living)}): stop it first; "
            "after a crash its last sign of life counts for ten seconds"
        )
