"""Correlation of several symbols."""

import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analytics.errors import AnalyticsError
from analytics.pairs import aligned_closes, correlation_matrix, correlations
from analytics.pairs.clustering import clustered_order
from tests.captured import KLINE_SYMBOLS, captured_klines
from tests.factories import random_closes, starts_of

METHODS = ("pearson", "spearman", "kendall")
every_method = pytest.mark.parametrize("method", METHODS)

# The catalogue of the captured data: log returns of the 43,199 common minutes.
PUBLISHED = {
    ("BTCUSDT", "ETHUSDT"): 0.8765,
    ("BTCUSDT", "BNBUSDT"): 0.8097,
    ("BTCUSDT", "SOLUSDT"): 0.8167,
    ("BTCUSDT", "XRPUSDT"): 0.7655,
    ("ETHUSDT", "BNBUSDT"): 0.8137,
    ("ETHUSDT", "SOLUSDT"): 0.8258,
    ("ETHUSDT", "XRPUSDT"): 0.7693,
    ("BNBUSDT", "SOLUSDT"): 0.7861,
    ("BNBUSDT", "XRPUSDT"): 0.7304,
    ("SOLUSDT", "XRPUSDT"): 0.7501,
}


def related_closes(seed: int, count: int, symbols: int = 5) -> pd.DataFrame:
    """Random walks that share a part of their steps."""
    random = np.random.default_rng(seed)
    steps = random.normal(0, 0.001, (count, symbols)) + random.normal(0, 0.001, (count, 1))
    names = [f"S{number}" for number in range(symbols)]
    return pd.DataFrame(100 * np.exp(steps.cumsum(axis=0)), index=starts_of(count), columns=names)


def holed(closes: pd.DataFrame, seed: int, share: float = 0.1) -> pd.DataFrame:
    return closes.mask(np.random.default_rng(seed).random(closes.shape) < share)


def log_returns(closes: pd.DataFrame) -> pd.DataFrame:
    return np.log(closes).diff().iloc[1:]


def test_the_published_figures_of_real_minutes() -> None:
    bars = {symbol: captured_klines(symbol, "1m") for symbol in KLINE_SYMBOLS}
    common = aligned_closes(bars, "1m").iloc[:43_199]
    found = correlations(common)
    for (one, other), expected in PUBLISHED.items():
        assert round(found.values.loc[one, other], 4) == expected
    assert (found.n == 43_198).all(axis=None)
    pd.testing.assert_frame_equal(found.values, log_returns(common).corr(), rtol=0, atol=1e-12)


@every_method
@pytest.mark.parametrize("share", [0.0, 0.15])
def test_pandas_gives_the_same(method: str, share: float) -> None:
    closes = holed(related_closes(1, 300), 2, share)
    expected = log_returns(closes).corr(method=method)  # type: ignore[arg-type]
    found = correlation_matrix(closes, method)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found, expected, rtol=0, atol=1e-9)
    prices = correlation_matrix(closes, method, on="prices")  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(prices, closes.corr(method=method), rtol=0, atol=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [5, 30, 400])
@every_method
def test_scipy_gives_the_same_significance(method: str, count: int) -> None:
    closes = holed(related_closes(3, count), 4, 0.1)
    found, returns = correlations(closes, method), log_returns(closes)  # type: ignore[arg-type]
    test = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}[method]
    for one in closes:
        for other in closes.columns.drop(one):
            both = returns[[one, other]].dropna()
            assert found.n.loc[one, other] == len(both)
            if len(both) > 2:
                expected = test(both[one], both[other]).pvalue
                assert found.p_values.loc[one, other] == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_countable_by_hand() -> None:
    closes = pd.DataFrame({"a": np.exp([0.0, 1, 0, 1]), "b": np.exp([0.0, 1, 0, -1]), "c": [2.0] * 4})
    found = correlations(closes)  # returns 1, -1, 1 and 1, -1, -1
    assert found.values.loc["a", "b"] == pytest.approx(0.5, rel=1e-14)
    assert found.p_values.loc["a", "b"] == pytest.approx(
        2 / 3, rel=1e-12
    )  # t = 1 / sqrt(3), one degree of freedom
    assert found.values["c"].isna().all()


@every_method
def test_what_does_not_move_has_no_correlation_and_says_so(method: str) -> None:
    closes = related_closes(5, 60).assign(still=7.1, empty=np.nan)
    closes["short"] = closes["S0"].where(np.arange(60) >= 50)
    found = correlations(closes, method)  # type: ignore[arg-type]
    assert found.values[["still", "empty"]].isna().all(axis=None)
    assert found.p_values[["still", "empty"]].isna().all(axis=None)
    assert found.reasons == {
        "still": "does not move in these bars",
        "empty": "needs 20 returns, has 0",
        "short": "needs 20 returns, has 9",
    }
    assert set(found.order[-2:]) == {"still", "empty"}
    assert (
        np.diag(found.values.drop(index=["still", "empty"], columns=["still", "empty"])).tolist() == [1.0] * 6
    )


@pytest.mark.parametrize("level", [0.1, 1e-9, 64_000.3])
def test_rounding_is_no_movement(level: float) -> None:
    closes = related_closes(6, 100).assign(still=level)
    closes.iloc[3, 0] = np.nan
    for on in ("returns", "prices"):
        assert correlation_matrix(closes, on=on)["still"].isna().all()  # type: ignore[arg-type]


def test_steady_growth_does_not_move_either() -> None:
    closes = related_closes(6, 100).assign(grown=1.01 ** np.arange(100.0))
    assert correlation_matrix(closes)["grown"].isna().all()
    assert correlation_matrix(closes, "spearman")["grown"].isna().all()


def test_a_stretch_both_have_in_which_one_stands_still_gives_nothing() -> None:
    closes = related_closes(7, 80, symbols=2)
    closes.iloc[40:, 0] = closes.iloc[39, 0]
    closes.iloc[:45, 1] = np.nan
    found = correlations(closes)
    assert np.isnan(found.values.loc["S0", "S1"])
    assert found.values.loc["S0", "S0"] == 1.0
    assert found.reasons == {}


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1e-6, 3.0, 1e6]))
def test_laws(seed: int, factor: float) -> None:
    closes = holed(related_closes(seed, 60), seed, 0.05)
    found = correlations(closes)
    np.testing.assert_array_equal(found.values, found.values.T)
    assert found.values.stack().between(-1, 1).all()
    assert found.p_values.stack().between(0, 1).all()
    scaled = correlation_matrix(closes * factor)
    np.testing.assert_allclose(scaled, found.values, rtol=0, atol=1e-9)
    turned = correlation_matrix(closes[closes.columns[::-1]])
    np.testing.assert_allclose(turned.to_numpy()[::-1, ::-1], found.values, rtol=0, atol=1e-12)
    mirrored = correlation_matrix(closes.assign(S0=1 / closes["S0"]))
    np.testing.assert_allclose(mirrored.loc["S0", "S1":], -found.values.loc["S0", "S1":], atol=1e-9)


@settings(max_examples=5)
@given(seed=st.integers(0, 10**6))
def test_ranks_care_for_order_alone(seed: int) -> None:
    closes = related_closes(seed, 50, symbols=3)
    bent = np.exp(log_returns(closes).pipe(lambda r: np.sign(r) * np.abs(r) ** 3 * 1e4).cumsum())
    bent = pd.concat([pd.DataFrame(1.0, index=closes.index[:1], columns=closes.columns), bent])
    for method in ("spearman", "kendall"):
        np.testing.assert_allclose(correlation_matrix(bent, method), correlation_matrix(closes, method))  # type: ignore[arg-type]


def test_independent_walks_are_significant_as_often_as_the_level_says() -> None:
    closes = pd.DataFrame({f"S{seed}": random_closes(seed, 241) for seed in range(60)})
    p_values = correlations(closes).p_values.to_numpy()[np.tril_indices(60, -1)]
    assert 0.035 < (p_values < 0.05).mean() < 0.065


@pytest.mark.parametrize("count", [0, 1, 2])
@every_method
def test_too_few_bars_give_nan_without_a_warning(method: str, count: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = correlations(related_closes(8, count), method)  # type: ignore[arg-type]
    assert found.values.isna().all(axis=None)
    assert set(found.reasons) == set(found.values.columns) == set(found.order)


def test_a_close_that_is_no_price_has_no_return() -> None:
    closes = related_closes(9, 50)
    broken = closes.copy()
    broken.iloc[[10, 20], 0] = [0.0, -3.0]
    missing = closes.copy()
    missing.iloc[[10, 20], 0] = np.nan
    pd.testing.assert_frame_equal(correlation_matrix(broken), correlation_matrix(missing))


def test_other_methods_and_bases_are_refused() -> None:
    with pytest.raises(AnalyticsError, match="not 'cosine'"):
        correlation_matrix(related_closes(1, 30), "cosine")  # type: ignore[arg-type]
    with pytest.raises(AnalyticsError, match="not on 'volumes'"):
        correlation_matrix(related_closes(1, 30), on="volumes")  # type: ignore[arg-type]


def test_those_that_move_together_stand_together() -> None:
    random = np.random.default_rng(11)
    groups = np.repeat([0, 1, 2], 4)
    steps = random.normal(0, 1, (500, 3))[:, groups] + random.normal(0, 0.5, (500, 12))
    mixed = random.permutation(12)
    names = [f"{groups[place]}-{place}" for place in mixed]
    closes = pd.DataFrame(np.exp(0.001 * steps[:, mixed].cumsum(axis=0)), columns=names)
    order = correlations(closes).order
    assert sorted(order) == sorted(names)
    groups_in_order = [name[0] for name in order]
    assert sum(one != other for one, other in pairwise(groups_in_order)) == 2
    assert order.index(names[0]) < 6


def test_few_names_keep_their_order() -> None:
    assert clustered_order(np.array([[1, 0.5], [0.5, 1]]), ["b", "a"]) == ["b", "a"]
    assert clustered_order(np.empty((0, 0)), []) == []
