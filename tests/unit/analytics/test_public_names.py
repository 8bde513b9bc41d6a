"""The names notebooks rely on: where they are, what they take by default, what their results hold."""

import numpy as np
import pandas as pd
import pytest

import analytics.bars
import analytics.indicators
import analytics.pairs
from analytics.pairs.hedge_ratio import HedgeMethod
from tests.factories import planted_pair, random_ticks, tick_frame

Y, X = planted_pair(1, 1_000, half_life=8.0)


def _bars() -> pd.DataFrame:
    close = np.exp(Y)
    columns = {"open": close, "high": close * 1.001, "low": close * 0.999, "close": close, "volume": 1.0}
    return pd.DataFrame(columns)


@pytest.mark.parametrize("name", ["sma", "ema", "rsi"])
def test_indicators_of_closes_are_series(name: str) -> None:
    found = getattr(analytics.indicators, name)(Y, 14)
    assert isinstance(found, pd.Series)
    assert found.index.equals(Y.index)


def test_indicators_of_several_columns_name_them() -> None:
    assert list(analytics.indicators.macd(Y)) == ["macd", "signal", "histogram"]
    bollinger = analytics.indicators.bollinger(Y, period=20, width=2.0)
    assert list(bollinger) == ["lower", "middle", "upper", "percent_b", "bandwidth"]


def test_indicators_of_bars() -> None:
    bars = _bars()
    for found in (
        analytics.indicators.atr(bars, period=14),
        analytics.indicators.vwap(bars, anchor="session"),
    ):
        assert isinstance(found, pd.Series)
        assert found.index.equals(bars.index)


def test_ticks_become_bars_with_the_columns_of_a_bar() -> None:
    found = analytics.bars.bars_from_ticks(tick_frame(random_ticks(1, 300)), "1s")
    assert list(found) == [
        *("open", "high", "low", "close", "volume", "quote_volume", "trades", "taker_buy_volume"),
        *("first_id", "last_id"),
    ]
    assert str(found.index.tz) == "UTC"
    assert found["trades"].sum() == 300


def test_a_divergence_names_its_two_pivots_and_when_it_was_known() -> None:
    found = analytics.indicators.rsi_divergence(_bars())
    pivots = [f"{name}_{what}" for name in ("first", "second") for what in ("start", "price", "rsi")]
    assert list(found) == ["kind", *pivots, "confirmed_at"]
    assert len(found)


@pytest.mark.parametrize("method", ["ols", "rolling_ols", "tls", "huber", "theil_sen", "kalman"])
def test_every_method_gives_a_hedge(method: HedgeMethod) -> None:
    found = analytics.pairs.hedge_ratio(Y, X, method=method)
    assert np.isfinite([found.beta, found.intercept]).all()


def test_bars_fold_and_fill() -> None:
    bars = _bars().iloc[[0, 1, 3]]
    filled = analytics.bars.fill_gaps(bars, "1m")
    assert filled["synthetic"].tolist() == [False, False, True, False]
    assert len(analytics.bars.fold(bars, "5m")) == 1


def test_results_of_pairs_hold_what_they_promise() -> None:
    hedge = analytics.pairs.hedge_ratio(Y, X, method="ols")
    assert np.isfinite([hedge.beta, hedge.intercept]).all()
    test = analytics.pairs.engle_granger(Y, X, trend="c", max_lag=None, lag_choice="aic")
    assert np.isfinite([test.statistic, test.p_value, test.lags, test.n]).all()
    assert set(test.critical_values) == {"1%", "5%", "10%"}
    assert test.reason is None
    gaps = analytics.pairs.spread(np.exp(Y), np.exp(X), hedge.beta, hedge.intercept)
    found = analytics.pairs.half_life(gaps)
    assert found.low < found.bars < found.high
    assert found.reason is None
    assert isinstance(analytics.pairs.rolling_zscore(gaps, 60), pd.Series)


def test_tables_of_several_symbols() -> None:
    closes = pd.DataFrame({"Y": np.exp(Y), "X": np.exp(X)})
    assert analytics.pairs.correlation_matrix(closes, method="pearson", on="returns").shape == (2, 2)
    scanned = analytics.pairs.scan_pairs(closes)
    promised = {"y", "x", "beta", "intercept", "statistic", "p_value", "q_value", "lags", "half_life"}
    assert promised | {"zscore", "n"} <= set(scanned)
    assert len(scanned) == 2
