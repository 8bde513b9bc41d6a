"""A half-life is exact where it is counted, unbiased where it is estimated, refused where there is none."""

from math import inf, isnan, log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.ar_model import AutoReg

from analytics.errors import AnalyticsError
from analytics.pairs.half_life import HalfLife, half_life, half_life_of_values
from analytics.pairs.half_life_quantiles import DISTANCES, LEVELS, QUANTILES
from tests.simulations.half_life_quantiles import residual, reverting, t_statistics

SERIES = 600


def spreads(half_life_bars: float, *, bars: int, seed: int, fitted: bool = True) -> np.ndarray:
    """Spreads of known half-life, one in each column; left over from a random walk when fitted."""
    rng = np.random.default_rng(seed)
    values = reverting(0.5 ** (1 / half_life_bars), bars - 1, SERIES, rng)
    return residual(values, np.cumsum(rng.standard_normal(values.shape), axis=0)) if fitted else values


def answers(values: np.ndarray, regressors: int = 1) -> list[HalfLife]:
    return [half_life_of_values(column, regressors=regressors) for column in values.T]


def share_covered(found: list[HalfLife], truth: float) -> float:
    return float(np.mean([each.low <= truth <= each.high for each in found]))


def test_a_gap_that_halves_in_so_many_bars_has_that_half_life() -> None:
    for bars in (0.5, 1.0, 4.0, 25.0):
        found = half_life(pd.Series([0.5 ** (k / bars) for k in range(60)]))
        assert found.bars == pytest.approx(bars, rel=1e-6)
        assert found.low == found.bars == found.high
        assert found.reason is None


def test_the_slope_is_that_of_the_regression() -> None:
    values = spreads(8.0, bars=400, seed=5)[:, 0]
    expected = AutoReg(values, lags=1, trend="c").fit().params[1] - 1
    assert half_life_of_values(values).slope == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("truth", [3.0, 10.0, 40.0, 120.0])
def test_of_a_days_minutes_the_interval_covers_the_truth_as_often_as_it_says(truth: float) -> None:
    found = answers(spreads(truth, bars=1_440, seed=int(truth)))
    assert 0.92 <= share_covered(found, truth) <= 0.98
    middle = [each.bars if each.reason is None or not isnan(each.bars) else inf for each in found]
    assert np.median(middle) == pytest.approx(truth, rel=0.12)


@pytest.mark.parametrize(("bars", "truth"), [(200, 5.0), (500, 20.0), (5_000, 60.0)])
def test_so_it_does_for_other_lengths(bars: int, truth: float) -> None:
    assert 0.92 <= share_covered(answers(spreads(truth, bars=bars, seed=bars)), truth) <= 0.98


@pytest.mark.parametrize("truth", [10.0, 120.0])
def test_a_series_that_was_not_fitted_has_a_table_of_its_own(truth: float) -> None:
    values = spreads(truth, bars=1_440, seed=3, fitted=False)
    assert 0.92 <= share_covered(answers(values, regressors=0), truth) <= 0.98


def test_the_naive_interval_would_not() -> None:
    truth, covered = 120.0, 0
    for values in spreads(truth, bars=1_440, seed=120).T:
        before, after = values[:-1] - values[:-1].mean(), values[1:] - values[1:].mean()
        phi = before @ after / (before @ before)
        error = np.sqrt(((after - phi * before) ** 2).sum() / (len(before) - 2) / (before @ before))
        covered += abs(phi - 0.5 ** (1 / truth)) <= 1.96 * error
    assert covered / SERIES < 0.88


def test_what_runs_away_has_none() -> None:
    rng, values = np.random.default_rng(1), [0.0]
    for _ in range(300):
        values.append(1.02 * values[-1] + rng.standard_normal())
    found = half_life(pd.Series(values))
    assert isnan(found.bars)
    assert found.slope >= 0
    assert "does not revert" in str(found.reason)


def test_a_random_walk_has_none_or_an_open_interval_nearly_always() -> None:
    rng = np.random.default_rng(4)
    walks = np.cumsum(rng.standard_normal((1_440, SERIES)), axis=0)
    found = answers(walks, regressors=0)
    assert np.mean([isnan(each.bars) for each in found]) > 0.45
    assert np.mean([each.high == inf or isnan(each.high) for each in found]) > 0.92


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([1.0] * 100, "constant"),
        ([1e9 + 1e-7 * (k % 2) for k in range(100)], "constant"),
        ([0.5**k for k in range(20)], "needs 30 changes from bar to bar, has 19"),
        ([1.0, np.nan] * 100, "needs 30 changes from bar to bar, has 0"),
        ([], "has 0"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_reason(values: list[float], reason: str) -> None:
    found = half_life(pd.Series(values, dtype=float))
    assert isnan(found.bars)
    assert isnan(found.low)
    assert isnan(found.high)
    assert reason in str(found.reason)


def test_no_change_is_taken_across_a_hole() -> None:
    values = spreads(6.0, bars=300, seed=2)[:, 0]
    holed = np.concatenate([values[:150], [np.nan], values[150:]])
    assert half_life_of_values(holed).n == 298
    assert half_life_of_values(values).n == 299


def test_only_the_tables_there_are_can_be_asked_for() -> None:
    with pytest.raises(AnalyticsError, match="regressors must be 0 or 1, got 2"):
        half_life_of_values(np.arange(50.0), regressors=2)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-6, 1e6), shift=st.floats(-1e3, 1e3))
def test_unit_and_level_of_the_spread_do_not_matter(seed: int, scale: float, shift: float) -> None:
    values = reverting(0.9, 200, 1, np.random.default_rng(seed))[:, 0]
    one, other = half_life_of_values(values), half_life_of_values(scale * (values + shift))
    assert other.bars == pytest.approx(one.bars, rel=1e-6, nan_ok=True)
    assert (other.low, other.high) == (pytest.approx(one.low, rel=1e-6), pytest.approx(one.high, rel=1e-6))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), bars=st.integers(40, 400), coefficient=st.floats(0.0, 1.0))
def test_the_estimate_lies_within_its_interval(seed: int, bars: int, coefficient: float) -> None:
    found = half_life_of_values(reverting(coefficient, bars, 1, np.random.default_rng(seed))[:, 0])
    assert isnan(found.bars) or found.low <= found.bars <= found.high
    assert found.reason is not None or found.high < inf


@pytest.mark.parametrize("regressors", [0, 1])
@pytest.mark.parametrize("distance", [0.0, 8.0, 100.0])
def test_the_table_is_what_its_simulation_gives(regressors: int, distance: float) -> None:
    sample = t_statistics(distance, 4_000, bars=720, regressors=regressors, seed=9)
    expected = QUANTILES[regressors][DISTANCES.index(distance)]
    assert np.quantile(sample, LEVELS) == pytest.approx(expected, abs=0.12)


def test_without_reversion_the_table_is_that_of_dickey_and_fuller() -> None:
    low, middle, high = QUANTILES[0][0]
    assert low == pytest.approx(-3.12, abs=0.05)  # Fuller (1996), table 10.A.2, tau_mu, infinite n
    assert middle == pytest.approx(-1.57, abs=0.04)
    assert high == pytest.approx(0.24, abs=0.06)


def test_half_of_a_gap_is_what_is_left_after_it() -> None:
    found = half_life(pd.Series([3.0 * 0.8**k for k in range(50)]))
    assert 0.8**found.bars == pytest.approx(0.5, rel=1e-6)
    assert found.bars == pytest.approx(log(0.5) / log(0.8), rel=1e-6)


@pytest.mark.parametrize("size", [1e-200, 1e-9, 1e200])
def test_a_half_life_does_not_depend_on_the_size_of_the_spread(size: float) -> None:
    spread = spreads(10.0, bars=400, seed=5)[:, 0]
    assert half_life_of_values(size * spread).bars == pytest.approx(
        half_life_of_values(spread).bars, rel=1e-9
    )
