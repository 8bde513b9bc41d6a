"""The file of a backup: a zip with one member per collection and a manifest behind them.

    meta.bson, cursors.bson, ..., ticks.bson, bars.bson     documents one behind the other, as in mongodump
    manifest.json    {"format": 1, "database": "gemscap_live_spot_aggtrade", "schema_version": 1,
                      "created_at": "2026-11-22T08:00:00+00:00", "collections": [
                      {"name": "ticks", "documents": 9757, "bytes": 1873344, "sha256": "5c0f..."}, ...]}

The manifest is written last: a file without one was cut off.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from workers.backup.errors import BackupRefused

FORMAT = 1
MANIFEST = "manifest.json"
COMPRESSION_LEVEL = 3  # a third of the size, at several times the speed of 6
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, ValueError, KeyError, TypeError)
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SavedCollection:
    """One collection as it was written."""

    name: str
    documents: int
    bytes: int  # unpacked
    sha256: str

    @property
    def member(self) -> str:
        """Its name in the archive."""
        return f"{self.name}.bson"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds."""

    database: str
    schema_version: int
    created_at: str  # ISO 8601, UTC
    collections: tuple[SavedCollection, ...]

    @property
    def documents(self) -> int:
        """Of all collections."""
        return sum(one.documents for one in self.collections)


class ArchiveWriter:
    """An archive that is being written; under its own name only when it is whole and on disk."""

    def __init__(self, path: Path) -> None:
        self._path, self._unfinished = path, path.with_name(f".{path.name}.{os.getpid()}")
        self._collections: list[SavedCollection] = []

    def __enter__(self) -> "ArchiveWriter":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(
            self._unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600
        )  # it holds everything
        self._file = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(
            self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL, allowZip64=True
        )
        return self

    def __exit__(self, *problem: object) -> None:
        self._zip.close()
        self._file.close()
        self._unfinished.unlink(missing_ok=True)

    def add(self, name: str, batches: Iterable[bytes], count: Callable[[bytes], int]) -> SavedCollection:
        """Write a collection; `count` tells how many documents a batch holds."""
        documents = size = 0
        digest = hashlib.sha256()
        with self._zip.open(f"{name}.bson", "w", force_zip64=True) as member:
            for batch in batches:
                member.write(batch)
                digest.update(batch)
                documents, size = documents + count(batch), size + len(batch)
        self._collections.append(SavedCollection(name, documents, size, digest.hexdigest()))
        return self._collections[-1]

    def finish(self, *, database: str, schema_version: int, created_at: str) -> Manifest:
        """Write the manifest, and give the file its name."""
        manifest = Manifest(database, schema_version, created_at, tuple(self._collections))
        self._zip.writestr(MANIFEST, json.dumps({"format": FORMAT} | asdict(manifest), indent=1))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unfinished.replace(self._path)
        return manifest


def read_manifest(path: Path) -> Manifest:
    """What an archive says it holds.

    Raises
    ------
    BackupRefused
        It is no backup, is cut off, or was written by a newer program.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _manifest(path, json.loads(archive.read(MANIFEST)))
    except UNREADABLE as problem:
        raise BackupRefused(f"{path}: is not a whole backup: {problem}") from problem


def verify(path: Path) -> Manifest:
    """The manifest of an archive whose every document was read and fits its checksum.

    Raises
    ------
    BackupRefused
        Something does not fit; the message names it.
    """
    manifest = read_manifest(path)
    try:
        with zipfile.ZipFile(path) as archive:
            expected = {one.member for one in manifest.collections} | {MANIFEST}
            if set(archive.namelist()) != expected:
                raise BackupRefused(f"{path}: its members are not those of its manifest")
            for saved in manifest.collections:
                with archive.open(saved.member) as member:
                    _check(path, saved, member)
    except UNREADABLE as problem:
        raise BackupRefused(f"{path}: is damaged: {problem}") from problem
    return manifest


def read_documents(path: Path, saved: SavedCollection) -> Iterator[bytes]:
    """The documents of a collection, one by one."""
    with zipfile.ZipFile(path) as archive, archive.open(saved.member) as member:
        while head := member.read(4):
            yield head + member.read(int.from_bytes(head, "little") - 4)


def _check(path: Path, saved: SavedCollection, member: IO[bytes]) -> None:
    digest, size = hashlib.sha256(), 0
    while chunk := member.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    if (digest.hexdigest(), size) != (saved.sha256, saved.bytes):
        raise BackupRefused(f"{path}: {saved.name} does not fit its checksum; nothing was changed")


def _manifest(path: Path, written: dict[str, Any]) -> Manifest:
    if written["format"] != FORMAT:
        raise BackupRefused(
            f"{path}: has format {written['format']}, this program reads {FORMAT}; use the newer program"
        )
    collections = tuple(SavedCollection(**one) for one in written["collections"])
    return Manifest(written["database"], int(written["schema_version"]), written["created_at"], collections)
