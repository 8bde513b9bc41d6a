"""Laws of indicators beyond those of all series: holes, short series, bounds."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import AnalyticsError
from analytics.indicators import (
    atr,
    bollinger,
    ema,
    macd,
    realised_volatility,
    rsi,
    sma,
    true_range,
    vwap,
    vwap_bands,
)
from tests.factories import random_bars
from tests.unit.analytics import all_series

Indicator = Callable[[pd.DataFrame], pd.DataFrame]

INDICATORS: dict[str, Indicator] = {name: series.of for name, series in all_series.INDICATORS.items()}
SUMS = ("vwap_session", "vwap_anchored", "session_middle")  # since an anchor: they have no warm-up

every_indicator = pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)


@every_indicator
def test_the_index_of_the_input_is_kept(indicator: Indicator) -> None:
    bars = random_bars(seed=2, count=50)
    pd.testing.assert_index_equal(indicator(bars).index, bars.index)


@every_indicator
def test_the_input_is_not_changed(indicator: Indicator) -> None:
    bars = random_bars(seed=3, count=60)
    before = bars.copy(deep=True)
    indicator(bars)
    pd.testing.assert_frame_equal(bars, before)


@every_indicator
@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_behind_a_hole_the_warm_up_begins_again(indicator: Indicator, broken: float) -> None:
    bars = random_bars(seed=4, count=200)
    holed = bars.copy()
    holed.iloc[100] = broken
    values = indicator(holed)
    assert values.iloc[100].isna().all()
    pd.testing.assert_frame_equal(values.iloc[:100], indicator(bars).iloc[:100])
    if not values.columns.isin(SUMS).any():
        pd.testing.assert_frame_equal(values.iloc[101:], indicator(bars.iloc[101:]))


@every_indicator
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_series_too_short_is_answered_with_nan(indicator: Indicator, count: int) -> None:
    values = indicator(random_bars(seed=5, count=count))
    assert len(values) == count
    if values.columns.isin(SUMS).any():
        return
    assert values.drop(columns="true_range", errors="ignore").isna().all(axis=None)


@every_indicator
def test_whole_numbers_are_prices_too(indicator: Indicator) -> None:
    bars = random_bars(seed=6, count=80, price=60_000.0).round()
    pd.testing.assert_frame_equal(indicator(bars.astype(np.int64)), indicator(bars))


@pytest.mark.parametrize("period", [1, 0, -3])
@pytest.mark.parametrize(
    "average",
    [
        lambda bars, period: sma(bars["close"], period),
        lambda bars, period: ema(bars["close"], period),
        lambda bars, period: rsi(bars["close"], period),
        lambda bars, period: bollinger(bars["close"], period),
        lambda bars, period: macd(bars["close"], period),
        atr,
        lambda bars, period: vwap(bars, "rolling", period=period),
        lambda bars, period: realised_volatility(bars["close"], period, timeframe="1m"),
    ],
)
def test_a_period_that_is_none_is_refused(
    average: Callable[[pd.DataFrame, int], object], period: int
) -> None:
    with pytest.raises(AnalyticsError, match=f"at least 2 bars, got {period}"):
        average(random_bars(seed=7, count=50), period)


@given(st.integers(0, 10**6))
def test_figures_stay_within_their_bounds(seed: int) -> None:
    bars = random_bars(seed, 100)
    assert rsi(bars["close"], 14).dropna().between(0, 100).all()
    assert (true_range(bars).dropna() >= (bars["high"] - bars["low"]).iloc[1:]).all()
    bands = bollinger(bars["close"]).dropna()
    assert (bands["lower"] <= bands["middle"]).all()
    assert (bands["middle"] <= bands["upper"]).all()
    traded = vwap_bands(bars)
    assert (
        traded["middle"]
        .between(bars["low"].cummin() * (1 - 1e-12), bars["high"].cummax() * (1 + 1e-12))
        .all()
    )
    assert (traded["lower"] <= traded["middle"]).all()
    assert (traded["deviation"] <= (bars["high"].cummax() - bars["low"].cummin()) / 2).all()
