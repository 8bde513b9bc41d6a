"""Records <-> frames."""

from datetime import UTC

import numpy as np
import pytest

from analytics.bars import COLUMNS
from analytics.errors import AnalyticsError
from analytics.series import bars_of, frame_of
from tests.factories import at, bar, random_bars


def test_records_become_a_frame_by_start() -> None:
    frame = frame_of([bar(at(0), close=100.0, first_id=3, last_id=5), bar(at(60), close=101.0)])
    assert frame.columns.tolist() == list(COLUMNS)
    assert set(frame.dtypes) == {np.dtype(np.float64)}
    assert frame.index.tolist() == [at(0), at(60)]
    assert (frame.index.name, str(frame.index.tz)) == ("start", "UTC")
    assert frame["first_id"].tolist()[0] == 3.0
    assert np.isnan(frame["first_id"].iloc[1])


def test_a_frame_and_back_is_the_same_records() -> None:
    bars = [bar(at(60 * n), close=100.0 + n / 3, first_id=n, last_id=n + 5 if n else None) for n in range(50)]
    again = bars_of(frame_of(bars), symbol="BTCUSDT", timeframe="1m", is_final=True, source="ticks")
    assert again == bars
    assert {type(one.trades) for one in again} == {int}
    assert again[0].start.tzinfo is UTC


def test_finality_may_differ_from_bar_to_bar() -> None:
    frame = frame_of([bar(at(0)), bar(at(60))])
    bars = bars_of(frame, symbol="BTCUSDT", timeframe="1m", is_final=[True, False], source="exchange")
    assert [one.is_final for one in bars] == [True, False]
    assert {one.source for one in bars} == {"exchange"}


def test_ids_may_be_missing_but_volumes_may_not() -> None:
    frame = random_bars(seed=1, count=3)
    bars = bars_of(frame, symbol="BTCUSDT", timeframe="1m", is_final=True, source="exchange")
    assert [(one.first_id, one.last_id) for one in bars] == [(None, None)] * 3
    with pytest.raises(AnalyticsError, match="quote_volume"):
        bars_of(frame.drop(columns="quote_volume"), symbol="B", timeframe="1m", is_final=True, source="ticks")


def test_nothing_is_an_empty_frame_and_back() -> None:
    frame = frame_of([])
    assert frame.columns.tolist() == list(COLUMNS)
    assert bars_of(frame, symbol="B", timeframe="1m", is_final=True, source="ticks") == []


@pytest.mark.parametrize("seconds", [(60, 0), (0, 0)])
def test_bars_out_of_order_are_refused(seconds: tuple[int, int]) -> None:
    with pytest.raises(AnalyticsError, match="oldest first"):
        frame_of([bar(at(second)) for second in seconds])
