"""Moving averages."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.errors import AnalyticsError
from analytics.indicators import ema, sma
from tests.captured import captured
from tests.factories import random_closes


def test_the_simple_average_of_a_published_series() -> None:
    _assert_equals_reference(sma(_daily_closes(), 20), "expected_sma20.json", "sma")


def test_the_exponential_average_of_a_published_series() -> None:
    _assert_equals_reference(ema(_daily_closes(), 20), "expected_ema20.json", "ema")


def test_averages_countable_by_hand() -> None:
    close = pd.Series([2.0, 4.0, 6.0, 14.0])
    assert sma(close, 3).tolist()[2:] == [4.0, 8.0]
    assert ema(close, 3).tolist()[2:] == [4.0, 9.0]  # weight 2 / (3 + 1) on the newest
    assert sma(close, 3).isna().tolist() == [True, True, False, False]


def test_the_simple_average_is_that_of_pandas() -> None:
    close = random_closes(seed=1, count=2_000, price=60_000.0)
    np.testing.assert_allclose(sma(close, 20), close.rolling(20).mean(), rtol=1e-13)


def test_the_exponential_average_forgets_where_it_began() -> None:
    close = random_closes(seed=2, count=1_000)
    endless = close.ewm(span=20, adjust=False).mean()
    np.testing.assert_allclose(ema(close, 20).iloc[400:], endless.iloc[400:], rtol=1e-12)


@pytest.mark.parametrize("average", [sma, ema])
@pytest.mark.parametrize("count", [0, 1, 19])
def test_too_short_a_series_has_no_average(average: object, count: int) -> None:
    values = average(random_closes(seed=3, count=count), 20)  # type: ignore[operator]  # one of the two
    assert len(values) == count
    assert values.isna().all()


def _daily_closes() -> pd.Series:
    return pd.read_csv(captured("reference/indicators/daily_quotes_default.csv"))["close"]


def _assert_equals_reference(values: pd.Series, file: str, key: str) -> None:
    rows = json.loads(captured(f"reference/indicators/{file}").read_text())
    expected = np.array([row[key] for row in rows], dtype=np.float64)
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=0)  # NaN stands at the same rows


@pytest.mark.parametrize("period", [1, 0, -3, 2.5, 100_001])
def test_a_period_is_a_whole_number_in_range(period: float) -> None:
    for average in (sma, ema):
        with pytest.raises(AnalyticsError, match=f"a period is .*, got {period}"):
            average(random_closes(seed=1, count=10), period)  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize("places", [[2, 1, 0], [0, 1, 1, 2]])
def test_bars_out_of_order_are_refused(places: list[int]) -> None:
    close = random_closes(seed=1, count=3)
    close.index = pd.date_range("2024-08-08", periods=3, freq="min", tz="UTC")
    with pytest.raises(AnalyticsError, match="oldest first, each start once"):
        sma(close.iloc[places], 2)
