"""Divergences of price and RSI."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import AnalyticsError
from analytics.indicators import rsi, rsi_divergence
from analytics.indicators.divergence import COLUMNS, divergences_of
from analytics.records.divergences import DIVERGENCE_BARS_NEEDED
from tests.factories import random_bars, starts_of


def bars_through(corners: list[tuple[int, float]]) -> pd.DataFrame:
    """Bars whose closes run straight from corner to corner; high and low are the close."""
    positions, prices = zip(*corners, strict=True)
    close = pd.Series(
        np.interp(np.arange(positions[-1] + 1), positions, prices), starts_of(positions[-1] + 1)
    )
    return pd.DataFrame({"high": close, "low": close, "close": close})


# A steep fall to the first low, then a slow one to a lower low: RSI has recovered meanwhile.
REGULAR_BULLISH = [(0, 100.0), (15, 102.0), (25, 80.0), (33, 95.0), (60, 79.0), (70, 90.0)]
# A shallow low, then a steep fall to a higher low.
HIDDEN_BULLISH = [(0, 100.0), (12, 108.0), (20, 104.0), (34, 125.0), (44, 105.0), (54, 115.0)]


def mirrored(corners: list[tuple[int, float]]) -> list[tuple[int, float]]:
    return [(position, 200.0 - price) for position, price in corners]


@pytest.mark.parametrize(
    ("kind", "corners", "first", "second"),
    [
        ("regular_bullish", REGULAR_BULLISH, 25, 60),
        ("regular_bearish", mirrored(REGULAR_BULLISH), 25, 60),
        ("hidden_bullish", HIDDEN_BULLISH, 20, 44),
        ("hidden_bearish", mirrored(HIDDEN_BULLISH), 20, 44),
    ],
)
def test_each_kind_as_a_drawing(kind: str, corners: list[tuple[int, float]], first: int, second: int) -> None:
    bars = bars_through(corners)
    strength = rsi(bars["close"], 14)
    found = rsi_divergence(bars)
    assert list(found) == list(COLUMNS)
    assert len(found) == 1
    row = found.iloc[0]
    assert row["kind"] == kind
    assert (row["first_start"], row["second_start"]) == (bars.index[first], bars.index[second])
    assert (row["first_price"], row["second_price"]) == (
        bars["close"].iloc[first],
        bars["close"].iloc[second],
    )
    assert (row["first_rsi"], row["second_rsi"]) == (strength.iloc[first], strength.iloc[second])
    assert row["confirmed_at"] == bars.index[second + 5]


def test_pivots_are_taken_from_lows_and_highs_not_closes() -> None:
    bars = bars_through(REGULAR_BULLISH)
    bars.loc[bars.index[26], "low"] = 70.0  # a wick below
    found = rsi_divergence(bars)
    assert not (found["first_start"] == bars.index[25]).any()
    assert found.empty or found.iloc[0]["kind"] != "regular_bullish"


def test_pivots_too_far_apart_are_not_compared() -> None:
    bars = bars_through(REGULAR_BULLISH)
    assert len(rsi_divergence(bars, most_bars=35)) == 1
    assert rsi_divergence(bars, most_bars=34).empty


def test_before_rsi_is_known_nothing_diverges() -> None:
    bars = bars_through(REGULAR_BULLISH)
    assert rsi_divergence(bars, 26).empty


def test_the_fewest_bars_are_said_right() -> None:
    first = [(0, 100.0), (13, 107.0), (14, 104.0), (17, 112.0), (20, 104.1), (25, 110.0)]
    bars = bars_through(first)
    assert len(bars) == DIVERGENCE_BARS_NEEDED
    assert rsi_divergence(bars)["confirmed_at"].tolist() == [bars.index[-1]]
    assert rsi_divergence(bars.iloc[:-1]).empty


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), prefix=st.integers(0, 300), reach=st.integers(1, 8))
def test_what_became_known_is_never_taken_back_or_moved(seed: int, prefix: int, reach: int) -> None:
    bars = random_bars(seed, 300)
    whole = rsi_divergence(bars, reach=reach)
    then = rsi_divergence(bars.iloc[:prefix], reach=reach)
    last = bars.index[0] - timedelta(1) if prefix == 0 else bars.index[prefix - 1]
    known = whole[whole["confirmed_at"] <= last]
    pd.testing.assert_frame_equal(then, known, check_exact=True)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), hole=st.integers(0, 299))
def test_a_hole_ends_every_search(seed: int, hole: int) -> None:
    bars = random_bars(seed, 300)
    holed = bars.where(pd.Series(range(300), bars.index) != hole)
    found = rsi_divergence(holed)
    parts = [rsi_divergence(part) for part in (bars.iloc[:hole], bars.iloc[hole + 1 :])]
    expected = pd.concat([part for part in parts if len(part)]) if any(map(len, parts)) else parts[0]
    pd.testing.assert_frame_equal(found, expected.reset_index(drop=True))


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_every_row_is_what_its_kind_says(seed: int) -> None:
    bars = random_bars(seed, 400)
    found = rsi_divergence(bars)
    bearish = found["kind"].str.contains("bearish")
    side = np.where(bearish, -1, 1)
    price = side * (found["second_price"] - found["first_price"])
    strength = side * (found["second_rsi"] - found["first_rsi"])
    regular = found["kind"].str.startswith("regular")
    assert ((price < 0) == regular).all()
    assert ((strength > 0) == regular).all()
    assert found["confirmed_at"].is_monotonic_increasing
    assert (found["second_start"] - found["first_start"] <= timedelta(minutes=60)).all()


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1e-6, 3.0, 1e5]))
def test_scaled_prices_diverge_at_the_same_bars(seed: int, factor: float) -> None:
    bars = random_bars(seed, 300)
    names = ["kind", "first_start", "second_start", "confirmed_at"]
    pd.testing.assert_frame_equal(rsi_divergence(bars * factor)[names], rsi_divergence(bars)[names])


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_where_prices_are_turned_bulls_are_bears(seed: int) -> None:
    bars = random_bars(seed, 300)
    turned = bars.assign(close=200 - bars["close"], high=200 - bars["low"], low=200 - bars["high"])
    names = ["kind", "first_start", "second_start", "confirmed_at"]
    found, mirrored = (rsi_divergence(one)[names] for one in (bars, turned))
    other = {
        f"{way}_{side}": f"{way}_{facing}"
        for way in ("regular", "hidden")
        for side, facing in (("bullish", "bearish"), ("bearish", "bullish"))
    }
    expected = found.assign(kind=found["kind"].map(other)).sort_values(names[::-1], ignore_index=True)
    pd.testing.assert_frame_equal(mirrored.sort_values(names[::-1], ignore_index=True), expected)


def test_the_records_are_the_rows() -> None:
    bars = random_bars(3, 600)
    columns = [bars[name].to_numpy() for name in ("high", "low", "close")]
    strength = rsi(bars["close"], 14).to_numpy()
    records = divergences_of(bars.index.as_unit("s").asi8, *columns, strength, since=300)
    rows = rsi_divergence(bars)
    rows = rows[rows["confirmed_at"] >= bars.index[300]]
    assert len(records) == len(rows) > 3
    for record, row in zip(records, rows.itertuples(), strict=True):
        assert (record.kind, record.confirmed_at) == (row.kind, row.confirmed_at)
        assert (record.first.start, record.first.price, record.first.rsi) == (
            row.first_start,
            row.first_price,
            row.first_rsi,
        )
        assert (record.second.start, record.second.price) == (row.second_start, row.second_price)


def test_bars_without_a_turn_and_odd_settings() -> None:
    assert rsi_divergence(random_bars(1, 0)).empty
    assert rsi_divergence(bars_through([(0, 100.0), (80, 180.0)])).empty
    assert rsi_divergence(bars_through([(0, 100.0), (80, 100.0)])).empty
    with pytest.raises(AnalyticsError, match="more than 5 bars apart"):
        rsi_divergence(random_bars(1, 50), most_bars=5)
    with pytest.raises(AnalyticsError, match="at least 1 bars"):
        rsi_divergence(random_bars(1, 50), reach=0)
