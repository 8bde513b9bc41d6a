"""Does one series return to its mean? The augmented Dickey-Fuller test."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.pairs.dickey_fuller import dickey_fuller, trend_count
from analytics.pairs.mackinnon import LEVELS, critical_values, p_value
from analytics.pairs.two_series import is_constant


@dataclass(frozen=True, slots=True)
class StationarityTest:
    """Against the hypothesis of a unit root: the series wanders and does not return."""

    statistic: float  # t of the lagged level; the more negative, the less likely a unit root
    p_value: float  # MacKinnon's, of the hypothesis of a unit root
    critical_values: dict[str, float]  # of the statistic at 1 %, 5 % and 10 %
    lags: int | None  # chosen
    n: int  # observations of the regression
    reason: str | None = None  # why there is no number


def adf_test(
    series: pd.Series, trend: str = "c", max_lag: int | None = None, lag_choice: str | None = "aic"
) -> StationarityTest:
    """Augmented Dickey-Fuller test of one series.

    Not for the residual of a fitted line, whose p-values are others: use
    `engle_granger`.

    Parameters
    ----------
    series
        Oldest first, without holes.
    trend
        "n" none, "c" constant, "ct" with a line, "ctt" with a parabola.
    max_lag
        The most lags; None: ceil(12 (n / 100)^(1/4)), at most half the series.
    lag_choice
        "aic", "bic", "t-stat" (the last significant lag), or None: exactly
        `max_lag`.

    Returns
    -------
    StationarityTest
        NaN and the reason for a series that is constant, too short, or has a
        value that is missing or infinite.

    References
    ----------
    Equal to `statsmodels.tsa.stattools.adfuller`. Dickey, D. and Fuller, W.
    (1979). J. American Statistical Association 74.

    Examples
    --------
    >>> adf_test(pd.Series([1.0] * 50)).reason
    'the series does not move'
    """
    values = np.ascontiguousarray(series, dtype=np.float64)
    trend_count(trend)
    reason = _unfit(values)
    if reason is not None:
        return _none(len(values), reason)
    fit = dickey_fuller(values, trend=trend, max_lag=max_lag, lag_choice=lag_choice)
    if fit.lags is None:
        return _none(len(values), fit.reason)
    n = len(values) - 1 - fit.lags
    chance = p_value(fit.statistic, trend=trend)
    return StationarityTest(fit.statistic, chance, critical_values(n, trend=trend), fit.lags, n)


def _unfit(values: np.ndarray) -> str | None:
    missing = len(values) - int(np.isfinite(values).sum())
    if missing:
        return f"the series has {missing} missing or infinite values"
    if not len(values):
        return "the series is empty"
    return "the series does not move" if is_constant(values) else None


def _none(n: int, reason: str | None) -> StationarityTest:
    return StationarityTest(np.nan, np.nan, dict.fromkeys(LEVELS, np.nan), None, n, reason)
