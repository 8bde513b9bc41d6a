"""The newest bars of each series, kept in the process as the JSON that is sent.

Every answer first asks the store what was saved since the last look, so a bar
that was corrected is corrected here too. What reaches further back than the
kept bars is read from the store.
"""

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from analytics.records.market import Bar
from workers.messages.market import bar_json
from workers.settings import load_settings
from workers.store.bars import load_bars, load_bars_saved_since

KEPT_BARS = 1_500
KEPT_SERIES = 150  # 1,500 bars are half a megabyte
# A bar is stamped before it is written, and clocks of machines differ a little.
OVERLAP = timedelta(seconds=10)


NOT_FINAL = b'"is_final":false'


@dataclass(frozen=True, slots=True)
class BarPage:
    """Some bars of a series, oldest first, each encoded as it is sent."""

    starts: Sequence[datetime]
    encoded: Sequence[bytes]

    @property
    def body(self) -> bytes:
        """One JSON list."""
        return b"[" + b",".join(self.encoded) + b"]"

    @property
    def finals(self) -> list[bool]:
        """Of each bar whether it is final."""
        return [NOT_FINAL not in each for each in self.encoded]


class BarSeries:
    """The newest bars of one symbol and timeframe."""

    def __init__(self, symbol: str, timeframe: str) -> None:
        self.symbol = symbol
        self.timeframe = timeframe
        self._lock = threading.Lock()
        self._looked_at: datetime | None = None
        self._starts: list[datetime] = []
        self._encoded: list[bytes] = []
        self._whole = False  # nothing older is stored

    def answer(self, limit: int, start: datetime | None, end: datetime | None) -> BarPage | None:
        """The newest `limit` bars of that time; None when it reaches behind what is kept."""
        with self._lock:
            self._look()
            first = 0 if start is None else bisect_left(self._starts, start)
            last = len(self._starts) if end is None else bisect_left(self._starts, end)
            first = max(first, last - limit)
            reaches_back = last - first < limit and (start is None or not self._holds(start))
            if reaches_back and not self._whole:
                return None
            return BarPage(self._starts[first:last], self._encoded[first:last])

    def _holds(self, start: datetime) -> bool:
        return bool(self._starts) and start >= self._starts[0]

    def _look(self) -> None:
        looked_at = datetime.now(UTC)
        changed = self._changed()
        if changed is None or len(changed) == KEPT_BARS:
            self._fill()
        else:
            for bar in changed:
                self._put(bar)
            self._trim()
        self._looked_at = looked_at

    def _changed(self) -> list[Bar] | None:
        if self._looked_at is None:
            return None
        since = self._looked_at - OVERLAP
        return load_bars_saved_since(self.symbol, self.timeframe, since, limit=KEPT_BARS)

    def _fill(self) -> None:
        bars = load_bars(self.symbol, self.timeframe, limit=KEPT_BARS)
        self._starts = [bar.start for bar in bars]
        self._encoded = encoded_bars(bars)
        self._whole = len(bars) < KEPT_BARS

    def _put(self, bar: Bar) -> None:
        if not self._whole and bar.start < self._starts[0]:
            return  # older than what is kept
        place = bisect_left(self._starts, bar.start)
        known = place < len(self._starts) and self._starts[place] == bar.start
        self._starts[place : place + known] = [bar.start]
        self._encoded[place : place + known] = encoded_bars([bar])

    def _trim(self) -> None:
        surplus = len(self._starts) - KEPT_BARS
        if surplus > 0:
            del self._starts[:surplus], self._encoded[:surplus]
            self._whole = False


class BarHistory:
    """Every series that was asked for lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._series: OrderedDict[tuple[str, str, str], BarSeries] = OrderedDict()

    def answer(
        self, symbol: str, timeframe: str, *, limit: int, start: datetime | None, end: datetime | None
    ) -> BarPage:
        """The newest `limit` bars with start <= bar.start < end."""
        kept = self._kept(symbol, timeframe).answer(limit, start, end) if limit <= KEPT_BARS else None
        if kept is not None:
            return kept
        bars = load_bars(symbol, timeframe, start=start, end=end, limit=limit)
        return BarPage([bar.start for bar in bars], encoded_bars(bars))

    def _kept(self, symbol: str, timeframe: str) -> BarSeries:
        key = (load_settings().database, symbol, timeframe)
        with self._lock:
            series = self._series.setdefault(key, BarSeries(symbol, timeframe))
            self._series.move_to_end(key)
            if len(self._series) > KEPT_SERIES:
                self._series.popitem(last=False)
            return series


def encoded_bars(bars: Sequence[Bar]) -> list[bytes]:
    """Each bar as the JSON that is sent."""
    return [orjson.dumps(bar_json(bar)) for bar in bars]
