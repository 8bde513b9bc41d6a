"""Which columns of a price table can be scanned, and why the others cannot."""

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.pairs.two_series import is_constant


def unfit_columns(
    closes: pd.DataFrame, quote_volume: pd.Series | None, min_quote_volume: float
) -> dict[str, str]:
    """The reason for each symbol that cannot be tested with any other.

    >>> unfit_columns(pd.DataFrame({"A": [1.0, np.nan, 2.0], "B": [np.nan, 1.0, 2.0]}), None, 0.0)
    {'A': 'A has holes: 1 of its bars are missing'}
    """
    reasons = {}
    for symbol, values in zip(closes.columns, closes.to_numpy(np.float64).T, strict=True):
        reason = _unfit(values) or _illiquid(str(symbol), quote_volume, min_quote_volume)
        if reason is not None:
            reasons[str(symbol)] = f"{symbol} {reason}"
    return reasons


def symbols_of(closes: pd.DataFrame) -> list[str]:
    """The names of the columns.

    Raises
    ------
    AnalyticsError
        One is no text, or stands there twice.
    """
    names = closes.columns.tolist()
    for place, name in enumerate(names):
        if not isinstance(name, str):
            raise AnalyticsError(f"closes must have symbols as columns, got {name!r}")
        if name in names[:place]:
            raise AnalyticsError(f"closes must have each symbol once, got {name!r} twice")
    return names


def begins_of(columns: np.ndarray) -> np.ndarray:
    """The first bar of each row of values that has one, shape (symbols,)."""
    return np.isfinite(columns).argmax(axis=1) if len(columns) else np.empty(0, dtype=np.int64)


def _unfit(values: np.ndarray) -> str | None:
    known = np.isfinite(values)
    if not known.any():
        return "has no bars"
    since = values[known.argmax() :]
    missing = len(since) - int(np.isfinite(since).sum())
    if missing:
        return f"has holes: {missing} of its bars are missing"
    if (since <= 0).any():
        return "has prices that are not above 0"
    return "does not move" if is_constant(since) else None


def _illiquid(symbol: str, quote_volume: pd.Series | None, least: float) -> str | None:
    if quote_volume is None:
        return None
    traded = quote_volume.get(symbol)
    if traded is None or not np.isfinite(traded):
        return "has no known volume"
    return f"trades too little: {traded:.6g} where {least:.6g} is asked" if traded < least else None
