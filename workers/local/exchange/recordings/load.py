"""Files -> tapes."""

import gc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workers.local.exchange.block import RecordedQuotes
from workers.local.exchange.recordings.columns import columns_of
from workers.local.exchange.recordings.events import (
    ORDER,
    TRADE,
    RecordedQuote,
    RecordedTrade,
    UnreadableRecording,
)
from workers.local.exchange.recordings.files import read_recording
from workers.local.exchange.recordings.tape import RecordedTape, blocks_of

Kinds = dict[str, dict[str, list[RecordedTrade]]]  # kind -> symbol -> rows


@dataclass(frozen=True, slots=True)
class Recorded:
    """Everything some files hold; one kind of trades only."""

    kind: str  # trade, or aggTrade where no single trade was recorded
    trades: dict[str, list[RecordedTrade]]
    quotes: dict[str, list[RecordedQuote]]


def read_files(paths: Sequence[Path], *, with_quotes: bool = True) -> Recorded:
    """The trades and quotes of all files together.

    Raises
    ------
    UnreadableRecording
        A file cannot be read or holds no trade.
    """
    recorded: Kinds = {TRADE: defaultdict(list), ORDER: defaultdict(list)}
    quotes: dict[str, list[RecordedQuote]] = defaultdict(list)
    with _uncollected():
        for path in paths:
            _read(path, recorded, quotes if with_quotes else None)
    kind = TRADE if recorded[TRADE] else ORDER
    return Recorded(kind, dict(recorded[kind]), dict(quotes))


def _read(path: Path, trades: Kinds, quotes: dict[str, list[RecordedQuote]] | None) -> None:
    found = 0
    for event in read_recording(path):
        if isinstance(event, RecordedTrade):
            trades[event.kind][event.symbol].append(event)
            found += 1
        elif quotes is not None:
            quotes[event.symbol].append(event)
    if not found:
        raise UnreadableRecording(f"{path}: holds no trade")


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection while millions of small objects are made: it doubles the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def load_tapes(paths: Sequence[Path], market: str) -> dict[str, RecordedTape]:
    """One tape per recorded symbol."""
    recorded = read_files(paths)
    tapes = {}
    for name in sorted(recorded.trades):
        rows = recorded.trades[name]
        symbol, columns = columns_of(rows, market)
        quotes = _quotes(recorded.quotes.get(name, []), rows)
        tapes[name] = RecordedTape(symbol, blocks_of(columns, recorded.kind == TRADE), quotes)
    return tapes


def first_moment(tapes: dict[str, RecordedTape]) -> int:
    """When the first recorded trade happened, microseconds."""
    return min(tape.block(0).first_us for tape in tapes.values())


def _quotes(quotes: list[RecordedQuote], rows: list[RecordedTrade]) -> RecordedQuotes | None:
    """Quotes leave when they arrived: the recording machine set its clock by no one, so trades correct it."""
    if not quotes:
        return None
    received = np.array([quote.received for quote in quotes], dtype=np.int64)
    leaving = np.maximum.accumulate(received + _clock_error(rows))
    return RecordedQuotes(leaving, [quote.text for quote in quotes])


def _clock_error(rows: list[RecordedTrade]) -> int:
    """How far the recording machine's clock was behind the exchange's, microseconds."""
    errors = [
        row.sent_ms * 1000 - row.received
        for row in rows
        if row.sent_ms is not None and row.received is not None
    ]
    return int(np.median(errors)) if errors else 0
