"""VWAP."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.bars import bars_from_ticks, fill_gaps
from analytics.errors import AnalyticsError
from analytics.indicators import vwap, vwap_bands
from analytics.indicators.volume import session_sums, traded_volumes
from analytics.records.snapshots import NOTHING, TradedSums
from tests.captured import captured_trades
from tests.factories import at, random_bars, starts_of


def test_the_session_price_of_real_trades_is_their_mean_by_quantity() -> None:
    trades = captured_trades("BTCUSDT")  # from 23:54 to 00:05: two sessions
    bars = bars_from_ticks(trades, "1m")
    midnight = pd.Timestamp("2024-08-09", tz="UTC")
    for last, of_session in (
        ("23:59", trades["traded_at"] < midnight),
        ("00:05", trades["traded_at"] >= midnight),
    ):
        session = trades[of_session]
        expected = (session["price"] * session["quantity"]).sum() / session["quantity"].sum()
        value = vwap(bars)[bars.index.strftime("%H:%M") == last].iloc[0]
        assert value == pytest.approx(expected, rel=1e-12)


def test_without_quote_volume_the_typical_price_counts() -> None:
    bars = pd.DataFrame(
        {"high": [12.0, 21.0], "low": [9.0, 18.0], "close": [9.0, 21.0], "volume": [1.0, 3.0]},
        index=starts_of(2),
    )
    assert vwap(bars).tolist() == [10.0, 17.5]


def test_the_sum_begins_anew_at_midnight() -> None:
    bars = random_bars(seed=1, count=3_000)
    by_day = bars.groupby(bars.index.floor("D"))[["quote_volume", "volume"]].cumsum()
    np.testing.assert_allclose(vwap(bars), by_day["quote_volume"] / by_day["volume"], rtol=1e-12)


def test_nothing_is_carried_into_the_next_session() -> None:
    bars = random_bars(seed=3, count=1_500)
    np.testing.assert_array_equal(
        vwap(bars, carried=(1e9, 1.0)).iloc[1_440:].to_numpy(), vwap(bars).iloc[1_440:].to_numpy()
    )


def test_bars_without_trades_leave_it_where_it_is() -> None:
    bars = random_bars(seed=4, count=20).drop(starts_of(20)[[5, 6, 7]])
    filled = vwap(fill_gaps(bars, "1m"))
    assert filled.iloc[5:8].tolist() == [filled.iloc[4]] * 3
    pd.testing.assert_series_equal(filled.loc[bars.index], vwap(bars))


def test_before_the_first_trade_of_a_session_there_is_none() -> None:
    bars = random_bars(seed=5, count=5).assign(
        volume=[0.0, 0.0, 1.0, 1.0, 1.0], quote_volume=[0, 0, 7.0, 9.0, 8.0]
    )
    assert vwap(bars).isna().tolist() == [True, True, False, False, False]
    assert vwap(bars).iloc[-1] == 8.0


def test_an_unknown_volume_has_no_value_and_counts_as_nothing() -> None:
    bars = random_bars(seed=6, count=10)
    holed = bars.assign(volume=bars["volume"].where(bars.index != at(180)))
    assert vwap(holed).isna().tolist() == [position == 3 for position in range(10)]
    pd.testing.assert_series_equal(vwap(holed).drop(at(180)), vwap(bars.drop(at(180))))


def test_other_anchors_and_naive_times_are_refused() -> None:
    bars = random_bars(seed=7, count=3)
    with pytest.raises(AnalyticsError, match="not at 'week'"):
        vwap(bars, anchor="week")  # type: ignore[arg-type]  # what a notebook may type
    with pytest.raises(AnalyticsError, match="in UTC"):
        vwap(bars.tz_localize(None))


def test_a_naive_moment_is_no_anchor() -> None:
    with pytest.raises(AnalyticsError, match="naive"):
        vwap(random_bars(seed=7, count=3), at(60).replace(tzinfo=None))


def test_anchored_at_a_moment_it_is_that_of_the_bars_from_there_on() -> None:
    bars = random_bars(seed=8, count=2_000)  # over midnight
    values = vwap(bars, at(90.0))  # within the second bar: the third is the first that starts later
    assert values.iloc[:2].isna().all()
    later = bars.iloc[2:]
    expected = later["quote_volume"].cumsum() / later["volume"].cumsum()
    np.testing.assert_allclose(values.iloc[2:], expected, rtol=1e-12)


def test_rolling_is_the_mean_of_what_was_traded_in_the_window() -> None:
    bars = random_bars(seed=9, count=200)
    sums = bars[["quote_volume", "volume"]].rolling(30).sum()
    np.testing.assert_allclose(
        vwap(bars, "rolling", period=30), sums["quote_volume"] / sums["volume"], rtol=1e-12
    )


def test_bands_countable_by_hand() -> None:
    bars = pd.DataFrame(
        {"quote_volume": [10.0, 60.0, 0.0], "volume": [1.0, 3.0, 0.0]}, index=starts_of(3)
    )  # one at 10, three at 20: mean 17.5, variance (56.25 + 3 * 6.25) / 4
    bands = vwap_bands(bars, width=2.0)
    deviation = 18.75**0.5
    assert bands["deviation"].tolist() == pytest.approx([0.0, deviation, deviation], rel=1e-14)
    assert bands.iloc[1][["lower", "middle", "upper"]].tolist() == pytest.approx(
        [17.5 - 2 * deviation, 17.5, 17.5 + 2 * deviation], rel=1e-14
    )
    rolling = vwap_bands(bars, "rolling", period=2, width=2.0)
    assert rolling["deviation"].tolist() == pytest.approx([np.nan, deviation, 0.0], nan_ok=True)


def test_anchored_bands_are_those_of_the_bars_from_the_anchor_on() -> None:
    bars = random_bars(seed=12, count=1_700)  # over midnight
    found = vwap_bands(bars, at(90.0), width=1.5)
    assert found.iloc[:2].isna().all(axis=None)
    later = bars.iloc[2:]
    mean_price, weights = later["quote_volume"] / later["volume"], later["volume"]
    for count in (1, 2, 300, len(later)):
        middle = np.average(mean_price.iloc[:count], weights=weights.iloc[:count])
        apart = (mean_price.iloc[:count] - middle) ** 2
        deviation = np.average(apart, weights=weights.iloc[:count]) ** 0.5
        expected = [middle - 1.5 * deviation, middle, middle + 1.5 * deviation]
        told = found.iloc[1 + count][["lower", "middle", "upper"]].tolist()
        assert told == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("price", [1e-5, 1.0, 60_000.0])
def test_the_deviation_is_numpys_weighted_one(price: float) -> None:
    bars = random_bars(seed=10, count=600, price=price)
    mean_price = bars["quote_volume"] / bars["volume"]
    for count in (2, 50, 600):
        weights = bars["volume"].iloc[:count]
        middle = np.average(mean_price.iloc[:count], weights=weights)
        expected = np.average((mean_price.iloc[:count] - middle) ** 2, weights=weights) ** 0.5
        assert vwap_bands(bars)["deviation"].iloc[count - 1] == pytest.approx(expected, rel=1e-9)
        window = vwap_bands(bars.iloc[:count], "rolling", period=count)["deviation"].iloc[-1]
        assert window == pytest.approx(expected, rel=1e-9)


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), cut=st.integers(1, 1_499))
def test_a_stream_that_carries_the_sums_of_its_session_gives_what_a_batch_does(seed: int, cut: int) -> None:
    bars = random_bars(seed, 1_500)
    starts = bars.index.as_unit("s").asi8
    carried = (
        NOTHING if cut == 1_440 else TradedSums(*session_sums(starts, *traded_volumes(bars))[:, cut - 1])
    )
    pd.testing.assert_frame_equal(
        vwap_bands(bars.iloc[cut:], carried=carried), vwap_bands(bars).iloc[cut:], rtol=1e-11
    )
    before = (carried.quote_volume, carried.volume)
    pd.testing.assert_series_equal(vwap(bars.iloc[cut:], carried=before), vwap(bars).iloc[cut:], rtol=1e-12)
