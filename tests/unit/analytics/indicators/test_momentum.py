"""RSI and MACD."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.indicators import ema, macd, rsi
from tests.captured import captured
from tests.factories import random_closes

# As StockCharts prints them for its example of Wilder's RSI.
PRINTED = (
    "70.53 66.32 66.55 69.41 66.36 57.97 62.93 63.26 56.06 62.38 "
    "54.71 50.42 39.99 41.46 41.87 45.46 37.30 33.08 37.77"
)


def test_rsi_of_wilders_published_example() -> None:
    table = pd.read_csv(captured("reference/stockcharts_rsi_wilder.csv"))
    close, expected = table.iloc[:, 1].astype(float), table.iloc[:, 2].astype(float)
    values = rsi(close, 14)
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=0)
    assert [f"{value:.2f}" for value in values.dropna()] == PRINTED.split()


def test_rsi_of_a_published_series() -> None:
    close = pd.read_csv(captured("reference/indicators/daily_quotes_default.csv"))["close"]
    rows = json.loads(captured("reference/indicators/expected_rsi14.json").read_text())
    expected = np.array([row["rsi"] for row in rows], dtype=np.float64)
    np.testing.assert_allclose(rsi(close, 14), expected, rtol=1e-12, atol=0)


def test_rsi_countable_by_hand() -> None:
    assert rsi(pd.Series([10.0, 11.0, 10.0, 13.0]), 2).tolist()[2:] == [50.0, 87.5]


def test_only_gains_are_100_and_only_losses_0() -> None:
    rising = pd.Series(np.arange(1.0, 40.0))
    assert set(rsi(rising, 14).dropna()) == {100.0}
    assert set(rsi(rising[::-1].reset_index(drop=True), 14).dropna()) == {0.0}


def test_without_any_movement_there_is_no_rsi() -> None:
    flat = pd.Series(np.full(100, 5.0))
    assert rsi(flat, 14).isna().all()


def test_rsi_begins_with_the_first_movement() -> None:
    close = pd.Series([5.0] * 30 + [6.0, 6.0, 5.0])
    values = rsi(close, 14)
    assert values.iloc[:30].isna().all()
    assert values.iloc[30:32].tolist() == [100.0, 100.0]


def test_rsi_stands_still_while_the_price_does() -> None:
    close = np.append(random_closes(seed=1, count=50, price=3e-5), np.full(2_000, 3e-5))
    values = rsi(pd.Series(close), 14)
    np.testing.assert_allclose(values.iloc[51:], values.iloc[51], rtol=1e-9)


def test_macd_by_a_plain_loop() -> None:
    close = random_closes(seed=3, count=300, price=60_000.0).tolist()
    # Both averages begin at the 26th close, each at the mean of as many as its period.
    line = [
        fast - slow
        for fast, slow in zip(_plain_ema(close[14:], 12)[11:], _plain_ema(close, 26)[25:], strict=True)
    ]
    signal = _plain_ema(line, 9)
    expected = pd.DataFrame({"macd": line, "signal": signal}).iloc[8:].reset_index(drop=True)
    found = macd(pd.Series(close)).iloc[33:].reset_index(drop=True)
    np.testing.assert_allclose(found[["macd", "signal"]], expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["histogram"], found["macd"] - found["signal"], rtol=0, atol=1e-12)


def test_macd_warms_up_until_there_is_a_signal() -> None:
    values = macd(random_closes(seed=4, count=60))
    assert values.isna().sum().to_dict() == {"macd": 33, "signal": 33, "histogram": 33}


def test_the_line_of_macd_fades_into_the_difference_of_the_averages() -> None:
    close = random_closes(seed=5, count=1_000)
    line = ema(close, 12) - ema(close, 26)
    np.testing.assert_allclose(macd(close)["macd"].iloc[500:], line.iloc[500:], rtol=0, atol=1e-12)


def test_the_longer_period_is_the_slow_one() -> None:
    close = random_closes(seed=6, count=100)
    pd.testing.assert_frame_equal(macd(close, 26, 12), macd(close, 12, 26))


@pytest.mark.parametrize("periods", [(12, 26, 9), (3, 10, 16), (26, 12, 9)])
def test_macd_of_a_flat_series_is_nothing(periods: tuple[int, int, int]) -> None:
    values = macd(pd.Series(np.full(100, 0.1)), *periods)
    np.testing.assert_allclose(values.dropna(), 0.0, atol=1e-15)


def _plain_ema(values: list[float], period: int) -> list[float]:
    """The definition, written out."""
    averages = [float("nan")] * (period - 1) + [sum(values[:period]) / period]
    for value in values[period:]:
        averages.append(averages[-1] + 2 / (period + 1) * (value - averages[-1]))
    return averages
