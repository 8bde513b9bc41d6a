"""The forgetting line against weighted least squares and a textbook Kalman filter."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import AnalyticsError
from analytics.kernels.discounted_line import discounted_line
from analytics.pairs.hedge_ratio import hedge_ratio
from analytics.pairs.kalman import WARM_UP_BARS, KalmanPath, kalman_path
from tests.factories import planted_pair

MEMORY = 120.0
DISCOUNT = 1 - 1 / MEMORY


def path_of(seed: int, count: int = 400) -> tuple[np.ndarray, np.ndarray, KalmanPath]:
    y, x = (side.to_numpy() for side in planted_pair(seed, count))
    return y, x, kalman_path(y, x, memory_bars=MEMORY)


@pytest.mark.parametrize("t", [60, 61, 100, 399])
def test_the_state_is_the_line_through_discounted_points(t: int) -> None:
    y, x, path = path_of(1)
    weights = DISCOUNT ** np.arange(t, -1, -1)
    expected = sm.WLS(y[: t + 1], sm.add_constant(x[: t + 1]), weights=weights).fit().params
    np.testing.assert_allclose([path.intercept[t], path.beta[t]], expected, rtol=1e-9)


@pytest.mark.parametrize("t", [61, 150, 399])
def test_the_innovation_is_y_less_the_forecast_of_the_bar_before(t: int) -> None:
    y, x, path = path_of(2)
    forecast = path.intercept[t - 1] + path.beta[t - 1] * x[t]
    assert path.innovation[t] == pytest.approx(y[t] - forecast, rel=1e-9, abs=1e-12)


@settings(max_examples=5)
@given(seed=st.integers(0, 10**6))
def test_bar_by_bar_a_textbook_filter_gives_the_whole_path(seed: int) -> None:
    y, x, path = path_of(seed, 200)
    expected = textbook_filter(y, x)
    for name, column in zip(("innovation", "scale", "beta", "intercept"), expected.T, strict=True):
        found = getattr(path, name)[WARM_UP_BARS:]
        np.testing.assert_allclose(found, column[WARM_UP_BARS:], rtol=1e-6, atol=1e-9)


def textbook_filter(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Predict and update with matrices, a vague prior and the variance learnt as West and Harrison do."""
    state, covariance = np.array([y[0], 0.0]), np.diag([1e9, 1e9])
    centre, unit = x[0], 1e-3
    noise = count = 0.0
    rows = []
    for t in range(len(y)):
        prior = covariance / DISCOUNT if t else covariance
        design = np.array([1.0, (x[t] - centre) / unit])
        error, doubt = y[t] - design @ state, 1.0 + design @ prior @ design
        scale = np.sqrt(noise * doubt)
        gain = prior @ design / doubt
        state = state + gain * error
        shrink = np.eye(2) - np.outer(gain, design)
        covariance = shrink @ prior @ shrink.T + np.outer(gain, gain)
        if t >= 2:
            count = DISCOUNT * count + 1
            noise += (error**2 / doubt - noise) / count
        rows.append((error, scale, state[1] / unit, state[0] - state[1] / unit * centre))
    return np.array(rows)


def test_without_forgetting_it_is_least_squares_over_all_that_came() -> None:
    y, x = planted_pair(4, 500)
    for count in (100, 500):
        alone = hedge_ratio(y.iloc[:count], x.iloc[:count], "ols")
        path = kalman_path(y.to_numpy()[:count], x.to_numpy()[:count], memory_bars=1e12)
        assert path.beta[-1] == pytest.approx(alone.beta, rel=1e-8)


def test_on_an_honest_line_z_is_standard_normal() -> None:
    random = np.random.default_rng(5)
    x = random.normal(0, 0.001, 20_000).cumsum()
    y = 0.3 + 1.4 * x + random.normal(0, 0.002, 20_000)
    path = kalman_path(y, x)
    z = (path.innovation / path.scale)[1_000:]
    assert abs(z.mean()) < 0.03
    assert z.std() == pytest.approx(1.0, abs=0.03)
    assert path.beta[-1] == pytest.approx(1.4, abs=0.05)


def test_the_spread_is_of_the_size_of_the_planted_one() -> None:
    """Against the residual after the bar, which is dust."""
    y, x = planted_pair(6, 1_440, deviation=0.002)
    found = hedge_ratio(y, x, "kalman")
    assert found.innovation is not None
    assert 0.001 < found.innovation.std() < 0.004


def test_a_ratio_that_changes_is_followed() -> None:
    random = np.random.default_rng(7)
    x = random.normal(0, 0.002, 4_000).cumsum()
    beta = np.where(np.arange(4_000) < 2_000, 1.0, 1.5)
    y = np.cumsum(beta * np.diff(x, prepend=0.0)) + random.normal(0, 0.0005, 4_000)
    path = kalman_path(y, x, memory_bars=300)
    assert path.beta[1_999] == pytest.approx(1.0, abs=0.03)
    assert path.beta[-1] == pytest.approx(1.5, abs=0.03)


def test_the_scale_of_prices_does_not_matter_to_z() -> None:
    y, x = (side.to_numpy() for side in planted_pair(8, 300))
    plain, other = kalman_path(y, x), kalman_path(2.5 * y - 7, 0.1 * x + 3)
    np.testing.assert_allclose(
        plain.innovation[61:] / plain.scale[61:],
        other.innovation[61:] / other.scale[61:],
        rtol=1e-7,
        atol=1e-9,
    )


def test_an_exact_line_has_no_spread() -> None:
    _, x = planted_pair(9, 300)
    found = hedge_ratio(1.0 + 2.0 * x, x, "kalman")
    assert found.innovation is not None
    assert found.innovation.isna().all()
    assert found.beta == pytest.approx(2.0, rel=1e-9)


def test_nothing_is_told_behind_a_missing_value() -> None:
    y, x = (side.to_numpy().copy() for side in planted_pair(10, 300))
    y[200] = np.nan
    path = kalman_path(y, x)
    assert np.isfinite(path.beta[60:200]).all()
    assert np.isnan(path.beta[200:]).all()


def test_warming_up_is_nan() -> None:
    path = path_of(11)[2]
    for column in (path.innovation, path.scale, path.beta, path.intercept):
        assert np.isnan(column[:WARM_UP_BARS]).all()
        assert np.isfinite(column[WARM_UP_BARS:]).all()


def test_the_compiled_kernel_does_what_its_text_says() -> None:
    y, x = (side.to_numpy() for side in planted_pair(12, 200))
    for compiled, plain in zip(
        discounted_line(y, x, 0.99, 60), discounted_line.py_func(y, x, 0.99, 60), strict=True
    ):
        np.testing.assert_allclose(compiled, plain, rtol=1e-10)


@pytest.mark.parametrize("memory", [1.0, 0.0, -3.0, float("nan")])
def test_a_memory_that_is_none_is_refused(memory: float) -> None:
    with pytest.raises(AnalyticsError, match="memory_bars must be above 1"):
        kalman_path(np.arange(99.0), np.arange(99.0), memory_bars=memory)


def test_the_path_is_indexed_like_the_input() -> None:
    y, x = planted_pair(13, 100)
    found = hedge_ratio(y, x, "kalman")
    assert found.innovation is not None
    pd.testing.assert_index_equal(found.innovation.index, y.index)
