"""The database of the settings -> an archive, also while the product runs.

What the product writes meanwhile may be in it or not. The order of the collections
makes that harmless: a mark never runs ahead of what it speaks of (store/raw.py).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from workers.backup.archive import ArchiveWriter, Manifest, SavedCollection
from workers.backup.errors import BackupRefused
from workers.store.raw import collections_in_order, count_documents, database_name, is_empty, raw_batches
from workers.store.schema import ensure_schema, load_schema_version


def back_up(path: Path, tell: Callable[[SavedCollection], None] = lambda saved: None) -> Manifest:
    """Write every collection into a new file.

    Raises
    ------
    BackupRefused
        There is nothing to back up, or the file is there already.
    """
    if path.exists():
        raise BackupRefused(f"{path}: is there already; name another file")
    if is_empty():
        raise BackupRefused(f"the database {database_name()} is empty; nothing was written")
    ensure_schema()
    created_at = datetime.now(UTC).isoformat(timespec="seconds")
    with ArchiveWriter(path) as archive:
        for name in collections_in_order():
            tell(archive.add(name, raw_batches(name), count_documents))
        return archive.finish(
            database=database_name(), schema_version=load_schema_version() or 1, created_at=created_at
        )
