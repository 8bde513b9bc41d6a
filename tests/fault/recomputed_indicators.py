"""Indicators over all bars of a symbol at once, compared with the stored snapshots.

The bars are those of the store, which the audit compares with the ledger of the exchange. The stage behind
them computes a few bars at a time, from what it kept: what it left out or joined wrongly shows here.
"""

import math
from datetime import datetime
from typing import Any

import pandas as pd

from analytics.bars import COLUMNS, fill_gaps
from analytics.indicators import atr, bollinger, ema, macd, realised_volatility, rsi, sma, vwap
from analytics.timeframes import length
from tests.fault.auditor import SHOWN, Store

TOLERANCE = 1e-9  # of the figure, or of the price where the figure is a difference


def wrong_snapshots(store: Store, symbol: str, until: datetime, timeframe: str = "1s") -> list[str]:
    """What is missing or differs, between the first snapshot of a symbol and the last bar that had ended."""
    wanted, newest = {"symbol": symbol, "timeframe": timeframe}, until - length(timeframe)
    rows = store["indicators"].find(wanted | {"as_of": {"$lte": newest}}, sort=[("as_of", 1)])
    stored = {row["as_of"]: row["values"] for row in rows}
    if not stored:
        return [f"{symbol}: no snapshots"]
    bars = list(store["bars"].find(wanted | {"start": {"$lte": newest}}, sort=[("start", 1)]))
    starts = {bar["start"] for bar in bars if bar["start"] >= min(stored)}
    problems = [f"{symbol} {moment:%H:%M:%S} is not there" for moment in sorted(starts - set(stored))]
    problems += [f"{symbol} {moment:%H:%M:%S} has no bar" for moment in sorted(set(stored) - starts)]
    expected = figures_of(bars, timeframe)
    for moment in sorted(starts & set(stored)):
        problems += _differing(f"{symbol} {moment:%H:%M:%S}", stored[moment], expected.loc[moment])
    return problems


def figures_of(bars: list[dict[str, Any]], timeframe: str) -> pd.DataFrame:
    """Some figures of each kind, at every bar."""
    index = pd.DatetimeIndex([bar["start"] for bar in bars], name="start")
    columns = {name: [float(bar[name] or "nan") for bar in bars] for name in COLUMNS}
    grid = fill_gaps(pd.DataFrame(columns, index=index), timeframe)
    close = grid["close"]
    lines, bands = macd(close), bollinger(close)
    return pd.DataFrame(
        {
            "close": close,
            "sma_20": sma(close, 20),
            "ema_20": ema(close, 20),
            "rsi_14": rsi(close, 14),
            "macd": lines["macd"],
            "macd_signal": lines["signal"],
            "bollinger_lower": bands["lower"],
            "bollinger_upper": bands["upper"],
            "atr_14": atr(grid, 14),
            "vwap_session": vwap(grid),
            "vwap_rolling": vwap(grid, "rolling"),
            "volatility_bar": realised_volatility(close, timeframe=timeframe)["per_bar"],
        }
    )


def _differing(where: str, stored: dict[str, Any], expected: pd.Series) -> list[str]:
    found = {name: stored[name]["value"] for name in expected.index.drop("close")}
    return [
        f"{where} {name} is {value}, not {expected[name]}"
        for name, value in found.items()
        if not _same(value, float(expected[name]), TOLERANCE * float(expected["close"]))
    ]


def _same(value: float | None, expected: float, tolerance: float) -> bool:
    if value is None or math.isnan(expected):
        return value is None and math.isnan(expected)
    return math.isclose(value, expected, rel_tol=TOLERANCE, abs_tol=tolerance)


def first_wrong(store: Store, symbols: tuple[str, ...], until: datetime) -> list[str]:
    """The first problems of all symbols; what came later may still be on its way."""
    return [problem for symbol in symbols for problem in wrong_snapshots(store, symbol, until)[:SHOWN]]
