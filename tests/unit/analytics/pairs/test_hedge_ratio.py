"""Hedge ratios against hand-worked lines, statsmodels, scipy and plain linear algebra."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import theilslopes
from statsmodels.regression.rolling import RollingOLS

from analytics.errors import AnalyticsError
from analytics.pairs.hedge_ratio import HEDGE_METHODS, HedgeMethod, hedge_ratio
from analytics.pairs.rolling import rolling_correlation
from tests.exact import exact_huber
from tests.factories import planted_pair, starts_of

every_method = pytest.mark.parametrize("method", HEDGE_METHODS)
ONE_LINE: tuple[HedgeMethod, ...] = ("ols", "tls", "huber", "theil_sen")


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=starts_of(len(values)))


def test_a_line_by_hand() -> None:
    found = hedge_ratio(series(1.0, 2.0, 6.0), series(0.0, 1.0, 2.0))
    assert (found.beta, found.intercept, found.n, found.reason) == (2.5, 0.5, 3, None)


def test_a_line_at_right_angles_by_hand() -> None:
    # Centred: (-1,-1), (-1,1), (1,-1), (1,1) stretched along the diagonal by (3,3), (-3,-3).
    x, y = series(-1.0, -1.0, 1.0, 1.0, 3.0, -3.0), series(-1.0, 1.0, -1.0, 1.0, 3.0, -3.0)
    assert hedge_ratio(y, x, "tls").beta == pytest.approx(1.0, abs=1e-15)
    assert hedge_ratio(y, x, "ols").beta == pytest.approx(18 / 22)


def test_the_middle_slope_by_hand() -> None:
    # The six slopes: 1, 1, 1, 10, 14.5 and 28.
    found = hedge_ratio(series(0.0, 1.0, 2.0, 30.0), series(0.0, 1.0, 2.0, 3.0), "theil_sen")
    assert (found.beta, found.intercept) == (5.5, 1.5 - 5.5 * 1.5)


@pytest.mark.parametrize("seed", range(5))
def test_ols_is_that_of_statsmodels(seed: int) -> None:
    y, x = planted_pair(seed, 500)
    expected = sm.OLS(y.to_numpy(), sm.add_constant(x.to_numpy())).fit().params
    found = hedge_ratio(y, x, "ols")
    np.testing.assert_allclose([found.intercept, found.beta], expected, rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_tls_is_the_smallest_singular_direction(seed: int) -> None:
    y, x = planted_pair(seed, 500)
    centred = np.column_stack([x - x.mean(), y - y.mean()])
    normal = np.linalg.svd(centred, full_matrices=False)[2][-1]
    found = hedge_ratio(y, x, "tls")
    assert found.beta == pytest.approx(-normal[0] / normal[1], rel=1e-9)
    assert found.intercept == pytest.approx(y.mean() - found.beta * x.mean(), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_huber_is_that_of_statsmodels(seed: int) -> None:
    y, x = planted_pair(seed, 300)
    y.iloc[::29] += 0.3
    design = sm.add_constant(x.to_numpy())
    expected = sm.RLM(y.to_numpy(), design, M=sm.robust.norms.HuberT()).fit(
        maxiter=500, tol=1e-14, conv="coefs"
    )
    found = hedge_ratio(y, x, "huber")
    np.testing.assert_allclose([found.intercept, found.beta], expected.params, rtol=1e-9)
    np.testing.assert_allclose([found.beta, found.intercept], exact_huber(y, x), rtol=1e-10)


def test_huber_solves_its_own_equation() -> None:
    y, x = planted_pair(7, 300)
    y.iloc[::31] -= 0.4
    found = hedge_ratio(y, x, "huber")
    rest = (y - found.intercept - found.beta * x).to_numpy()
    clipped = np.clip(rest / (np.median(np.abs(rest)) / 0.6744897501960817), -1.345, 1.345)
    assert abs(clipped.sum()) < 1e-6
    assert abs((clipped * (x - x.mean())).sum()) < 1e-8


@pytest.mark.parametrize("seed", range(3))
def test_theil_sen_is_the_median_slope(seed: int) -> None:
    y, x = planted_pair(seed, 120)
    rows, columns = np.triu_indices(len(y), 1)
    slopes = (y.to_numpy()[columns] - y.to_numpy()[rows]) / (x.to_numpy()[columns] - x.to_numpy()[rows])
    found = hedge_ratio(y, x, "theil_sen")
    assert found.beta == pytest.approx(np.median(slopes), rel=1e-9)
    assert found.intercept == pytest.approx(theilslopes(y, x).intercept, rel=1e-9)


def test_rolling_ols_is_that_of_statsmodels() -> None:
    y, x = planted_pair(11, 400)
    x = x - x.mean()  # far from zero statsmodels itself loses eight digits here
    found = hedge_ratio(y, x, "rolling_ols", window=60)
    expected = RollingOLS(y, sm.add_constant(x.to_numpy()), window=60).fit(reset=1).params.to_numpy()
    assert found.beta_path is not None
    assert found.intercept_path is not None
    np.testing.assert_allclose(found.intercept_path, expected[:, 0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.beta_path, expected[:, 1], rtol=1e-9, atol=1e-9)
    assert found.beta == found.beta_path.iloc[-1]
    assert found.beta_path.iloc[:59].isna().all()


def test_a_rolling_line_is_the_line_of_its_window() -> None:
    y, x = planted_pair(12, 300)
    found = hedge_ratio(y, x, "rolling_ols", window=100)
    alone = hedge_ratio(y.iloc[-100:], x.iloc[-100:], "ols")
    assert found.beta == pytest.approx(alone.beta, rel=1e-12)


def test_rolling_correlation_is_that_of_pandas() -> None:
    y, x = planted_pair(13, 400)
    found = rolling_correlation(y.diff(), x.diff(), 60)
    np.testing.assert_allclose(found, y.diff().rolling(60).corr(x.diff()), rtol=1e-9, atol=1e-12)


def test_a_side_that_stands_still_has_no_correlation() -> None:
    y, x = planted_pair(14, 100)
    x.iloc[20:60] = x.iloc[20]
    found = rolling_correlation(y, x, 20)
    assert found.iloc[39:60].isna().all()
    assert found.iloc[60:].notna().all()


@every_method
def test_a_planted_ratio_is_found(method: HedgeMethod) -> None:
    y, x = planted_pair(21, 1_440, beta=1.3, half_life=5.0, deviation=0.0005)
    assert hedge_ratio(y, x, method).beta == pytest.approx(1.3, abs=0.08)


@pytest.mark.parametrize("method", ["huber", "theil_sen"])
def test_wild_bars_do_not_move_a_robust_line(method: HedgeMethod) -> None:
    y, x = planted_pair(22, 600, beta=1.3, half_life=1.0, deviation=0.0005)
    y.iloc[-40:] += 0.05
    assert hedge_ratio(y, x, method).beta == pytest.approx(1.3, abs=0.05)
    assert abs(hedge_ratio(y, x, "ols").beta - 1.3) > 0.05


@every_method
@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), shift=st.floats(-9, 9), factor=st.sampled_from([1e-4, 0.5, 3.0, 1e4]))
def test_a_shifted_y_only_shifts_the_intercept_and_a_common_scale_leaves_beta(
    method: HedgeMethod, seed: int, shift: float, factor: float
) -> None:
    y, x = planted_pair(seed, 160)
    plain = hedge_ratio(y, x, method, window=60)
    shifted = hedge_ratio(y + shift, x, method, window=60)
    assert shifted.beta == pytest.approx(plain.beta, rel=1e-6, abs=1e-7)
    assert shifted.intercept == pytest.approx(plain.intercept + shift, rel=1e-6, abs=1e-5)
    scaled = hedge_ratio(y * factor, x * factor, method, window=60)
    assert scaled.beta == pytest.approx(plain.beta, rel=1e-6, abs=1e-7)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6))
def test_tls_knows_no_sides(seed: int) -> None:
    y, x = planted_pair(seed, 100)
    assert hedge_ratio(x, y, "tls").beta == pytest.approx(1 / hedge_ratio(y, x, "tls").beta, rel=1e-9)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6))
def test_tls_lies_between_the_two_regressions(seed: int) -> None:
    y, x = planted_pair(seed, 100)
    one, other = hedge_ratio(y, x, "ols").beta, 1 / hedge_ratio(x, y, "ols").beta
    low, high = sorted((one, other))
    if one * other > 0:
        assert low * (1 - 1e-9) - 1e-12 <= hedge_ratio(y, x, "tls").beta <= high * (1 + 1e-9) + 1e-12


@every_method
def test_false_numbers_are_refused_with_a_reason(method: HedgeMethod) -> None:
    y, x = planted_pair(31, 300)
    constant, holed = x * 0 + 5.0, x.copy()
    holed.iloc[280] = np.nan
    for left, right, reason in (
        (y, constant, "x does not move"),
        (constant, x, "y does not move"),
        (y, holed, "x has 1 missing or infinite values"),
        (y.replace(y.iloc[280], np.inf), x, "y has 1 missing or infinite values"),
        (y.iloc[:2], x.iloc[:2], "bars, has 2"),
    ):
        found = hedge_ratio(left, right, method, window=60)
        assert np.isnan(found.beta)
        assert np.isnan(found.intercept)
        assert found.reason is not None
        assert reason in found.reason


@every_method
def test_an_exact_line_is_found_exactly(method: HedgeMethod) -> None:
    _, x = planted_pair(32, 300)
    found = hedge_ratio(0.25 + 1.5 * x, x, method, window=60)
    assert found.beta == pytest.approx(1.5, rel=1e-7)
    assert found.intercept == pytest.approx(0.25, rel=1e-5)


def test_points_without_a_direction_have_no_right_angled_line() -> None:
    found = hedge_ratio(series(1.0, -1.0, 0.0, 0.0), series(0.0, 0.0, 1.0, -1.0), "tls")
    assert np.isnan(found.beta)
    assert found.reason == "no direction through the points is better than another"


def test_what_cannot_be_meant_is_refused() -> None:
    y, x = planted_pair(33, 100)
    with pytest.raises(AnalyticsError, match="method must be one of ols, "):
        hedge_ratio(y, x, "ridge")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(AnalyticsError, match="must have one index"):
        hedge_ratio(y, x.iloc[1:])
    with pytest.raises(AnalyticsError, match="at least 3 values, got 2"):
        hedge_ratio(y, x, "rolling_ols", window=2)


def test_the_input_is_not_changed() -> None:
    y, x = planted_pair(42, 200)
    before = y.copy(), x.copy()
    for method in HEDGE_METHODS:
        hedge_ratio(y, x, method, window=60)
    pd.testing.assert_series_equal(y, before[0])
    pd.testing.assert_series_equal(x, before[1])
