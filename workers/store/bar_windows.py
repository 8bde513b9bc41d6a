"""The bars a stage needs for those that are new: warm-up before them, and what their session held before."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analytics.records.snapshots import NOTHING, TradedSums
from workers.store.bar_columns import (
    BarRow,
    load_newest_rows,
    load_oldest_rows,
    load_session_before,
    start_of,
)
from workers.store.indicators import load_session_sums
from workers.store.kept_bars import KeptBars

JUST_AFTER = timedelta(milliseconds=1)  # the store's finest step


@dataclass(frozen=True, slots=True)
class WantedBars:
    """Which bars of a symbol and timeframe are new."""

    symbol: str
    timeframe: str
    since: datetime | None  # start of the last that is done; None: the newest `most` are new
    end: datetime  # new bars start before it
    warm_up: int  # bars to load before the new ones
    most: int  # new bars to load at once


@dataclass(frozen=True, slots=True)
class BarWindow:
    """Some new bars with their warm-up, oldest first."""

    wanted: WantedBars
    since: datetime | None  # bars that start later are new; None: all are
    rows: Sequence[BarRow]
    before: BarRow | None  # the bar before the first
    carried: TradedSums = NOTHING  # of the first bar's session, before it


def load_windows(wanted: Sequence[WantedBars], kept: KeptBars | None = None) -> list[BarWindow]:
    """A window for each wish, from the kept bars as far as they reach."""
    if kept:
        kept.look([each.symbol for each in wanted])
    windows = [_kept_window(each, kept) or _loaded_window(each) for each in wanted]
    keys = [_key_before(window) for window in windows]
    known = load_session_sums([key for key in keys if key])
    return [
        replace(window, carried=known.get(key) or _summed(window)) if key else window
        for window, key in zip(windows, keys, strict=True)
    ]


def _kept_window(wanted: WantedBars, kept: KeptBars | None) -> BarWindow | None:
    if kept is None or wanted.since is None:
        return None
    rows = kept.window(wanted.symbol, since=wanted.since, before=wanted.warm_up + 1, end=wanted.end)
    return None if rows is None else _window(wanted, rows, wanted.since)


def _loaded_window(wanted: WantedBars) -> BarWindow:
    symbol, timeframe, more = wanted.symbol, wanted.timeframe, wanted.warm_up + 1
    if wanted.since is None:
        rows = load_newest_rows(symbol, timeframe, end=wanted.end, limit=wanted.most + more)
        since = start_of(rows[-wanted.most - 1].start) if len(rows) > wanted.most else None
        return _window(wanted, rows, since)
    after = wanted.since + JUST_AFTER
    before = load_newest_rows(symbol, timeframe, end=after, limit=more)
    new = load_oldest_rows(symbol, timeframe, start=after, end=wanted.end, limit=wanted.most)
    return _window(wanted, [*before, *new], wanted.since)


def _window(wanted: WantedBars, rows: Sequence[BarRow], since: datetime | None) -> BarWindow:
    """The bar before it all is set apart, if there is one."""
    warm = bisect_right(rows, since.timestamp(), key=lambda row: row.start) if since else 0
    if warm > wanted.warm_up:
        return BarWindow(wanted, since, rows[1:], rows[0])
    return BarWindow(wanted, since, rows, None)


def _key_before(window: BarWindow) -> tuple[str, str, datetime] | None:
    """Whose snapshot knows what the session held; None where no session is carried on."""
    if not window.before or not window.rows:
        return None
    start = start_of(window.before.start)
    carries_on = start.date() == start_of(window.rows[0].start).date()
    return (window.wanted.symbol, window.wanted.timeframe, start) if carries_on else None


def _summed(window: BarWindow) -> TradedSums:
    """The same without a snapshot: from every bar of the session."""
    first, wanted = window.rows[0], window.wanted
    return load_session_before(wanted.symbol, wanted.timeframe, start_of(first.start), around=first.close)
