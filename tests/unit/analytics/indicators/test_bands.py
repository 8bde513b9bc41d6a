"""Bollinger's bands."""

import numpy as np
import pandas as pd
import pytest
import talib

from analytics.indicators import bands as bands_module
from analytics.indicators import bollinger, sma
from tests.captured import captured_klines
from tests.factories import random_closes


def test_bands_countable_by_hand() -> None:
    values = bollinger(pd.Series([1.0, 3.0, 1.0, 3.0]), period=4, width=2.0).iloc[-1]
    assert values.to_dict() == {
        "lower": 0.0,
        "middle": 2.0,
        "upper": 4.0,
        "percent_b": 0.75,
        "bandwidth": 2.0,
    }


def test_bands_of_pandas_and_of_talib_are_the_same() -> None:
    close = random_closes(seed=1, count=500)
    values = bollinger(close)
    deviation = close.rolling(20).std(ddof=0)
    np.testing.assert_allclose(values["upper"], close.rolling(20).mean() + 2 * deviation, rtol=1e-11)
    upper, middle, lower = talib.BBANDS(close.to_numpy(), 20, 2.0, 2.0)
    np.testing.assert_allclose(values[["lower", "middle", "upper"]], np.c_[lower, middle, upper], rtol=1e-9)


def test_the_middle_band_is_the_simple_average() -> None:
    close = random_closes(seed=2, count=500, price=60_000.0)
    np.testing.assert_allclose(bollinger(close)["middle"], sma(close, 20), rtol=1e-13)


def test_real_prices_with_small_movements_keep_their_deviation() -> None:
    close = captured_klines("BTCUSDT", "1m")["close"].iloc[:2_000]
    exact = [_deviation(close.iloc[end - 20 : end].tolist()) for end in range(20, 2_001)]
    values = bollinger(close).iloc[19:]
    np.testing.assert_allclose((values["upper"] - values["lower"]) / 4, exact, rtol=1e-9)


def test_percent_b_is_0_on_the_lower_band_and_1_on_the_upper() -> None:
    values = bollinger(random_closes(seed=3, count=300)).dropna()
    close = random_closes(seed=3, count=300).loc[values.index]
    rebuilt = values["lower"] + values["percent_b"] * (values["upper"] - values["lower"])
    np.testing.assert_allclose(rebuilt, close, rtol=1e-12)
    np.testing.assert_allclose(values["bandwidth"], (values["upper"] - values["lower"]) / values["middle"])


def test_bands_without_width_have_no_percent_b() -> None:
    close = pd.Series([9.0] + [0.1] * 40)
    values = bollinger(close).iloc[20:]
    assert values["percent_b"].isna().all()
    assert set(values["bandwidth"]) == {0.0}
    assert set(values["lower"]) == set(values["middle"]) == set(values["upper"]) == {0.1}


@pytest.mark.parametrize("at_once", [1, 20, 1_000])
def test_a_long_series_is_taken_in_pieces_without_a_trace(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = random_closes(seed=4, count=150)
    whole = bollinger(close)
    monkeypatch.setattr(bands_module, "_NUMBERS_AT_ONCE", at_once)
    pd.testing.assert_frame_equal(bollinger(close), whole, check_exact=True)


def _deviation(window: list[float]) -> float:
    mean = sum(window) / len(window)
    return (sum((value - mean) ** 2 for value in window) / len(window)) ** 0.5
