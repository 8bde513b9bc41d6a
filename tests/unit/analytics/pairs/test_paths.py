"""Paths of p: points of their own windows, and a planted break that shows."""

import numpy as np
import pandas as pd
import pytest

from analytics.errors import AnalyticsError
from analytics.pairs.cointegration import engle_granger
from analytics.pairs.paths import p_path
from tests.factories import planted_pair


def broken_pair(seed: int) -> tuple[pd.Series, pd.Series]:
    """A relation that holds for 800 bars; then the spread wanders off."""
    y, x = planted_pair(seed, 1_600, half_life=4.0)
    random = np.random.default_rng(seed + 1)
    drift = np.where(np.arange(1_600) < 800, 0.0, random.normal(0, 0.001, 1_600)).cumsum()
    return y + drift, x


def test_a_point_is_the_test_of_its_window() -> None:
    y, x = planted_pair(1, 400)
    path = p_path(y, x, 200, 50)
    assert list(path.index) == [y.index[place] for place in (199, 249, 299, 349, 399)]
    for place in (199, 349):
        alone = engle_granger(y.iloc[place - 199 : place + 1], x.iloc[place - 199 : place + 1])
        assert path[y.index[place]] == alone.p_value


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_break_shows_in_the_path_of_p(seed: int) -> None:
    path = p_path(*broken_pair(seed), 300, 50).to_numpy()
    before, after = path[:11], path[17:]  # windows wholly before, and those wholly behind the break
    assert np.median(before) < 0.01
    assert np.median(after) > 0.05


@pytest.mark.parametrize(("bars", "points"), [(199, 0), (200, 1), (229, 1), (230, 2), (555, 12)])
def test_every_so_many_bars_add_a_point(bars: int, points: int) -> None:
    y, x = planted_pair(3, bars)
    assert len(p_path(y, x, 200, 30)) == points


def test_a_window_without_an_answer_is_nan() -> None:
    y, x = planted_pair(4, 300)
    x.iloc[120] = np.nan
    path = p_path(y, x, 100, 20)
    inside = [100 + 20 * place > 120 >= 20 * place for place in range(len(path))]
    assert path.isna().tolist() == inside


@pytest.mark.parametrize(("window", "every"), [(2, 1), (50, 0)])
def test_steps_that_are_none_are_refused(window: int, every: int) -> None:
    y, x = planted_pair(5, 100)
    with pytest.raises(AnalyticsError, match="at least"):
        p_path(y, x, window, every)
