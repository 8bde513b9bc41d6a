"""Indicators of one symbol; `snapshot` composes them into what is stored and shown.

averages    sma, ema
bands       bollinger
momentum    rsi, macd
volatility  true_range, atr
returns     realised_volatility
volume      vwap, vwap_bands
divergence  rsi_divergence

Every function keeps the index of its input, gives NaN while it warms up, and
never looks at later bars; only rsi_divergence lists events instead. NaN inside
the input is a hole: the value there is NaN and the warm-up begins again behind
it. To bridge bars without trades, fill them first (`analytics.bars.fill_gaps`).
"""

from analytics.indicators.averages import ema, sma
from analytics.indicators.bands import bollinger
from analytics.indicators.divergence import rsi_divergence
from analytics.indicators.momentum import macd, rsi
from analytics.indicators.returns import realised_volatility
from analytics.indicators.volatility import atr, true_range
from analytics.indicators.volume import vwap, vwap_bands

__all__ = [
    "atr",
    "bollinger",
    "ema",
    "macd",
    "realised_volatility",
    "rsi",
    "rsi_divergence",
    "sma",
    "true_range",
    "vwap",
    "vwap_bands",
]
