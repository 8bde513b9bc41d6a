"""Do two wandering series stay together? Engle and Granger's test, in both directions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.pairs.dickey_fuller import dickey_fuller, trend_columns, trend_count
from analytics.pairs.mackinnon import LEVELS, critical_values, p_value
from analytics.pairs.two_series import is_constant

# Above this share explained the residual is rounding and no test of it means anything.
COLLINEAR = 1 - 100 * np.sqrt(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class CointegrationTest:
    """Against the hypothesis that the series are not cointegrated: their spread wanders."""

    statistic: float  # t of the lagged residual; the more negative, the less likely it wanders
    p_value: float  # MacKinnon's, of the hypothesis of no cointegration
    critical_values: dict[str, float]  # of the statistic at 1 %, 5 % and 10 %
    lags: int | None  # chosen
    n: int  # bars given
    reason: str | None = None  # why there is no number


@dataclass(frozen=True, slots=True)
class CointegrationBothWays:
    """The two directions of a pair, and one p-value that allows for having tried both."""

    y_on_x: CointegrationTest
    x_on_y: CointegrationTest
    p_value: float  # min(1, 2 min of the two); NaN if either has none
    reason: str | None = None  # why there is no number


def engle_granger(
    y: pd.Series,
    x: pd.Series | pd.DataFrame,
    trend: str = "c",
    max_lag: int | None = None,
    lag_choice: str | None = "aic",
) -> CointegrationTest:
    """Augmented Engle-Granger test of y on x.

    A line is fitted by least squares, and its residual tested for a unit root
    without a trend; the p-value allows for the fit. Given log prices it tests
    them; it takes no logarithm.

    Parameters
    ----------
    y, x
        Of one index, without holes; a frame has one column for each regressor.
    trend
        In the line: "n" none, "c" constant, "ct" with a line, "ctt" with a
        parabola in time.
    max_lag, lag_choice
        As for `adf_test`.

    Returns
    -------
    CointegrationTest
        NaN and the reason for input that is constant, (almost) collinear, too
        short, or has a value that is missing or infinite.

    References
    ----------
    Equal to `statsmodels.tsa.stattools.coint`, but for (almost) collinear
    series, to which that gives p = 0. Engle, R. and Granger, C. (1987).
    Econometrica 55.

    Examples
    --------
    >>> flat, rising = pd.Series([1.0] * 50), pd.Series(range(50), dtype=float)
    >>> engle_granger(flat, rising).reason
    'y does not move'
    """
    left, right = _values(y, x)
    trends = trend_count(trend)
    reason = _unfit(left, right)
    if reason is not None:
        return _none(len(left), reason)
    residual, reason = _residual(left, right, trends)
    if reason is not None:
        return _none(len(left), reason)
    fit = dickey_fuller(residual, trend="n", max_lag=max_lag, lag_choice=lag_choice)
    if fit.lags is None:
        return _none(len(left), fit.reason)
    series = 1 + len(right)
    chance = p_value(fit.statistic, series=series, trend=trend)
    # One observation fewer than there are bars, as Stata's egranger and statsmodels count.
    critical = critical_values(len(left) - 1, series=series, trend=trend)
    return CointegrationTest(fit.statistic, chance, critical, fit.lags, len(left))


def engle_granger_both(
    y: pd.Series,
    x: pd.Series,
    trend: str = "c",
    max_lag: int | None = None,
    lag_choice: str | None = "aic",
) -> CointegrationBothWays:
    """`engle_granger` of y on x and of x on y, with one p-value for the pair.

    The lesser of the two, doubled for having been picked (Bonferroni).
    """
    return the_better_of(
        engle_granger(y, x, trend, max_lag, lag_choice), engle_granger(x, y, trend, max_lag, lag_choice)
    )


def the_better_of(y_on_x: CointegrationTest, x_on_y: CointegrationTest) -> CointegrationBothWays:
    """Both directions; their lesser p, doubled for having been picked (Bonferroni)."""
    reason = y_on_x.reason or x_on_y.reason
    chance = np.nan if reason else min(1.0, 2 * min(y_on_x.p_value, x_on_y.p_value))
    return CointegrationBothWays(y_on_x, x_on_y, chance, reason)


def _values(y: pd.Series, x: pd.Series | pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """y, and one row for each regressor."""
    if isinstance(y, pd.Series) and isinstance(x, pd.Series | pd.DataFrame) and not y.index.equals(x.index):
        raise AnalyticsError(f"y and x must have one index; they have {len(y)} and {len(x)} values")
    left = np.ascontiguousarray(y, dtype=np.float64)
    right = np.asarray(x, dtype=np.float64)
    right = right[np.newaxis] if right.ndim == 1 else np.ascontiguousarray(right.T)
    if right.shape[1] != len(left):
        raise AnalyticsError(
            f"y and x must be of one length; they have {len(left)} and {right.shape[1]} values"
        )
    return left, right


def _unfit(y: np.ndarray, x: np.ndarray) -> str | None:
    for name, values in (("y", y), ("x", x)):
        missing = values.size - int(np.isfinite(values).sum())
        if missing:
            return f"{name} has {missing} missing or infinite values"
    if len(y) < 3:
        return f"too short: has {len(y)} bars"
    if is_constant(y):
        return "y does not move"
    return "x does not move" if any(is_constant(row) for row in x) else None


def _residual(y: np.ndarray, x: np.ndarray, trends: int) -> tuple[np.ndarray, str | None]:
    """What the line leaves of y, or why there is no line."""
    columns = trend_columns(len(y), trends)
    around = y - y.mean() if trends else y
    rest, regressors = _beside(around, columns), np.array([_beside(row, columns) for row in x])
    shares = (regressors**2).sum(axis=1) / (x**2).sum(axis=1)
    singular = np.linalg.svd(regressors / np.sqrt((regressors**2).sum(axis=1))[:, None], compute_uv=False)
    if (shares < 1e-26).any() or singular[-1] < 1e-8 * singular[0]:
        return rest, "the regressors are combinations of each other or of the trend"
    residual = rest - np.linalg.lstsq(regressors.T, rest)[0] @ regressors
    if not residual @ residual > (1 - COLLINEAR) * (around @ around):
        return residual, "y and x are (almost) collinear: nothing is left to test"
    return residual, None


def _beside(values: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """What the trend leaves of values."""
    if not len(columns):
        return values
    centered = values - values.mean()
    if len(columns) == 1:
        return centered
    return centered - np.linalg.lstsq(columns.T, centered)[0] @ columns


def _none(n: int, reason: str | None) -> CointegrationTest:
    return CointegrationTest(np.nan, np.nan, dict.fromkeys(LEVELS, np.nan), None, n, reason)
