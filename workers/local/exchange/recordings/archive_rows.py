"""CSV of Binance's public archive: aggTrades or trades, with or without header, ms or microseconds.

    aggTrades  2609897550,61837.63000000,0.02000000,3914846332,3914846332,1723161255342,True,True
    trades     3735683259,61837.63000000,0.02000000,1236.75260000,1723161255342,True,True

The symbol is the beginning of the file's name: BTCUSDT-aggTrades-2024-08-08.csv.
"""

import csv
import re
from collections.abc import Iterable, Iterator

from workers.local.exchange.recordings.events import (
    ORDER,
    TRADE,
    RecordedTrade,
    UnreadableRecording,
    microseconds,
)


def read_archive_rows(lines: Iterable[bytes], name: str) -> Iterator[RecordedTrade]:
    """The trades of an archive file."""
    symbol = _symbol_of(name)
    for number, row in enumerate(csv.reader(line.decode("ascii", "replace") for line in lines), start=1):
        if not row or (number == 1 and not row[0].strip("\ufeff").isdigit()):
            continue
        try:
            yield _order(symbol, row) if _is_order(row) else _trade(symbol, row)
        except (ValueError, IndexError):
            raise UnreadableRecording(f"{name}, line {number}: not a row of aggTrades or trades") from None


def _symbol_of(name: str) -> str:
    found = re.match(r"([A-Z0-9]+)-(aggTrades|trades)-", name)
    if found is None:
        raise UnreadableRecording(f"{name}: the name must begin like BTCUSDT-aggTrades- or BTCUSDT-trades-")
    return found[1]


def _is_order(row: list[str]) -> bool:
    """aggTrades have the two trade ids before the time: six numbers."""
    return len(row) >= 7 and row[5].strip().isdigit()


def _order(symbol: str, row: list[str]) -> RecordedTrade:
    time, maker = microseconds(int(row[5])), _flag(row[6])
    return RecordedTrade(
        ORDER, symbol, int(row[0]), row[1], row[2], time, None, maker, int(row[3]), int(row[4])
    )


def _trade(symbol: str, row: list[str]) -> RecordedTrade:
    return RecordedTrade(
        TRADE, symbol, int(row[0]), row[1], row[2], microseconds(int(row[4])), None, _flag(row[5])
    )


def _flag(text: str) -> bool:
    return text.strip().lower() == "true"
