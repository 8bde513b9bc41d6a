"""Moving averages."""

import json

import numpy as np
import pandas as pd
import pytest

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
