"""Equal to TA-Lib on every bar, the warm-up included; where not, the docstring of the function says so."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.indicators import atr, bollinger, ema, macd, rsi, sma, true_range
from tests.captured import KLINE_SYMBOLS, captured_klines
from tests.factories import random_bars

Figures = Callable[[pd.DataFrame], object]


def _bands_of_talib(bars: pd.DataFrame) -> np.ndarray:
    upper, middle, lower = talib.BBANDS(bars["close"], 20, 2.0, 2.0)
    return np.c_[lower, middle, upper]


SAME: dict[str, tuple[Figures, Figures]] = {
    "sma": (lambda bars: sma(bars["close"], 20), lambda bars: talib.SMA(bars["close"], 20)),
    "ema": (lambda bars: ema(bars["close"], 20), lambda bars: talib.EMA(bars["close"], 20)),
    "rsi": (lambda bars: rsi(bars["close"], 14), lambda bars: talib.RSI(bars["close"], 14)),
    "macd": (lambda bars: macd(bars["close"]), lambda bars: np.column_stack(talib.MACD(bars["close"]))),
    "macd 5 35 5": (
        lambda bars: macd(bars["close"], 5, 35, 5),
        lambda bars: np.column_stack(talib.MACD(bars["close"], 5, 35, 5)),
    ),
    "bollinger": (lambda bars: bollinger(bars["close"])[["lower", "middle", "upper"]], _bands_of_talib),
    "true range": (true_range, lambda bars: talib.TRANGE(bars["high"], bars["low"], bars["close"])),
    "atr": (atr, lambda bars: talib.ATR(bars["high"], bars["low"], bars["close"], 14)),
}

every_figure = pytest.mark.parametrize(("ours", "theirs"), SAME.values(), ids=SAME)


@every_figure
@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 300), price=st.sampled_from([1e-5, 100.0, 60_000.0]))
def test_random_bars_have_the_figures_of_talib(
    ours: Figures, theirs: Figures, seed: int, count: int, price: float
) -> None:
    bars = random_bars(seed, count, price=price)
    np.testing.assert_allclose(ours(bars), theirs(bars), rtol=1e-9, atol=1e-12 * price)


@every_figure
@pytest.mark.parametrize("symbol", KLINE_SYMBOLS)
def test_real_bars_have_the_figures_of_talib(ours: Figures, theirs: Figures, symbol: str) -> None:
    bars = captured_klines(symbol, "1m").iloc[:3_000]
    np.testing.assert_allclose(ours(bars), theirs(bars), rtol=1e-9, atol=1e-12 * bars["close"].iloc[0])
