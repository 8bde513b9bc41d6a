"""A file on disk -> its lines with their places, packed or not; and what it is known by.

Whoever made the file may mean harm: what is unpacked is never held but a line at a
time, and neither an endless line nor a huge list of contents is read to its end.
"""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from workers.imports.errors import ImportRefused

LONGEST_LINE = 1 << 20  # longer ones are cut
ENDLESS_LINE = 1 << 26  # no file of trades has one
MOST_AT_ONCE = 1 << 20  # bytes of a packed file
ENCRYPTED = 1  # of the flags of a zip's file
PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error)


class OpenedFile:
    """The lines of a file from a place on; places are counted in what is unpacked."""

    def __init__(self, raw: IO[bytes], lines: IO[bytes], offset: int, until: float) -> None:
        self._raw, self._lines, self._until = raw, lines, until
        self.offset = lines.seek(offset)

    @property
    def bytes_read(self) -> int:
        """How much of the file as it lies on disk was read."""
        return self._raw.tell()

    def line(self) -> bytes:
        """The next line with its end, b"" behind the last; of one that is too long the beginning."""
        if self.offset >= self._until:
            return b""
        line = self._lines.readline(LONGEST_LINE)
        self.offset += len(line)
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            self._pass_rest_of_line()
        return line

    def _pass_rest_of_line(self) -> None:
        end = self.offset + ENDLESS_LINE
        while rest := self._lines.readline(LONGEST_LINE):
            self.offset += len(rest)
            if rest.endswith(b"\n"):
                return
            if self.offset >= end:
                raise ImportRefused(
                    f"a line is longer than {ENDLESS_LINE >> 20} MB: this is no file of trades"
                )


class _InPieces(io.BufferedReader):
    """A file of which nobody takes more than a piece at once, whatever the file says of its own size."""

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes, or the rest where there is little."""
        wanted = MOST_AT_ONCE + 1 if size is None or size < 0 else size
        found = super().read(min(wanted, MOST_AT_ONCE + 1))
        if len(found) > MOST_AT_ONCE:
            raise zipfile.BadZipFile("its list of contents is too long")
        return found


@contextmanager
def opened(path: Path, offset: int = 0, *, most_bytes: float = float("inf")) -> Iterator[OpenedFile]:
    """A file at a place; no line is begun behind so many unpacked bytes.

    Raises
    ------
    ImportRefused
        It cannot be opened, or a packed one is damaged.
    """
    try:
        with _InPieces(io.FileIO(path)) as raw, _unpacked(path, raw) as lines:
            yield OpenedFile(raw, lines, offset, offset + most_bytes)
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
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise ImportRefused(f"{path}: expected a zip with one file in it, got {len(members)}")
    if members[0].compress_type not in PACKED_BY or members[0].flag_bits & ENCRYPTED:
        raise ImportRefused(f"{path}: its file is encrypted, or packed in another way than deflate")
    return archive.open(members[0])


def identity(path: Path) -> tuple[str, int]:
    """What a file is known by, wherever it lies: a digest of its bytes, and how many they are."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return digest, file.tell()
    except OSError as problem:
        raise ImportRefused(f"{path}: cannot be read: {problem.strerror}") from problem
