"""The figures of an indicator snapshot: what each one is, in words for a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

FigureUnit = Literal["price", "index", "ratio", "percent"]


@dataclass(frozen=True, slots=True)
class IndicatorDefinition:
    """What a figure means; the name it goes by is its key in INDICATORS."""

    label: str
    unit: FigureUnit  # price: quote asset per base asset; index: 0 to 100; ratio, percent: 1 is the whole
    bars_needed: int  # bars up to and including its own before it has a value
    definition: str
    source: str
    undefined_when: str  # why it may have no value although there are bars enough


_WILDER = "Wilder, New Concepts in Technical Trading Systems (1978)"
_APPEL = "Appel, Technical Analysis: Power Tools for Active Investors (2005)"
_BOLLINGER = "Bollinger, Bollinger on Bollinger Bands (2001)"
_EMA = (
    "An exponential average over n bars weighs the newest close with 2 / (n + 1) "
    "and begins at the mean of its first n closes."
)
_BANDS = (
    "The middle band is the mean of 20 closes; the outer ones lie two population standard deviations away."
)
_VWAP = "Berkowitz, Logue and Noser, Journal of Finance 43 (1988)"
_VWAP_BANDS = (
    "Two standard deviations of the bars' mean prices, weighed by volume, away from it. "
    "How far the trades of one bar lie apart is not in it."
)
_VOLATILITY = "Andersen, Bollerslev, Diebold and Labys, Econometrica 71 (2003)"
_NO_SESSION = "nothing was traded since 00:00 UTC"
_NO_WINDOW = "nothing was traded in these 60 bars"
_HOLE = "a close among the bars it needs is unknown"

# Defaults of the published definitions; in the order in which they are shown.
INDICATORS: Mapping[str, IndicatorDefinition] = {
    "sma_20": IndicatorDefinition(
        "SMA 20",
        "price",
        20,
        "Mean of the last 20 closes.",
        "Murphy, Technical Analysis (1999), ch. 9",
        _HOLE,
    ),
    "ema_20": IndicatorDefinition(
        "EMA 20", "price", 20, "Exponential average of 20 closes. " + _EMA, "Murphy (1999), ch. 9", _HOLE
    ),
    "rsi_14": IndicatorDefinition(
        "RSI 14",
        "index",
        15,
        "100 times the average gain over the sum of average gain and average loss, both smoothed by Wilder's "
        "1/14 and begun at the mean of the first 14 changes.",
        _WILDER,
        "no close differs from the one before it",
    ),
    "macd": IndicatorDefinition(
        "MACD",
        "price",
        34,
        "EMA 12 less EMA 26. Both begin at the 26th close, at the mean of the last 12 and of the last 26. "
        "Shown from the first bar that has a signal.",
        _APPEL,
        _HOLE,
    ),
    "macd_signal": IndicatorDefinition(
        "MACD signal", "price", 34, "Exponential average of 9 values of MACD.", _APPEL, _HOLE
    ),
    "macd_histogram": IndicatorDefinition(
        "MACD histogram", "price", 34, "MACD less its signal line.", "Aspray (1986)", _HOLE
    ),
    "bollinger_lower": IndicatorDefinition("Lower band", "price", 20, _BANDS, _BOLLINGER, _HOLE),
    "bollinger_middle": IndicatorDefinition("Middle band", "price", 20, _BANDS, _BOLLINGER, _HOLE),
    "bollinger_upper": IndicatorDefinition("Upper band", "price", 20, _BANDS, _BOLLINGER, _HOLE),
    "bollinger_percent_b": IndicatorDefinition(
        "%B",
        "ratio",
        20,
        "Where the close lies between the bands: 0 at the lower, 1 at the upper. " + _BANDS,
        _BOLLINGER,
        "all 20 closes are equal, so the bands have no width",
    ),
    "bollinger_bandwidth": IndicatorDefinition(
        "Bandwidth",
        "ratio",
        20,
        "Distance of the outer bands over the middle one. " + _BANDS,
        _BOLLINGER,
        _HOLE,
    ),
    "atr_14": IndicatorDefinition(
        "ATR 14",
        "price",
        15,
        "Average true range: the greatest of high - low, |high - close before| and |low - close before|, "
        "smoothed by Wilder's 1/14 and begun at the mean of the first 14.",
        _WILDER,
        _HOLE,
    ),
    "vwap_session": IndicatorDefinition(
        "VWAP",
        "price",
        1,
        "Quote volume over volume since 00:00 UTC: the mean price of all that was traded in the session.",
        _VWAP,
        _NO_SESSION,
    ),
    "vwap_session_lower": IndicatorDefinition("VWAP lower", "price", 1, _VWAP_BANDS, _VWAP, _NO_SESSION),
    "vwap_session_upper": IndicatorDefinition("VWAP upper", "price", 1, _VWAP_BANDS, _VWAP, _NO_SESSION),
    "vwap_rolling": IndicatorDefinition(
        "VWAP 60",
        "price",
        60,
        "Quote volume over volume of the last 60 bars: the mean price of all that was traded in them.",
        _VWAP,
        _NO_WINDOW,
    ),
    "vwap_rolling_lower": IndicatorDefinition("VWAP 60 lower", "price", 60, _VWAP_BANDS, _VWAP, _NO_WINDOW),
    "vwap_rolling_upper": IndicatorDefinition("VWAP 60 upper", "price", 60, _VWAP_BANDS, _VWAP, _NO_WINDOW),
    "volatility_bar": IndicatorDefinition(
        "Volatility, bar",
        "percent",
        61,
        "Root of the mean squared log return of the last 60 bars; the mean return is taken as zero.",
        _VOLATILITY,
        _HOLE,
    ),
    "volatility_year": IndicatorDefinition(
        "Volatility, year",
        "percent",
        61,
        "Volatility of a bar times the root of the bars in 365 days: the year's deviation if all bars were "
        "like the last 60.",
        _VOLATILITY,
        _HOLE,
    ),
}
