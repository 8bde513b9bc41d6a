"""Rolling scores against pandas, scipy and sums by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import median_abs_deviation

from analytics.errors import AnalyticsError
from analytics.pairs import rolling
from analytics.pairs.zscore import rolling_zscore
from tests.factories import random_closes, starts_of

either_kind = pytest.mark.parametrize("robust", [False, True])


def test_scores_by_hand() -> None:
    spread = pd.Series([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])
    # Mean 5; squares 9, 1, 1, 1, 0, 0, 4, 16 over 7: deviation 2.1381.
    assert rolling_zscore(spread, 8).iloc[-1] == pytest.approx(4 / np.sqrt(32 / 7), rel=1e-12)
    # Median 4.5; distances .5, .5, .5, .5, .5, 2.5, 2.5, 4.5: median .5.
    assert rolling_zscore(spread, 8, robust=True).iloc[-1] == pytest.approx(4.5 * 0.67448975 / 0.5, rel=1e-8)


def test_plain_scores_are_those_of_pandas() -> None:
    spread = random_closes(1, 500).diff()
    rolled = spread.rolling(60)
    np.testing.assert_allclose(
        rolling_zscore(spread, 60), (spread - rolled.mean()) / rolled.std(), rtol=1e-9, atol=1e-9
    )


def test_robust_scores_are_those_of_scipy() -> None:
    spread = random_closes(2, 300)
    found = rolling_zscore(spread, 40, robust=True)
    for end in (40, 41, 155, 300):
        window = spread.to_numpy()[end - 40 : end]
        expected = (window[-1] - np.median(window)) / median_abs_deviation(window, scale="normal")
        assert found.iloc[end - 1] == pytest.approx(expected, rel=1e-9)


def test_one_wild_value_moves_the_plain_score_only() -> None:
    spread = random_closes(3, 100)
    wild = spread.copy()
    wild.iloc[70] += 50.0
    plain = rolling_zscore(wild, 60).iloc[80:] - rolling_zscore(spread, 60).iloc[80:]
    robust = (
        rolling_zscore(wild, 60, robust=True).iloc[80:] - rolling_zscore(spread, 60, robust=True).iloc[80:]
    )
    assert plain.abs().mean() > 10 * robust.abs().mean()


@either_kind
def test_windows_taken_in_pieces_give_the_same(robust: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    spread = random_closes(6, 300)
    whole = rolling_zscore(spread, 50, robust)
    monkeypatch.setattr(rolling, "_CELLS", 50 * 7)
    pd.testing.assert_series_equal(rolling_zscore(spread, 50, robust), whole, check_exact=True)


@either_kind
@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1e-5, 0.2, 8.0, 1e5]), shift=st.floats(-5, 5))
def test_neither_unit_nor_level_matter_and_the_mirror_image_has_the_other_sign(
    robust: bool, seed: int, factor: float, shift: float
) -> None:
    spread = random_closes(seed, 90)
    plain = rolling_zscore(spread, 30, robust)
    np.testing.assert_allclose(
        rolling_zscore((spread + shift) * factor, 30, robust), plain, rtol=1e-6, atol=1e-8
    )
    np.testing.assert_allclose(rolling_zscore(-spread, 30, robust), -plain, rtol=1e-12)


@either_kind
def test_a_spread_that_is_only_rounding_has_no_score(robust: bool) -> None:
    dust = pd.Series(0.1 + 0.2 + 1e-17 * np.arange(80), index=starts_of(80))
    dust.iloc[::2] = 0.3
    assert rolling_zscore(dust, 30, robust).isna().all()
    assert rolling_zscore(dust * 0, 30, robust).isna().all()


@either_kind
@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_a_hole_is_nan_until_it_has_left_the_window(robust: bool, hole: float) -> None:
    spread = random_closes(7, 120)
    spread.iloc[50] = hole
    found = rolling_zscore(spread, 30, robust)
    assert found.iloc[50:80].isna().all()
    assert found.iloc[80:].notna().all()
    assert found.iloc[29:50].notna().all()


@either_kind
def test_too_short_is_nan_and_a_window_of_two_is_refused(robust: bool) -> None:
    spread = random_closes(8, 20)
    assert rolling_zscore(spread, 21, robust).isna().all()
    assert rolling_zscore(spread.iloc[:0], 21, robust).empty
    with pytest.raises(AnalyticsError, match="at least 3 values"):
        rolling_zscore(spread, 2, robust)


def test_a_spread_too_large_to_square_has_no_score() -> None:
    assert rolling_zscore(pd.Series([1e200, -1e200, 2e200, 5e199]), 3).isna().all()
