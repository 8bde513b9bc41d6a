"""The Overview's row."""

from datetime import datetime

import pandas as pd
import pytest

from analytics.records.snapshots import Completeness, SymbolSummary
from analytics.summary import summary
from tests.factories import at, random_bars, starts_of

WHOLE = Completeness(expected=1_440, present=1_440, final=1_440, open_gaps=0)
DAY = 24 * 3600


def test_prices_are_those_known_at_the_moment() -> None:
    bars = _minutes_named_by_their_number(1_600)
    row = _summary(bars, at(DAY + 3600))
    assert row.last_price == 1_500.0  # the bar that starts at this moment is forming
    assert row.close_1h_ago == 1_439.0  # it ended exactly an hour ago
    assert row.close_24h_ago == 59.0


def test_a_moment_within_a_bar_sees_the_bar_before_it() -> None:
    row = _summary(_minutes_named_by_their_number(1_600), at(DAY + 3600 + 59.9))
    assert (row.last_price, row.close_1h_ago) == (1_500.0, 1_439.0)


def test_nothing_after_the_moment_is_looked_at() -> None:
    bars = random_bars(seed=1, count=1_600)
    moment = at(DAY + 600)
    assert _summary(bars, moment) == _summary(bars[bars.index <= moment], moment)


def test_the_last_day_is_summed_and_nothing_before_it() -> None:
    bars = random_bars(seed=2, count=1_600)
    row = _summary(bars, at(DAY + 3600))
    last_day = bars.iloc[60:1_501]
    assert row.volume_24h == pytest.approx(last_day["volume"].sum(), rel=1e-12)
    assert row.quote_volume_24h == pytest.approx(last_day["quote_volume"].sum(), rel=1e-12)


def test_a_short_history_gives_no_figure_it_cannot_know() -> None:
    row = _summary(random_bars(seed=3, count=90), at(90 * 60))
    assert row.close_1h_ago is not None
    assert (row.close_24h_ago, row.volume_24h, row.quote_volume_24h) == (None, None, None)
    assert len(row.sparkline) == 4  # 00:30, 01:00, 01:30, and the last price


def test_an_empty_history_is_a_row_without_figures() -> None:
    row = _summary(random_bars(seed=3, count=1).iloc[:0], at(0))
    assert (row.last_price, row.close_1h_ago, row.volume_24h, row.sparkline) == (None, None, None, ())


def test_the_sparkline_stands_on_the_half_hours_and_ends_in_the_last_price() -> None:
    bars = _minutes_named_by_their_number(2_000)
    row = _summary(bars, at(DAY + 3600 + 17 * 60))
    assert row.sparkline == (*(30.0 * mark - 1 for mark in range(4, 51)), 1_517.0)
    assert len(row.sparkline) == 48


def test_the_sparkline_keeps_its_marks_within_a_half_hour() -> None:
    bars = random_bars(seed=4, count=2_000)
    one, other = (_summary(bars, at(DAY + 7200 + minute * 60)) for minute in (1, 28))
    assert one.sparkline[:-1] == other.sparkline[:-1]


def test_a_price_stands_until_the_next_trade() -> None:
    bars = _minutes_named_by_their_number(2_000).iloc[[0, 100, 1_500]]
    row = _summary(bars, at(1_510 * 60))
    assert (row.last_price, row.close_1h_ago, row.close_24h_ago) == (1_500.0, 100.0, 0.0)


def _minutes_named_by_their_number(count: int) -> pd.DataFrame:
    closes = [float(number) for number in range(count)]
    return pd.DataFrame({"close": closes, "volume": 1.0, "quote_volume": closes}, index=starts_of(count))


def _summary(bars: pd.DataFrame, as_of: datetime) -> SymbolSummary:
    return summary(bars, symbol="BTCUSDT", timeframe="1m", as_of=as_of, computed_at=as_of, completeness=WHOLE)
