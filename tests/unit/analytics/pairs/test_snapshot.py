"""A snapshot of a pair holds what its parts give, and None with a reason for what they refuse."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.stattools import coint

from analytics.errors import NotEnoughData
from analytics.pairs import hedge_ratio, rolling_zscore, spread
from analytics.pairs.half_life import half_life
from analytics.pairs.snapshot import pair_snapshot, price_levels
from analytics.records.pairs import PairSnapshot
from analytics.records.snapshots import Completeness
from analytics.strategies.mean_reversion import MeanReversionRule, mean_reversion_states, signal_now
from tests.factories import planted_pair, priced_pair

RULE = MeanReversionRule()
NOW = datetime(2024, 8, 9, tzinfo=UTC)


def prices(seed: int, count: int = 600) -> pd.DataFrame:
    y, x = planted_pair(seed, count, half_life=6.0)
    return pd.DataFrame({"ETHUSDT": np.exp(y), "BTCUSDT": np.exp(x)})


def snapshot(closes: pd.DataFrame) -> PairSnapshot:
    newest = len(closes[-1_440:])
    whole = Completeness(1_440, newest, newest, 0)
    return pair_snapshot(
        priced_pair(closes, completeness=whole, names=("ETH", "BTC")),
        computed_at=NOW,
        signal_of=partial(signal_now, rule=RULE),
    )


def test_its_figures_are_those_of_the_parts() -> None:
    closes = prices(1)
    found = snapshot(closes)
    y, x = np.log(closes["ETHUSDT"]), np.log(closes["BTCUSDT"])
    for method in ("ols", "tls", "rolling_ols", "kalman"):
        expected = hedge_ratio(y, x, method)  # type: ignore[arg-type]  # mypy sees plain text
        assert found.hedges[method].beta == pytest.approx(expected.beta, rel=1e-9)
        assert found.hedges[method].intercept == pytest.approx(expected.intercept, rel=1e-9)
    line = hedge_ratio(y, x)
    gaps = spread(closes["ETHUSDT"], closes["BTCUSDT"], line.beta, line.intercept)
    z = rolling_zscore(gaps, 60)
    assert found.spread.value == pytest.approx(gaps.iloc[-1], abs=1e-12)
    assert found.spread.z == pytest.approx(z.iloc[-1], rel=1e-9)
    assert found.robust.z == pytest.approx(rolling_zscore(gaps, 60, robust=True).iloc[-1], rel=1e-9)
    assert found.half_life.bars == pytest.approx(half_life(gaps).bars, rel=1e-9)
    assert found.correlation == pytest.approx(y.diff().iloc[-60:].corr(x.diff().iloc[-60:]), rel=1e-9)
    assert found.recent_z[-1] == pytest.approx(z.iloc[-1], rel=1e-8)
    assert found.signal is not None
    assert found.signal.state == mean_reversion_states(z, RULE)["state"].iloc[-1]
    assert (found.as_of, found.bars, found.verdict.sentence[:4]) == (closes.index[-1], 600, "ETH ")


def test_its_test_is_that_of_statsmodels_on_logs() -> None:
    closes = prices(2)
    y, x = np.log(closes["ETHUSDT"]), np.log(closes["BTCUSDT"])
    found = snapshot(closes).cointegration
    for test, (left, right) in ((found.y_on_x, (y, x)), (found.x_on_y, (x, y))):
        statistic, p_value, critical = coint(left, right, autolag="aic")
        assert test.statistic == pytest.approx(statistic, rel=1e-9)
        assert test.p_value == pytest.approx(p_value, rel=1e-9, abs=1e-15)
        np.testing.assert_allclose(list(test.critical_values.values()), critical, rtol=1e-9)
    assert found.y_on_x.p_value is not None
    assert found.x_on_y.p_value is not None
    assert found.p_value == min(1.0, 2 * min(found.y_on_x.p_value, found.x_on_y.p_value))


def test_its_levels_are_by_prices() -> None:
    closes = prices(3)
    found = snapshot(closes).levels
    y, x = closes["ETHUSDT"], closes["BTCUSDT"]
    line = hedge_ratio(y, x)
    gaps = spread(y, x, line.beta, line.intercept, kind="residual")
    assert found.hedge.beta == pytest.approx(line.beta, rel=1e-12)
    assert found.test.p_value == pytest.approx(coint(y, x, autolag="aic")[1], rel=1e-9, abs=1e-15)
    np.testing.assert_allclose(np.array(found.spread_series, float), gaps, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(
        np.array(found.z_series, float), rolling_zscore(gaps, 60), rtol=1e-7, atol=1e-7
    )
    assert price_levels(priced_pair(closes)) == found


def test_a_smaller_window_of_z_is_used() -> None:
    closes = prices(3)
    found = price_levels(priced_pair(closes), z_window=20)
    assert [value is None for value in found.z_series[:21]] == [True] * 19 + [False] * 2


def test_only_the_newest_window_counts() -> None:
    closes = prices(4, 1_700)
    assert snapshot(closes) == snapshot(closes.iloc[-1_440:])


def test_prices_in_another_unit_give_the_same() -> None:
    closes = prices(5)
    one, other = snapshot(closes), snapshot(closes * [1e-4, 70.0])
    assert other.spread.z == pytest.approx(one.spread.z, rel=1e-6)
    assert other.hedges["ols"].beta == pytest.approx(one.hedges["ols"].beta, rel=1e-9)
    assert other.cointegration.y_on_x.statistic == pytest.approx(one.cointegration.y_on_x.statistic, rel=1e-6)
    assert other.half_life.bars == pytest.approx(one.half_life.bars, rel=1e-6)


def test_both_directions_have_one_p() -> None:
    closes = prices(6)
    one, other = snapshot(closes), snapshot(closes[["BTCUSDT", "ETHUSDT"]])
    assert one.cointegration.p_value == other.cointegration.p_value
    assert one.cointegration.y_on_x == other.cointegration.x_on_y


@pytest.mark.parametrize("what", ["constant", "collinear", "missing", "all missing"])
def test_false_numbers_are_refused_with_a_reason(what: str) -> None:
    closes = prices(7)
    if what == "constant":
        closes["BTCUSDT"] = 61_000.0
    elif what == "collinear":
        closes["ETHUSDT"] = 0.05 * closes["BTCUSDT"]
    elif what == "missing":
        closes.iloc[300, 0] = np.nan
    else:
        closes["ETHUSDT"] = np.nan
    found = snapshot(closes)
    json.dumps(asdict(found), default=str, allow_nan=False)
    assert found.spread.z is None
    assert found.spread.reason
    assert found.cointegration.p_value is None
    assert found.cointegration.reason
    assert found.half_life.bars is None
    assert found.half_life.reason
    assert found.levels.test.p_value is None
    assert found.signal is not None
    assert found.signal.state == "flat"
    assert found.verdict.kind == "untestable"


def test_a_hundred_bars_are_enough_and_less_are_not() -> None:
    closes = prices(8, 100)
    found = snapshot(closes)
    assert found.bars == 100
    assert found.hedges["rolling_ols"].reason == "needs 240 bars, has 100"
    with pytest.raises(NotEnoughData) as error:
        snapshot(closes.iloc[1:])
    assert (error.value.have, error.value.need) == (99, 100)


def test_no_number_is_anything_but_a_number() -> None:
    json.dumps(asdict(snapshot(prices(9))), default=str, allow_nan=False)
