"""Every series of the product, with what the laws of `test_series_laws` need to know of it.

A market is a frame of bars of one symbol, with the closes of a second one
beside them in the column `other`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.indicators import (
    atr,
    bollinger,
    ema,
    macd,
    realised_volatility,
    rsi,
    sma,
    true_range,
    vwap,
    vwap_bands,
)
from analytics.indicators.snapshot import WARM_UP_BARS
from analytics.pairs import hedge_ratio, rolling_correlation, rolling_zscore, spread
from analytics.pairs.paths import p_path
from analytics.pairs.rolling import rolling_lines
from analytics.strategies.mean_reversion import MeanReversionRule, mean_reversion_states
from tests.factories import MIDNIGHT, random_bars, random_closes

Market = pd.DataFrame
Change = Callable[[pd.DataFrame], pd.DataFrame]

PRICES = ("open", "high", "low", "close", "quote_volume", "other")
WINDOW = 30
P_WINDOW, P_EVERY = 60, 7
TURNED = {
    f"{prefix}{one}": f"{prefix}{other}"
    for prefix in ("", "session_")
    for one, other in (("lower", "upper"), ("middle", "middle"), ("upper", "lower"))
}


def market_of(seed: int, count: int) -> Market:
    """Two walks, one of them with whole bars."""
    return random_bars(seed, count).assign(other=random_closes(seed + 1, count, price=7.0))


@dataclass(frozen=True)
class Series:
    """One function of the product, and its symmetry."""

    of: Callable[[Market], pd.DataFrame]
    mirror: Change  # another market, ...
    mirrored: Change  # ... and what the figures of that one are, from those of this one
    memory: int | None = None  # so many newest bars give the same last value; None: all count


def _turned(market: Market) -> Market:
    """Rising is falling: each price as far on the other side of 200."""
    flipped = market.assign(**{name: 200.0 - market[name] for name in ("open", "close", "other")})
    turned = flipped.assign(high=200.0 - market["low"], low=200.0 - market["high"])
    return turned.assign(quote_volume=200.0 * market["volume"] - market["quote_volume"])


def _swapped(market: Market) -> Market:
    """Each symbol in the place of the other."""
    return market.assign(close=market["other"], other=market["close"])


def _inverted(market: Market) -> Market:
    """The price of the quote in the base: logarithms change their sign, those of the other do not."""
    return market.assign(close=1 / market["close"])


def _same(found: pd.DataFrame) -> pd.DataFrame:
    return found


def _negative(found: pd.DataFrame) -> pd.DataFrame:
    return -found


def _beyond(found: pd.DataFrame) -> pd.DataFrame:
    """A line among turned prices."""
    return 200.0 - found


def _bands_beyond(found: pd.DataFrame) -> pd.DataFrame:
    """Bands around turned prices: the upper one is the lower; their distance in prices stays."""
    turned = found.rename(columns=lambda name: TURNED.get(name, name)).drop(
        columns="bandwidth", errors="ignore"
    )
    lines = [name for name in turned if name in TURNED]
    turned[lines] = 200.0 - turned[lines]
    if "percent_b" in turned:
        turned["percent_b"] = 1.0 - turned["percent_b"]
    return turned


def _innovations_inverted(found: pd.DataFrame) -> pd.DataFrame:
    return -found.assign(scale=-found["scale"])


def _sides_taken(found: pd.DataFrame) -> pd.DataFrame:
    other = {"long_spread": "short_spread", "short_spread": "long_spread"}
    return found.assign(state=found["state"].replace(other))


def _logs(market: Market) -> tuple[pd.Series, pd.Series]:
    return np.log(market["close"].where(market["close"] > 0)), np.log(
        market["other"].where(market["other"] > 0)
    )


def _gap(market: Market) -> pd.Series:
    return spread(market["close"], market["other"])


def _residual(market: Market) -> pd.DataFrame:
    return spread(market["close"], market["other"], kind="residual").to_frame("residual")


def _ratio(market: Market) -> pd.DataFrame:
    return spread(market["close"], market["other"], kind="ratio").to_frame("ratio")


def _slopes(market: Market) -> pd.DataFrame:
    slopes, _ = rolling_lines(*(side.to_numpy() for side in _logs(market)), WINDOW)
    return pd.DataFrame({"beta": slopes}, index=market.index)


def _line_spread(market: Market) -> pd.DataFrame:
    line = hedge_ratio(*_logs(market), "rolling_ols", window=WINDOW)
    assert line.beta_path is not None
    assert line.intercept_path is not None
    return spread(market["close"], market["other"], line.beta_path, line.intercept_path).to_frame()


def _kalman(market: Market) -> pd.DataFrame:
    found = hedge_ratio(*_logs(market), "kalman")
    assert found.innovation is not None
    assert found.innovation_scale is not None
    scored = (found.innovation / found.innovation_scale).rename("z")
    return pd.concat(
        [found.innovation, found.innovation_scale, scored, found.beta_path, found.intercept_path], axis=1
    )


def _states(market: Market) -> pd.DataFrame:
    rule = MeanReversionRule(entry=1.5, stop=2.5, time_stop_bars=20)
    return mean_reversion_states(rolling_zscore(_gap(market), WINDOW), rule)


# Of all columns: which another unit of all prices scales, and which, a level of logarithms, it shifts.
SCALED = {
    *("sma_20", "ema_20", "macd", "signal", "histogram", "true_range", "atr_14", "residual"),
    *("vwap_session", "vwap_rolling", "vwap_anchored", "lower", "middle", "upper", "deviation"),
    *("session_lower", "session_middle", "session_upper", "session_deviation"),
}
SHIFTED = {"intercept"}

INDICATORS: dict[str, Series] = {
    "sma": Series(lambda bars: sma(bars["close"], 20).to_frame(), _turned, _beyond, memory=20),
    "ema": Series(lambda bars: ema(bars["close"], 20).to_frame(), _turned, _beyond, memory=WARM_UP_BARS),
    "rsi": Series(
        lambda bars: rsi(bars["close"], 14).to_frame(),
        _turned,
        lambda found: 100.0 - found,
        memory=WARM_UP_BARS,
    ),
    "macd": Series(lambda bars: macd(bars["close"]), _turned, _negative, memory=WARM_UP_BARS),
    "bollinger": Series(lambda bars: bollinger(bars["close"]), _turned, _bands_beyond, memory=20),
    "true range": Series(lambda bars: true_range(bars).to_frame(), _turned, _same, memory=2),
    "atr": Series(lambda bars: atr(bars).to_frame(), _turned, _same, memory=WARM_UP_BARS),
    "vwap": Series(lambda bars: vwap(bars).to_frame(), _turned, _beyond),
    "vwap rolling": Series(
        lambda bars: vwap(bars, "rolling", period=20).to_frame(), _turned, _beyond, memory=20
    ),
    "vwap anchored": Series(lambda bars: vwap(bars, MIDNIGHT).to_frame(), _turned, _beyond),
    "vwap bands": Series(lambda bars: vwap_bands(bars).add_prefix("session_"), _turned, _bands_beyond),
    "vwap rolling bands": Series(
        lambda bars: vwap_bands(bars, "rolling", period=20), _turned, _bands_beyond, memory=20
    ),
    "realised volatility": Series(
        lambda bars: realised_volatility(bars["close"], 20, timeframe="1m"), _inverted, _same, memory=21
    ),
}

PAIRS: dict[str, Series] = {
    "spread": Series(lambda market: _gap(market).to_frame(), _swapped, _negative, memory=1),
    "residual": Series(_residual, _swapped, _negative, memory=1),
    "ratio": Series(_ratio, _swapped, lambda found: 1 / found, memory=1),
    "spread of a rolling line": Series(_line_spread, _inverted, _negative, memory=WINDOW),
    "z": Series(
        lambda market: rolling_zscore(_gap(market), WINDOW).to_frame(), _swapped, _negative, memory=WINDOW
    ),
    "robust z": Series(
        lambda market: rolling_zscore(_gap(market), WINDOW, robust=True).to_frame(),
        _swapped,
        _negative,
        memory=WINDOW,
    ),
    "rolling correlation": Series(
        lambda market: rolling_correlation(*(side.diff() for side in _logs(market)), WINDOW).to_frame(),
        _swapped,
        _same,
        memory=WINDOW + 1,
    ),
    "path of beta": Series(_slopes, _inverted, _negative, memory=WINDOW),
    "path of p": Series(
        lambda market: p_path(*_logs(market), P_WINDOW, P_EVERY).to_frame(), _inverted, _same, memory=P_WINDOW
    ),
    "kalman": Series(_kalman, _inverted, _innovations_inverted),
    "strategy": Series(_states, _swapped, _sides_taken),
}
