"""How much of x explains y: the hedge ratio, by six methods."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.pairs.kalman import MEMORY_BARS, WARM_UP_BARS, kalman_path
from analytics.pairs.least_squares import Line, ols_line, tls_line
from analytics.pairs.robust import huber_line, theil_sen_line
from analytics.pairs.rolling import check_window, rolling_lines
from analytics.pairs.two_series import Values, values_of_two, why_no_line

HedgeMethod = Literal["ols", "rolling_ols", "tls", "huber", "theil_sen", "kalman"]
HEDGE_METHODS: tuple[HedgeMethod, ...] = ("ols", "rolling_ols", "tls", "huber", "theil_sen", "kalman")

LEAST_BARS = 3  # through two points runs a line, but nothing tells how well
ROLLING_BARS = 240

_LINES = {"ols": ols_line, "tls": tls_line, "huber": huber_line, "theil_sen": theil_sen_line}


@dataclass(frozen=True, slots=True)
class HedgeRatio:
    """y = intercept + beta x; NaN with the reason where there is no such line."""

    method: HedgeMethod
    beta: float  # of the last bar, for the methods that follow it
    intercept: float
    n: int  # bars given
    reason: str | None = None
    beta_path: pd.Series | None = None  # rolling_ols and kalman: one value per bar, NaN while warming up
    intercept_path: pd.Series | None = None
    innovation: pd.Series | None = None  # kalman: the spread, and its standard deviation
    innovation_scale: pd.Series | None = None


def hedge_ratio(
    y: pd.Series,
    x: pd.Series,
    method: HedgeMethod = "ols",
    *,
    window: int = ROLLING_BARS,
    memory_bars: float = MEMORY_BARS,
) -> HedgeRatio:
    """The line y = intercept + beta x through two series, best given as log prices.

    Parameters
    ----------
    y, x : Series of float, of one index, oldest first
    method
        "ols": least squares, distances along y. "tls": distances at right
        angles, neither side explains the other. "huber", "theil_sen": single
        wild bars count little. "rolling_ols": least squares over the last
        `window` bars. "kalman": forgets like `memory_bars` bars, see
        `analytics.pairs.kalman`.

    Returns
    -------
    HedgeRatio
        NaN and the reason for input that is constant, has a value missing or
        is too short.

    Raises
    ------
    AnalyticsError
        The method is unknown, the indexes differ, or a window is below 3 bars.

    Examples
    --------
    >>> x = pd.Series([1.0, 2.0, 4.0])
    >>> found = hedge_ratio(3 + 2 * x, x)
    >>> round(found.beta, 9), round(found.intercept, 9), found.n
    (2.0, 3.0, 3)
    """
    values = values_of_two(y, x)
    if method == "rolling_ols":
        return _rolling(*values, window, y.index)
    if method == "kalman":
        return _kalman(*values, memory_bars, y.index)
    beta, intercept, reason = hedge_line(*values, method)
    return HedgeRatio(method, beta, intercept, len(y), reason)


def hedge_line(y: Values, x: Values, method: HedgeMethod) -> tuple[float, float, str | None]:
    """Slope, intercept and reason by a method that gives one line for all bars."""
    if method not in _LINES:
        raise AnalyticsError(f"method must be one of {', '.join(HEDGE_METHODS)}, got {method!r}")
    reason = why_no_line(y, x, least=LEAST_BARS)
    if reason:
        return np.nan, np.nan, reason
    return _checked(_LINES[method](y, x))


def _checked(line: Line) -> tuple[float, float, str | None]:
    if np.isfinite(line).all():
        return *line, None
    return np.nan, np.nan, "no direction through the points is better than another"


def _rolling(y: Values, x: Values, window: int, index: pd.Index) -> HedgeRatio:
    check_window(window)
    beta, intercept = rolling_lines(y, x, window)
    reason = why_no_line(y[-window:], x[-window:], least=window)
    return HedgeRatio(
        "rolling_ols",
        *((np.nan, np.nan) if reason else (float(beta[-1]), float(intercept[-1]))),
        n=len(y),
        reason=reason,
        beta_path=pd.Series(beta, index=index, name="beta"),
        intercept_path=pd.Series(intercept, index=index, name="intercept"),
    )


def _kalman(y: Values, x: Values, memory_bars: float, index: pd.Index) -> HedgeRatio:
    path = kalman_path(y, x, memory_bars=memory_bars)
    reason = why_no_line(y, x, least=WARM_UP_BARS + 1)
    return HedgeRatio(
        "kalman",
        *((np.nan, np.nan) if reason else (float(path.beta[-1]), float(path.intercept[-1]))),
        n=len(y),
        reason=reason,
        beta_path=pd.Series(path.beta, index=index, name="beta"),
        intercept_path=pd.Series(path.intercept, index=index, name="intercept"),
        innovation=pd.Series(path.innovation, index=index, name="innovation"),
        innovation_scale=pd.Series(path.scale, index=index, name="scale"),
    )
