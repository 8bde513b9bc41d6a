"""True range and its average."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.errors import AnalyticsError
from analytics.indicators import atr, true_range
from tests.captured import captured
from tests.factories import random_bars


def test_the_true_range_of_a_published_series() -> None:
    bars = pd.read_csv(captured("reference/indicators/daily_quotes_default.csv"))
    rows = json.loads(captured("reference/indicators/expected_true_range.json").read_text())
    expected = np.array([row["tr"] for row in rows], dtype=np.float64)
    np.testing.assert_allclose(true_range(bars), expected, rtol=1e-12, atol=0)


def test_a_jump_between_bars_counts() -> None:
    bars = pd.DataFrame({"high": [10.0, 20.0, 19.0], "low": [9.0, 18.0, 18.0], "close": [9.5, 18.5, 18.5]})
    assert true_range(bars).tolist()[1:] == [10.5, 1.0]


def test_the_average_by_a_plain_loop() -> None:
    bars = random_bars(seed=1, count=200)
    ranges = true_range(bars).tolist()
    expected = [float("nan")] * 14 + [sum(ranges[1:15]) / 14]
    for value in ranges[15:]:
        expected.append((expected[-1] * 13 + value) / 14)
    np.testing.assert_allclose(atr(bars), expected, rtol=1e-12)


def test_equal_ranges_have_that_average() -> None:
    bars = pd.DataFrame({"high": np.full(40, 11.0), "low": np.full(40, 9.0), "close": np.full(40, 10.0)})
    assert set(atr(bars).dropna()) == {2.0}


def test_a_missing_column_is_named() -> None:
    with pytest.raises(AnalyticsError, match="missing: low"):
        atr(random_bars(seed=1, count=20).drop(columns="low"))
