"""The newest closes of many symbols, kept in the process: a minute costs a bar to read, not a day of them.

Every answer first asks the store what was saved since the last look, so a bar
that was corrected is corrected here too.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from analytics.records.closes import Closes
from workers.settings import load_settings
from workers.store.database import Document, collection
from workers.store.kept_age import KeptAge

KEPT_BARS = 1_600
KEPT_SYMBOLS = 120  # 1,600 closes take 130 kB
CHANGES_AT_ONCE = 20_000  # more than this is read anew


@dataclass(slots=True)
class _Series:
    starts: list[int] = field(default_factory=list)
    closes: list[float] = field(default_factory=list)
    finals: list[bool] = field(default_factory=list)

    def put(self, start: int, close: float, is_final: bool) -> None:
        """A bar in its place; the oldest makes room."""
        place = bisect_left(self.starts, start)
        if place == 0 and len(self.starts) >= KEPT_BARS and self.starts[0] != start:
            return  # older than what is kept
        there = slice(place, place + (place < len(self.starts) and self.starts[place] == start))
        self.starts[there], self.closes[there], self.finals[there] = [start], [close], [is_final]
        surplus = slice(max(0, len(self.starts) - KEPT_BARS))
        del self.starts[surplus], self.closes[surplus], self.finals[surplus]


class KeptCloses:
    """The newest closes of each symbol in one timeframe."""

    def __init__(self, timeframe: str) -> None:
        self.timeframe = timeframe
        self._database = ""
        self._age = KeptAge()
        self._series: dict[str, _Series] = {}

    def closes(self, symbols: Sequence[str], end: datetime, limit: int) -> dict[str, Closes]:
        """The newest `limit` closes of each symbol before `end`; too many or too long to keep are read."""
        if len(set(symbols)) > KEPT_SYMBOLS or limit > KEPT_BARS:
            return {symbol: read_closes(symbol, self.timeframe, end, limit) for symbol in symbols}
        self._look(symbols)
        found = {}
        for symbol in symbols:
            kept = self._slice(symbol, int(end.timestamp()), limit)
            found[symbol] = read_closes(symbol, self.timeframe, end, limit) if kept is None else kept
        return found

    def _slice(self, symbol: str, end: int, limit: int) -> Closes | None:
        """From what was just brought up to date; None when it reaches behind that."""
        series = self._series[symbol]
        last = bisect_left(series.starts, end)
        if last < limit and len(series.starts) >= KEPT_BARS:
            return None
        part = slice(max(0, last - limit), last)
        return Closes(symbol, self.timeframe, series.starts[part], series.closes[part], series.finals[part])

    def _look(self, symbols: Sequence[str]) -> None:
        if self._database != load_settings().database:
            self._series, self._database, self._age = {}, load_settings().database, KeptAge()
        if len(self._series.keys() | set(symbols)) > KEPT_SYMBOLS:
            self._series = {name: series for name, series in self._series.items() if name in symbols}
        for symbol in self._age.begin(self._series):
            del self._series[symbol]
        if not self._took_changes():
            self._series = {}
        for symbol in symbols:
            if symbol not in self._series:
                read = read_closes(symbol, self.timeframe, None, KEPT_BARS)
                self._series[symbol] = _Series(list(read.starts), list(read.closes), list(read.finals))
                self._age.read(symbol)
        self._age.end()

    def _took_changes(self) -> bool:
        """Whether what was saved since the last look is in; False when there is too much of it."""
        if not self._series:
            return True
        rows = list(_changed(self._series, self.timeframe, self._age.since))
        for symbol, milliseconds, close, is_final in rows:
            self._series[symbol].put(milliseconds // 1_000, close, is_final)
        return len(rows) < CHANGES_AT_ONCE


def read_closes(symbol: str, timeframe: str, end: datetime | None, limit: int) -> Closes:
    """The newest `limit` closes before `end` from the store, as bare columns."""
    columns = {"starts": {"$push": {"$toLong": "$start"}}, "closes": {"$push": "$close"}}
    query: Document = {"symbol": symbol, "timeframe": timeframe}
    stages: list[Document] = [
        {"$match": query | ({"start": {"$lt": end}} if end is not None else {})},
        {"$sort": {"start": -1}},
        {"$limit": limit},
        {"$group": {"_id": None, "finals": {"$push": "$is_final"}} | columns},
    ]
    found = next(iter(collection("bars").aggregate(stages)), None)
    if not found:
        return Closes(symbol, timeframe, (), (), ())
    starts = [milliseconds // 1_000 for milliseconds in reversed(found["starts"])]
    return Closes(symbol, timeframe, starts, found["closes"][::-1], found["finals"][::-1])


def _changed(
    symbols: Iterable[str], timeframe: str, moment: datetime
) -> Iterable[tuple[str, int, float, bool]]:
    fields = ["$symbol", {"$toLong": "$start"}, "$close", "$is_final"]
    stages: list[Document] = [
        {"$match": {"symbol": {"$in": list(symbols)}, "timeframe": timeframe, "saved_at": {"$gte": moment}}},
        {"$limit": CHANGES_AT_ONCE},
        {"$project": {"_id": 0, "row": fields}},
    ]
    return (tuple(found["row"]) for found in collection("bars").aggregate(stages, batchSize=CHANGES_AT_ONCE))
