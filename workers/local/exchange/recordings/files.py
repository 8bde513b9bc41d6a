"""Opens a recording, packed or not, and picks the reader its first line calls for."""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, cast

from workers.local.exchange.recordings.archive_rows import read_archive_rows
from workers.local.exchange.recordings.collector_lines import read_collector_lines
from workers.local.exchange.recordings.events import RecordedQuote, RecordedTrade, UnreadableRecording
from workers.local.exchange.recordings.websocket_lines import read_websocket_lines

FIRST_LINES = 20
WEBSOCKET_LINE = re.compile(rb"^(\d{16,19} |\d+\.\d+: |wss?://)")
ARCHIVE_LINE = re.compile(rb"^(\xef\xbb\xbf)?(agg_trade_id|id|trade_id|\d+),")


def read_recording(path: Path) -> Iterator[RecordedTrade | RecordedQuote]:
    """The trades and quotes of a file.

    Raises
    ------
    UnreadableRecording
        The file cannot be opened, or its format is none of the known ones.
    """
    try:
        yield from _events(path)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as wrong:
        raise UnreadableRecording(f"{path}: cannot be read: {wrong}") from wrong


def _events(path: Path) -> Iterator[RecordedTrade | RecordedQuote]:
    with _opened(path) as lines:
        head = list(islice(lines, FIRST_LINES))
        everything = chain(head, lines)
        first = next((line for line in head if line.strip()), b"")
        yield from _read(path, first, everything)


def _read(path: Path, first: bytes, lines: Iterable[bytes]) -> Iterator[RecordedTrade | RecordedQuote]:
    if WEBSOCKET_LINE.match(first):
        return read_websocket_lines(lines)
    if first.lstrip().startswith(b"{"):
        return read_collector_lines(lines)
    if ARCHIVE_LINE.match(first):
        return read_archive_rows(lines, path.name)
    raise UnreadableRecording(
        f"{path}: neither a websocket capture, nor NDJSON of trades, nor a CSV of Binance's archive"
    )


def _opened(path: Path) -> IO[bytes]:
    """The lines of a file: plain, gzip, or the only member of a zip."""
    with path.open("rb") as file:
        start = file.read(2)
    if start == b"\x1f\x8b":
        return cast(IO[bytes], gzip.open(path))
    if start == b"PK":
        archive = zipfile.ZipFile(path)
        return archive.open(archive.namelist()[0])
    return path.open("rb")
