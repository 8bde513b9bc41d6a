"""Realised volatility."""

import numpy as np
import pandas as pd
import pytest

from analytics.errors import UnknownTimeframe
from analytics.indicators import realised_volatility
from tests.captured import captured_klines
from tests.factories import random_closes, starts_of


def test_countable_by_hand() -> None:
    close = pd.Series(np.exp([0.0, 0.01, 0.03, 0.0]), index=starts_of(4))
    values = realised_volatility(close, 2, timeframe="1h")
    expected = [np.nan, np.nan, (0.0005 / 2) ** 0.5, (0.0013 / 2) ** 0.5]
    np.testing.assert_allclose(values["per_bar"], expected, rtol=1e-12)
    np.testing.assert_allclose(values["annual"], np.array(expected) * 8_760**0.5, rtol=1e-12)


def test_real_closes_give_what_pandas_gives() -> None:
    close = captured_klines("ETHUSDT", "5m")["close"]
    values = realised_volatility(close, 60, timeframe="5m")
    expected = np.sqrt(np.log(close).diff().pow(2).rolling(60).mean())
    np.testing.assert_allclose(values["per_bar"], expected, rtol=1e-9)
    np.testing.assert_allclose(values["annual"], expected * (365 * 288) ** 0.5, rtol=1e-9)


def test_a_steady_random_walk_shows_its_step() -> None:
    close = random_closes(1, 20_000)
    values = realised_volatility(close, 10_000, timeframe="1m").iloc[-1]
    assert values["per_bar"] == pytest.approx(0.001, rel=0.03)
    assert values["annual"] == pytest.approx(0.001 * 525_600**0.5, rel=0.03)


@pytest.mark.parametrize("broken", [0.0, -1.0, np.nan])
def test_a_close_without_a_logarithm_is_a_hole(broken: float) -> None:
    close = random_closes(2, 60)
    holed = close.where(close.index != close.index[30], broken)
    values = realised_volatility(holed, 10, timeframe="1m")
    assert values["per_bar"].notna().tolist() == [10 <= n < 30 or n > 40 for n in range(60)]
    pd.testing.assert_frame_equal(
        values.iloc[31:], realised_volatility(close.iloc[31:], 10, timeframe="1m"), check_freq=False
    )


def test_a_standstill_has_no_volatility() -> None:
    values = realised_volatility(pd.Series([5.0] * 10, index=starts_of(10)), 3, timeframe="1m")
    assert values["per_bar"].iloc[3:].tolist() == [0.0] * 7


def test_an_unknown_bar_length_is_refused() -> None:
    with pytest.raises(UnknownTimeframe):
        realised_volatility(random_closes(3, 5), 3, timeframe="7m")
