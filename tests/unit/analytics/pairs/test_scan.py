from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config
from statsmodels.tsa.stattools import coint

from analytics.errors import AnalyticsError
from analytics.kernels.threads import allowed_threads
from analytics.pairs.cointegration import engle_granger
from analytics.pairs.false_discoveries import benjamini_hochberg
from analytics.pairs.half_life import half_life
from analytics.pairs.scan import pair_rows, scan_pairs, with_q_values
from tests.captured import KLINE_SYMBOLS, captured_klines


def walks(seed: int, bars: int, symbols: int) -> pd.DataFrame:
    steps = np.random.default_rng(seed).normal(size=(bars, symbols)) * 1e-3
    names = [f"S{number:02d}" for number in range(symbols)]
    starts = pd.date_range("2026-01-01", periods=bars, freq="min", tz="UTC")
    return pd.DataFrame(np.exp(steps.cumsum(axis=0) + 4), columns=names, index=starts)


def planted(seed: int, bars: int, symbols: int, half_life_bars: float) -> pd.DataFrame:
    """Walks, the second of which is left again and again, and returned to, by the first."""
    closes = walks(seed, bars, symbols)
    kept = 0.5 ** (1 / half_life_bars)
    steps = pd.Series(np.random.default_rng(seed + 1).normal(size=bars), index=closes.index) * 1e-3
    spread = steps.ewm(alpha=1 - kept, adjust=False).mean() / (1 - kept)
    return closes.assign(S00=np.exp(0.8 * np.log(closes["S01"]) + spread))


def by_pair(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index(["y", "x"])


def both(closes: pd.DataFrame, y: str, x: str) -> tuple[pd.Series, pd.Series]:
    """Log prices of two symbols in the bars both have."""
    logs = np.log(closes[[y, x]].dropna())
    return logs[y], logs[x]


def assert_as_coint(closes: pd.DataFrame, table: pd.DataFrame, pairs: list[tuple[str, str]]) -> None:
    rows = by_pair(table)
    for y, x in pairs:
        left, right = both(closes, y, x)
        # With the means off, as the line's constant has it, statsmodels keeps the digits it loses else.
        statistic, chance, _ = coint(left - left.mean(), right - right.mean())
        assert rows.loc[y, x]["statistic"] == pytest.approx(statistic, rel=1e-9, abs=1e-9), (y, x)
        assert rows.loc[y, x]["p_value"] == pytest.approx(chance, rel=1e-9, abs=1e-9), (y, x)
        assert rows.loc[y, x]["n"] == len(left)


def test_equals_statsmodels_on_real_klines() -> None:
    closes = pd.DataFrame({symbol: captured_klines(symbol, "1m")["close"] for symbol in KLINE_SYMBOLS})
    window = closes.iloc[7000:7720]
    table = scan_pairs(window)
    assert len(table) == 20
    assert_as_coint(window, table, list(zip(table["y"], table["x"], strict=True)))


def test_equals_statsmodels_where_columns_begin_late() -> None:
    closes = walks(3, 400, 5)
    closes.iloc[:250, 1] = np.nan
    closes.iloc[:378, 3] = np.nan
    table = scan_pairs(closes)
    assert_as_coint(closes, table, list(zip(table["y"], table["x"], strict=True)))


def test_equals_statsmodels_where_almost_nothing_is_left() -> None:
    closes = walks(4, 300, 3)
    dust = np.random.default_rng(1).normal(size=300).cumsum() * 6e-5
    closes["S02"] = np.exp(np.log(closes["S00"]) + dust)
    assert_as_coint(closes, scan_pairs(closes), [("S02", "S00"), ("S00", "S02")])


@pytest.mark.parametrize("lag_choice", ["aic", "bic", "t-stat", None])
@pytest.mark.parametrize("max_lag", [None, 0, 3])
def test_equals_the_test_of_a_single_pair(lag_choice: str | None, max_lag: int | None) -> None:
    closes = planted(5, 500, 4, 15)
    rows = by_pair(scan_pairs(closes, max_lag=max_lag, lag_choice=lag_choice))
    for y, x in rows.index:
        single = engle_granger(*both(closes, y, x), "c", max_lag, lag_choice)
        assert rows.loc[y, x]["statistic"] == pytest.approx(single.statistic, rel=1e-10)
        assert rows.loc[y, x]["lags"] == single.lags


def test_hedge_half_life_and_z_are_those_of_the_fitted_line() -> None:
    closes = planted(6, 700, 3, 12)
    rows = by_pair(scan_pairs(closes, z_points=4))
    for y, x in rows.index:
        left, right = both(closes, y, x)
        beta, intercept = np.polyfit(right, left, 1)
        row, spread = rows.loc[y, x], left - intercept - beta * right
        assert (row["beta"], row["intercept"]) == pytest.approx((beta, intercept), rel=1e-9)
        assert row["half_life"] == pytest.approx(half_life(spread).bars, rel=1e-8, nan_ok=True)
        z = ((spread - spread.rolling(60).mean()) / spread.rolling(60).std())[-4:]
        assert row["zscores"] == pytest.approx(z.to_numpy(), rel=1e-7)
        assert row["zscore"] == row["zscores"][-1]


def test_rows_of_some_symbols_are_those_of_the_whole_scan() -> None:
    closes = walks(8, 200, 6)
    closes.iloc[:100, 2] = np.nan
    parts = [pair_rows(closes, ys=ys) for ys in (["S00", "S03"], ["S01", "S02"], ["S04", "S05"])]
    joined = with_q_values(pd.concat(parts, ignore_index=True))
    expected = by_pair(scan_pairs(closes))
    got = by_pair(joined).loc[expected.index]
    pd.testing.assert_frame_equal(got, expected, rtol=1e-9)


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Sets NUMBA_NUM_THREADS as a process finds it when it starts."""

    def allow(count: int) -> None:
        monkeypatch.setenv("NUMBA_NUM_THREADS", str(count))
        config.reload_config()
        assert allowed_threads() == count

    yield allow
    monkeypatch.undo()
    config.reload_config()


def test_the_number_of_threads_changes_no_digit(threads: Callable[[int], None]) -> None:
    closes = walks(14, 200, 40)  # more pairs than one piece of the work holds
    closes.iloc[:90, [3, 17]] = np.nan
    threads(1)
    alone = scan_pairs(closes, z_points=3)
    threads(2)
    pd.testing.assert_frame_equal(scan_pairs(closes, z_points=3), alone, check_exact=True)


def walking_pairs() -> Iterator[pd.DataFrame]:
    """Row y on x of 2,000 pairs of independent walks, each symbol in one pair alone; both ways are tested."""
    for seed in range(1000, 1020):
        closes = walks(seed, 1440, 200)
        for first in range(0, 100, 10):
            places = list(range(first, first + 10))
            some = closes.iloc[:, [*places, *(place + 100 for place in places)]]
            ys, xs = list(some)[:10], list(some)[10:]
            yield by_pair(scan_pairs(some)).loc[list(zip(ys, xs, strict=True))]


def test_luck_finds_five_in_a_hundred_and_after_the_correction_none() -> None:
    pairs = pd.concat(list(walking_pairs()))
    assert len(pairs) == 2000
    one_way, both_ways = ((pairs[name] < 0.05).mean() for name in ("p_value", "pair_p_value"))
    assert 0.035 <= one_way <= 0.065, one_way  # 5.25 %
    assert 0.035 <= both_ways <= 0.05, both_ways  # 4.65 %: the lesser of two, doubled, keeps the level
    assert (benjamini_hochberg(pairs["pair_p_value"].to_numpy()) < 0.05).sum() <= 1  # none; the least is 0.82


def test_a_scan_of_noise_finds_about_none_after_the_correction() -> None:
    tables = [scan_pairs(walks(seed, 1440, 30)) for seed in range(5)]
    before = [int((table["p_value"] < 0.05).sum()) for table in tables]
    after = [int((table["q_value"] < 0.05).sum()) for table in tables]
    assert sum(before) > 150  # 228 of 4,350
    assert sum(after) <= 2  # none


def test_a_planted_pair_is_found_and_no_other() -> None:
    table = scan_pairs(planted(11, 1440, 12, 20))
    found = table[table["q_value"] < 0.05]
    assert set(zip(found["y"], found["x"], strict=True)) == {("S00", "S01"), ("S01", "S00")}
    assert found["half_life"].between(10, 40).all()


@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1e-5, 0.3, 7.0, 1e6]))
def test_the_unit_of_a_price_changes_nothing(seed: int, factor: float) -> None:
    closes = walks(seed, 120, 3)
    one, other = scan_pairs(closes), scan_pairs(closes.assign(S01=closes["S01"] * factor))
    # Logarithms of other prices are rounded otherwise; a lag may be chosen otherwise by a hair.
    same = (one["lags"] == other["lags"]).to_numpy()
    assert same.sum() >= 5
    for name in ("statistic", "p_value", "beta", "zscore"):
        assert np.allclose(one[name][same], other[name][same], rtol=1e-6, atol=1e-6)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), bars=st.integers(22, 200))
def test_p_and_q_of_a_pair_are_the_same_in_both_orders(seed: int, bars: int) -> None:
    rows = by_pair(scan_pairs(walks(seed, bars, 4)))
    for y, x in rows.index:
        one, other = rows.loc[y, x], rows.loc[x, y]
        assert (
            one["pair_p_value"] == other["pair_p_value"] == min(1, 2 * min(one["p_value"], other["p_value"]))
        )
        assert one["q_value"] == other["q_value"] >= one["pair_p_value"] * (1 - 1e-12)


def test_columns_that_cannot_be_tested_say_why_and_spoil_nothing() -> None:
    closes = walks(12, 150, 3)
    clean = by_pair(scan_pairs(closes))
    closes["FLAT"] = 5.0
    closes["HOLES"] = closes["S00"].where(closes.index != closes.index[40])
    closes["NONE"] = np.nan
    closes["ZERO"] = closes["S01"].where(closes.index != closes.index[9], 0.0)
    closes["LATE"] = closes["S02"].where(closes.index >= closes.index[-15])
    closes["TWIN"] = closes["S00"] ** 2
    rows = by_pair(scan_pairs(closes))
    reasons = rows["reason"].to_dict()
    assert reasons["FLAT", "S00"] == "FLAT does not move"
    assert reasons["S01", "HOLES"] == "HOLES has holes: 1 of its bars are missing"
    assert reasons["NONE", "S00"] == "NONE has no bars"
    assert reasons["S00", "ZERO"] == "ZERO has prices that are not above 0"
    assert reasons["LATE", "S00"] == "too short: 20 bars are needed, has 15"
    assert reasons["TWIN", "S00"] == "y and x are (almost) collinear: nothing is left to test"
    untested = rows[rows["reason"].notna()]
    assert untested[["statistic", "p_value", "q_value", "lags"]].isna().all(axis=None)
    tested = rows[rows["reason"].isna()]
    assert np.isfinite(tested[["beta", "intercept", "statistic", "p_value", "q_value"]]).all(axis=None)
    assert np.allclose(rows.loc[clean.index]["statistic"], clean["statistic"], rtol=1e-10)


def test_what_trades_too_little_is_not_tested() -> None:
    closes = walks(13, 100, 3)
    volume = pd.Series({"S00": 5e6, "S01": 2e3})
    rows = by_pair(scan_pairs(closes, quote_volume=volume, min_quote_volume=1e4))
    assert rows.loc["S00", "S01"]["reason"] == "S01 trades too little: 2000 where 10000 is asked"
    assert rows.loc["S00", "S02"]["reason"] == "S02 has no known volume"
    assert rows["p_value"].isna().all()


def test_an_empty_table_and_a_single_column_have_no_pairs() -> None:
    assert len(scan_pairs(walks(1, 50, 1))) == 0
    assert len(scan_pairs(pd.DataFrame())) == 0


def test_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AnalyticsError, match="lag_choice must be one of"):
        scan_pairs(walks(1, 50, 2), lag_choice="best")


@pytest.mark.parametrize(
    "given",
    [
        {"max_lag": -1},
        {"max_lag": -5},
        {"max_lag": 2.5},
        {"z_window": 2},
        {"z_window": 20.5},
        {"z_points": -1},
    ],
)
def test_a_parameter_that_is_impossible_is_named(given: dict[str, float]) -> None:
    (name,) = given
    with pytest.raises(AnalyticsError, match=rf"{name} must be .* got {given[name]}"):
        scan_pairs(walks(1, 50, 2), **given)  # type: ignore[arg-type] # that is the point


@pytest.mark.parametrize(
    ("names", "words"), [(["A", "A"], "'A' twice"), ([1, 2], "symbols as columns, got 1")]
)
def test_columns_are_symbols_each_once(names: list[object], words: str) -> None:
    with pytest.raises(AnalyticsError, match=words):
        scan_pairs(walks(1, 50, 2).set_axis(names, axis=1))
