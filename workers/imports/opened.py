"""A file on disk -> its lines with their places, packed or not; and what it is known by."""

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from workers.imports.errors import ImportRefused

LONGEST_LINE = 1 << 20
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error)


class OpenedFile:
    """The lines of a file from a place on; places are counted in what is unpacked."""

    def __init__(self, raw: IO[bytes], lines: IO[bytes], offset: int) -> None:
        self._raw, self._lines = raw, lines
        self.offset = lines.seek(offset)

    @property
    def bytes_read(self) -> int:
        """How much of the file as it lies on disk was read."""
        return self._raw.tell()

    def line(self) -> bytes:
        """The next line with its end, b"" behind the last; of one that is too long the beginning."""
        line = self._lines.readline(LONGEST_LINE)
        self.offset += len(line)
        if len(line) == LONGEST_LINE:
            while (rest := self._lines.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                self.offset += len(rest)
            self.offset += len(rest)
        return line


@contextmanager
def opened(path: Path, offset: int = 0) -> Iterator[OpenedFile]:
    """A file at a place.

    Raises
    ------
    ImportRefused
        It cannot be opened, or a packed one is damaged.
    """
    try:
        with path.open("rb") as raw, _unpacked(path, raw) as lines:
            yield OpenedFile(raw, lines, offset)
    except UNREADABLE as problem:
        raise ImportRefused(f"{path}: cannot be read: {problem}") from problem


def _unpacked(path: Path, raw: IO[bytes]) -> IO[bytes]:
    start = raw.read(2)
    raw.seek(0)
    if start == b"\x1f\x8b":
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    if start == b"PK":
        return _only_member(path, zipfile.ZipFile(raw))
    return raw


def _only_member(path: Path, archive: zipfile.ZipFile) -> IO[bytes]:
    names = [name for name in archive.namelist() if not name.endswith("/")]
    if len(names) != 1:
        raise ImportRefused(f"{path}: expected a zip with one file in it, got {len(names)}")
    return archive.open(names[0])


def identity(path: Path) -> tuple[str, int]:
    """What a file is known by, wherever it lies: a digest of its bytes, and how many they are."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return digest, file.tell()
    except OSError as problem:
        raise ImportRefused(f"{path}: cannot be read: {problem.strerror}") from problem
