"""Indicators of one symbol; `snapshot` composes them into what is stored and shown.

averages    sma, ema
bands       bollinger
momentum    rsi, macd
volatility  true_range, atr
volume      vwap

Every function keeps the index of its input, gives NaN while it warms up, and
never looks at later bars. NaN inside the input is a hole: the value there is
NaN and the warm-up begins again behind it. To bridge bars without trades,
fill them first (`analytics.bars.fill_gaps`).
"""

from analytics.indicators.averages import ema, sma
from analytics.indicators.bands import bollinger
from analytics.indicators.momentum import macd, rsi
from analytics.indicators.volatility import atr, true_range
from analytics.indicators.volume import vwap

__all__ = ["atr", "bollinger", "ema", "macd", "rsi", "sma", "true_range", "vwap"]
