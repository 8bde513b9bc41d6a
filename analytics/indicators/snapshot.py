"""All figures of one symbol and timeframe at the close of each new bar."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.indicators.figures import WARM_UP_BARS as WARM_UP_BARS
from analytics.indicators.figures import Columns, arrays_of, banded, divergences_on, figures_at, grid_of
from analytics.indicators.stretches import Values
from analytics.indicators.volume import mean_and_deviation, session_sums
from analytics.records.columns import BarColumns
from analytics.records.divergences import DIVERGENCE_LASTS_BARS, Divergence
from analytics.records.indicators import INDICATORS, IndicatorDefinition
from analytics.records.snapshots import NOTHING, Completeness, IndicatorSnapshot, IndicatorValue, TradedSums
from analytics.timeframes import length, seconds

# The bars without which a figure is missing: the window to judge completeness by.
LONGEST_NEED_BARS = max(definition.bars_needed for definition in INDICATORS.values())


@dataclass(frozen=True, slots=True)
class SnapshotBatch:
    """What some new bars brought."""

    snapshots: Sequence[IndicatorSnapshot]  # one for each new bar, oldest first
    divergences: Sequence[Divergence]  # those that became known since the bar before the first


@dataclass(frozen=True, slots=True)
class _Part:
    """The new bars between two long silences."""

    values: list[dict[str, IndicatorValue]]
    divergences: list[Divergence]  # of the whole grid that leads to them


def indicator_snapshots(
    bars: BarColumns,
    *,
    since: datetime | None,
    computed_at: datetime,
    completeness_of: Callable[[datetime], Completeness],
    carried: TradedSums = NOTHING,
    begins: Sequence[int] = (),
) -> SnapshotBatch:
    """One snapshot for each bar that starts after `since`, oldest first.

    Figures are taken over the gapless grid: a bar without trades stands flat
    at the close before it, as on other platforms' charts. Of the bars before
    the first new one at most WARM_UP_BARS of that grid are used, for VWAP of
    the session all.

    Parameters
    ----------
    bars
        The new bars and up to WARM_UP_BARS before them, each start once.
    since
        Start of the last bar that has a snapshot; None: every bar is new.
    completeness_of
        Gives the stamp for the bar that starts at a moment.
    carried
        What the first bar's session (the UTC day) held before the first bar.
    begins
        Starts, ascending, in seconds since 1970, of bars before which nobody knows
        what was traded: nothing of before goes into any figure, VWAP of the session
        excepted.

    Returns
    -------
    SnapshotBatch
        Values by the names in INDICATORS; None with the state "warming_up"
        while there are too few bars, or with the reason where it is undefined.
    """
    columns = arrays_of(bars)
    new = np.flatnonzero(columns.starts > (-np.inf if since is None else since.timestamp()))
    if not new.size:
        return SnapshotBatch((), ())
    sums = session_sums(columns.starts, columns.quote_volume, columns.volume, carried)
    first_rows = np.searchsorted(columns.starts, np.array(begins, np.int64))
    parts = [
        _part(
            columns, sums, rows, bars.timeframe, oldest=int(first_rows[first_rows <= rows[0]].max(initial=0))
        )
        for rows in _connected(columns.starts, new, seconds(bars.timeframe), first_rows)
    ]
    values = [value for part in parts for value in part.values]
    known = sorted({one for part in parts for one in part.divergences}, key=_order)
    lasts = DIVERGENCE_LASTS_BARS * length(bars.timeframe)
    moments = [datetime.fromtimestamp(second, UTC) for second in columns.starts[new].tolist()]
    snapshots = [
        IndicatorSnapshot(
            bars.symbol,
            bars.timeframe,
            moment,
            computed_at,
            named,
            completeness_of(moment),
            _latest(known, moment, lasts),
            TradedSums(*held),
        )
        for moment, named, held in zip(moments, values, sums[:, new].T.tolist(), strict=True)
    ]
    return SnapshotBatch(snapshots, _newly_known(known, columns.starts, new))


def _connected(starts: np.ndarray, new: np.ndarray, size: int, firsts: np.ndarray) -> list[np.ndarray]:
    """The new rows in parts that begin where a series does, and behind a silence beyond the warm-up.

    That one would only make the grid huge.
    """
    begun = np.searchsorted(firsts, new, side="right")
    apart = (np.diff(starts[new]) > WARM_UP_BARS * size) | (np.diff(begun) > 0)
    return np.split(new, np.flatnonzero(apart) + 1)


def _part(columns: Columns, sums: Values, new: np.ndarray, timeframe: str, oldest: int) -> _Part:
    """The named values of some new rows, over the grid that leads to them from the row `oldest` on."""
    size = seconds(timeframe)
    grid = grid_of(columns, new, size, oldest)
    # Bars without trades, which have no snapshot, may have confirmed some since the row before.
    looked_from = int(
        min(columns.starts[max(0, new[0] - 1)], columns.starts[new[0]] - DIVERGENCE_LASTS_BARS * size)
    )
    session = banded("vwap_session", *mean_and_deviation(sums[:, new]))
    figures = figures_at(grid, timeframe) | session
    return _Part(_values(figures, (grid.at + 1).tolist()), divergences_on(grid, looked_from))


def _order(one: Divergence) -> tuple[datetime, bool]:
    return one.confirmed_at, "bearish" in one.kind


def _latest(known: Sequence[Divergence], moment: datetime, lasts: timedelta) -> Divergence | None:
    """The last that was known when the bar of a moment had closed, unless it is old by then."""
    place = bisect_right(known, moment, key=lambda one: one.confirmed_at)
    found = known[place - 1] if place else None
    return found if found and found.confirmed_at > moment - lasts else None


def _newly_known(known: Sequence[Divergence], starts: np.ndarray, new: np.ndarray) -> list[Divergence]:
    """Those confirmed after the bar before the first new one: bars without trades confirm too."""
    before = datetime.fromtimestamp(int(starts[new[0] - 1]), UTC) if new[0] else None
    return [one for one in known if before is None or one.confirmed_at > before]


def _values(figures: Mapping[str, Values], present: list[int]) -> list[dict[str, IndicatorValue]]:
    """The named values of each bar, in the order of INDICATORS."""
    columns = [
        (name, [_value(v, p, definition) for v, p in zip(figures[name].tolist(), present, strict=True)])
        for name, definition in INDICATORS.items()
    ]
    return [{name: column[bar] for name, column in columns} for bar in range(len(present))]


def _value(value: float, present: int, definition: IndicatorDefinition) -> IndicatorValue:
    needed = definition.bars_needed
    if present < needed:
        return IndicatorValue(None, "warming_up", needed, present)
    if value != value:
        return IndicatorValue(None, "ready", needed, present, definition.undefined_when)
    return IndicatorValue(value, "ready", needed, present)
