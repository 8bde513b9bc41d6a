"""What a set of captured files holds, for the launcher: stream, symbols, span, and a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Literal, cast

from workers.local.exchange.recordings.load import read_files

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CaptureDescription:
    """What files hold together."""

    stream: Literal["trade", "aggTrade"]
    symbols: tuple[str, ...]
    first_at: datetime  # of the first trade
    last_at: datetime
    label: str  # the day and a digest of the contents: the same files in any order have the same


def describe(paths: Sequence[str | Path]) -> CaptureDescription:
    """Read captured files and say what they hold.

    Raises
    ------
    UnreadableRecording
        A file cannot be read, is of no known format or holds no trade; the message names it.
    """
    files = [Path(path) for path in paths]
    recorded = read_files(files, with_quotes=False)
    times = [row.time for rows in recorded.trades.values() for row in rows]
    first = _moment(min(times))
    return CaptureDescription(
        stream=cast(Literal["trade", "aggTrade"], recorded.kind),
        symbols=tuple(sorted(recorded.trades)),
        first_at=first,
        last_at=_moment(max(times)),
        label=f"{first:%Y%m%d}-{_digest(files)}",
    )


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _digest(files: list[Path]) -> str:
    each = sorted(sha256(path.read_bytes()).hexdigest() for path in files)
    return sha256("".join(each).encode()).hexdigest()[:10]
