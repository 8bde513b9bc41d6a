import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.tsa.stattools import adfuller

from analytics.errors import AnalyticsError
from analytics.pairs.stationarity import adf_test
from tests.captured import captured, captured_klines


def walk(seed: int, bars: int) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).normal(size=bars).cumsum())


def assert_as_statsmodels(
    series: pd.Series, trend: str, max_lag: int | None = None, lag_choice: str | None = "aic"
) -> None:
    ours = adf_test(series, trend, max_lag, lag_choice)
    theirs = adfuller(series, maxlag=max_lag, regression=trend, autolag=lag_choice, result_object=True)
    assert (ours.reason, ours.lags, ours.n) == (None, theirs.lags, theirs.nobs)
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-9)
    assert ours.critical_values == pytest.approx(theirs.critical_values, abs=1e-12)


def test_the_results_of_stata_are_reproduced() -> None:
    data = pd.read_csv(captured("reference/us_macrodata_quarterly.csv"))
    cases = json.loads(captured("reference/stata_adf_expected.json").read_text())
    for case in cases["cases"] if isinstance(cases, dict) else cases:
        ours = adf_test(data[case["series"]], case["regression"], case["lags"], None)
        assert ours.statistic == pytest.approx(case["adf"], abs=5e-6), case
        if case["pvalue"] is not None:
            assert ours.p_value == pytest.approx(case["pvalue"], abs=2e-6), case


@pytest.mark.parametrize("lag_choice", ["aic", "bic", "t-stat", None])
@pytest.mark.parametrize("trend", ["n", "c", "ct", "ctt"])
def test_equals_statsmodels_on_a_walk(trend: str, lag_choice: str | None) -> None:
    assert_as_statsmodels(walk(7, 400), trend, lag_choice=lag_choice)


@pytest.mark.parametrize("bars", [22, 23, 25, 30, 47, 61, 100, 180, 733])
def test_equals_statsmodels_on_short_series(bars: int) -> None:
    assert_as_statsmodels(walk(bars, bars), "n")
    assert_as_statsmodels(walk(bars, bars + 4), "c")


@pytest.mark.parametrize("max_lag", [0, 1, 4, 30])
def test_equals_statsmodels_with_lags_given(max_lag: int) -> None:
    for lag_choice in ("aic", None):
        assert_as_statsmodels(walk(3, 250), "c", max_lag, lag_choice)


def test_equals_statsmodels_on_log_prices() -> None:
    close = captured_klines("BTCUSDT", "1m")["close"].to_numpy()[:720]
    levels = np.log(close)
    assert_as_statsmodels(pd.Series(levels), "n")
    # A constant takes off the mean, so that statsmodels keeps digits it loses at 11.
    assert_as_statsmodels(pd.Series(levels - levels.mean()), "c")


@pytest.mark.parametrize("window", [3, 12, 40])
def test_equals_statsmodels_where_lags_almost_repeat_each_other(window: int) -> None:
    smooth = walk(11, 500).rolling(window).mean().dropna().reset_index(drop=True)
    assert_as_statsmodels(smooth, "c")


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-9, 1e-3, 7.0, 1e9]), shift=st.floats(-50, 50))
def test_scale_and_level_change_nothing(seed: int, scale: float, shift: float) -> None:
    series = walk(seed, 120)
    one, other = adf_test(series), adf_test((series + shift) * scale)
    assert other.lags == one.lags
    assert other.statistic == pytest.approx(one.statistic, rel=1e-7, abs=1e-7)


def test_what_reverts_is_told_from_what_wanders() -> None:
    noise = pd.Series(np.random.default_rng(1).normal(size=500))
    assert adf_test(noise).p_value < 0.001
    assert adf_test(noise.cumsum()).p_value > 0.05


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1.0] * 60, "the series does not move"),
        ([0.1 + 0.2, 0.3] * 30, "the series does not move"),
        ([], "the series is empty"),
        ([*range(50), np.nan], "the series has 1 missing or infinite values"),
        ([*range(50), np.inf], "the series has 1 missing or infinite values"),
        ([1.0, 2.0, 1.5, 3.0], "too short: 20 bars are needed, has 4"),
        ([0.0, 1.0] * 200, "its lags are combinations of each other"),
    ],
)
def test_where_no_test_is_possible_the_reason_is_said(values: list[float], reason: str) -> None:
    result = adf_test(pd.Series(values, dtype=np.float64))
    assert np.isnan(result.statistic)
    assert np.isnan(result.p_value)
    assert result.lags is None
    assert (result.reason or "").startswith(reason)


def test_a_line_has_nothing_beside_its_trend() -> None:
    assert adf_test(pd.Series(np.arange(100.0)), "ct").reason == "nothing is left beside the trend"


@pytest.mark.parametrize("wrong", [{"trend": "x"}, {"lag_choice": "hqic"}, {"max_lag": -1}])
def test_a_wrong_word_is_an_error(wrong: dict[str, str | int]) -> None:
    with pytest.raises(AnalyticsError):
        adf_test(walk(1, 100), **wrong)  # type: ignore[arg-type]  # wrong on purpose
