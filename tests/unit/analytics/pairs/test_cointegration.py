import itertools
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.tsa.stattools import coint

from analytics.errors import AnalyticsError
from analytics.pairs.cointegration import engle_granger, engle_granger_both
from analytics.pairs.mackinnon import LEVELS
from tests.captured import KLINE_SYMBOLS, captured, captured_klines
from tests.exact import exact_engle_granger


def walks(seed: int, bars: int) -> tuple[pd.Series, pd.Series]:
    steps = np.random.default_rng(seed).normal(size=(2, bars))
    return pd.Series(steps[0].cumsum()), pd.Series(steps[1].cumsum())


def cointegrated(seed: int, bars: int, half_life: float = 20.0) -> tuple[pd.Series, pd.Series]:
    noise = np.random.default_rng(seed)
    x = pd.Series(noise.normal(size=bars).cumsum())
    kept = 0.5 ** (1 / half_life)
    spread = pd.Series(noise.normal(size=bars)).ewm(alpha=1 - kept, adjust=False).mean() / (1 - kept)
    return 0.7 * x + spread + 3.0, x


def assert_as_statsmodels(
    y: pd.Series, x: pd.Series, trend: str = "c", lag_choice: str | None = "aic"
) -> None:
    ours = engle_granger(y, x, trend, lag_choice=lag_choice)
    theirs = coint(y, x, trend=trend, autolag=lag_choice)
    assert ours.reason is None
    assert ours.statistic == pytest.approx(theirs[0], rel=1e-9, abs=1e-9)
    assert ours.p_value == pytest.approx(theirs[1], rel=1e-9, abs=1e-9)
    if trend != "n":
        assert [ours.critical_values[level] for level in LEVELS] == pytest.approx(list(theirs[2]), abs=1e-12)


def test_the_results_of_stata_are_reproduced() -> None:
    data = pd.read_csv(captured("reference/stata_egranger_data.csv"))
    for case in json.loads(captured("reference/stata_egranger_expected.json").read_text())["cases"]:
        ours = engle_granger(data["y"], data[case["regressors"]], case["trend"], case["lags"], None)
        assert ours.statistic == pytest.approx(case["expected_t"], abs=1e-10), case
        assert list(ours.critical_values.values()) == pytest.approx(case["crit_1_5_10"], abs=1e-6)
        assert ours.p_value == pytest.approx(case["statsmodels_pvalue"], abs=1e-10)


@pytest.mark.parametrize("lag_choice", ["aic", "bic", "t-stat", None])
@pytest.mark.parametrize("trend", ["n", "c", "ct", "ctt"])
def test_equals_statsmodels_on_random_series(trend: str, lag_choice: str | None) -> None:
    assert_as_statsmodels(*walks(5, 300), trend, lag_choice)
    assert_as_statsmodels(*cointegrated(5, 300), trend, lag_choice)


@pytest.mark.parametrize("bars", [22, 23, 24, 31, 50, 99, 640])
def test_equals_statsmodels_on_short_series(bars: int) -> None:
    assert_as_statsmodels(*walks(bars, bars))


def test_equals_statsmodels_on_real_klines() -> None:
    closes = {symbol: np.log(captured_klines(symbol, "1m")["close"]) for symbol in KLINE_SYMBOLS}
    for turn, (y, x) in enumerate(itertools.permutations(KLINE_SYMBOLS, 2)):
        window = slice(2000 * turn, 2000 * turn + 480)
        assert_as_statsmodels(closes[y].iloc[window], closes[x].iloc[window])


def test_keeps_the_digits_that_statsmodels_loses_far_from_zero() -> None:
    """Logarithms near 11 that move by a thousandth; fifty digits tell who is right."""
    y, x = (np.log(captured_klines(symbol, "1m")["close"]) for symbol in ("BTCUSDT", "ETHUSDT"))
    far = theirs_near = 0.0
    for begin in range(0, 40_000, 4_000):
        left, right = y.iloc[begin : begin + 240], x.iloc[begin : begin + 240]
        ours = engle_granger(left, right)
        assert ours.lags is not None
        exact = exact_engle_granger(left, right, ours.lags)
        assert ours.statistic == pytest.approx(exact, rel=1e-11)
        far = max(far, abs(coint(left, right)[0] / exact - 1))
        centred = coint(left - left.mean(), right - right.mean())[0]
        theirs_near = max(theirs_near, abs(centred / exact - 1))
    assert far > 1e-9  # 1.7e-9 as the prices are, ...
    assert theirs_near < 1e-11  # ... and 4e-16 with their means off, which is the same test


def test_real_markets_of_one_month_are_not_cointegrated() -> None:
    rows = min(len(captured_klines(symbol, "1m")) for symbol in KLINE_SYMBOLS)
    closes = {symbol: np.log(captured_klines(symbol, "1m")["close"].iloc[:rows]) for symbol in KLINE_SYMBOLS}
    results = {
        (y, x): engle_granger(closes[y], closes[x], max_lag=1, lag_choice=None)
        for y, x in itertools.permutations(KLINE_SYMBOLS, 2)
    }
    strongest = min(results, key=lambda pair: results[pair].statistic)
    assert strongest == ("SOLUSDT", "BNBUSDT")
    assert round(results[strongest].statistic, 3) == -3.036
    assert all(result.p_value > 0.05 for result in results.values())


def test_a_planted_pair_is_found_both_ways_and_walks_are_not() -> None:
    planted, noise = engle_granger_both(*cointegrated(2, 1000)), engle_granger_both(*walks(2, 1000))
    assert planted.p_value < 0.001
    assert noise.p_value > 0.05
    assert planted.p_value == 2 * min(planted.y_on_x.p_value, planted.x_on_y.p_value)


def test_the_p_value_of_a_pair_is_the_same_in_both_orders() -> None:
    y, x = walks(9, 200)
    one, other = engle_granger_both(y, x), engle_granger_both(x, y)
    assert (one.p_value, one.y_on_x) == (other.p_value, other.x_on_y)


@given(seed=st.integers(0, 10**6), factors=st.tuples(*[st.sampled_from([1e-6, 0.3, -2.0, 1e6])] * 2))
def test_scale_and_level_change_nothing(seed: int, factors: tuple[float, float]) -> None:
    y, x = walks(seed, 150)
    one, other = engle_granger(y, x), engle_granger((y + 5) * factors[0], (x - 2) * factors[1])
    assert other.lags == one.lags
    assert other.statistic == pytest.approx(one.statistic, rel=1e-7, abs=1e-7)


RISING = np.random.default_rng(4).normal(size=60).cumsum()


@pytest.mark.parametrize(
    ("y", "x", "reason"),
    [
        (np.ones(60), RISING, "y does not move"),
        (RISING, np.full(60, 0.1), "x does not move"),
        (RISING, 2 * RISING + 1, "y and x are (almost) collinear"),
        (RISING, np.where(RISING[9] == RISING, np.nan, RISING), "x has 1 missing or infinite values"),
        (np.where(RISING[9] == RISING, -np.inf, RISING), RISING, "y has 1 missing or infinite values"),
        (RISING[:12], RISING[30:42], "too short: 20 bars are needed, has 12"),
        (RISING[:2], RISING[3:5], "too short: has 2 bars"),
    ],
)
def test_where_no_test_is_possible_the_reason_is_said(y: np.ndarray, x: np.ndarray, reason: str) -> None:
    result = engle_granger(pd.Series(y), pd.Series(x))
    assert np.isnan([result.statistic, result.p_value, *result.critical_values.values()]).all()
    assert result.lags is None
    assert (result.reason or "").startswith(reason)
    assert engle_granger_both(pd.Series(y), pd.Series(x)).reason is not None


def test_a_regressor_that_repeats_another_is_refused() -> None:
    y, x = walks(1, 80)
    result = engle_granger(y, pd.DataFrame({"one": x, "two": 3 * x - 1}))
    assert result.reason == "the regressors are combinations of each other or of the trend"


def test_series_of_two_indices_are_refused() -> None:
    y, x = walks(1, 80)
    with pytest.raises(AnalyticsError, match="one index"):
        engle_granger(y, x.iloc[:70])
    with pytest.raises(AnalyticsError, match="one index"):
        engle_granger(y, x.set_axis(x.index + 1))
