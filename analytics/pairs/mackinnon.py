"""How unlikely a unit-root statistic is: MacKinnon's p-values and critical values."""

import numpy as np
from scipy.special import ndtr

from analytics.errors import AnalyticsError
from analytics.pairs.mackinnon_tables import HIGHEST, LARGE_P, LOWEST, RESPONSE_SURFACE, SMALL_P, TURNING

LEVELS = ("1%", "5%", "10%")

TRENDS = ("n", "c", "ct", "ctt")


def p_values(statistics: np.ndarray, *, series: int = 1, trend: str = "c") -> np.ndarray:
    """Approximate asymptotic p-values of Dickey-Fuller and Engle-Granger statistics.

    Parameters
    ----------
    statistics
        t of the lagged level; NaN gives NaN.
    series
        How many series the regression joins, 1 to 6: one for a series by
        itself, two for a pair.
    trend
        "n" none, "c" constant, "ct" with a line, "ctt" with a parabola.

    References
    ----------
    MacKinnon, J. (1994). Approximate asymptotic distribution functions for
    unit-root and cointegration tests. J. Business & Economic Statistics 12.
    """
    row = _row(series, len(SMALL_P[_known(trend)]))
    small = np.polyval(SMALL_P[trend][row][::-1], statistics)
    large = np.polyval(LARGE_P[trend][row][::-1], statistics)
    chances = ndtr(np.where(statistics <= TURNING[trend][row], small, large))
    chances = np.where(statistics > HIGHEST[trend][row], 1.0, chances)
    return np.where(statistics < LOWEST[trend][row], 0.0, chances)


def p_value(statistic: float, *, series: int = 1, trend: str = "c") -> float:
    """`p_values` of one statistic.

    Examples
    --------
    >>> round(p_value(-3.036, series=2), 2)
    0.1
    """
    return float(p_values(np.asarray(statistic), series=series, trend=trend))


def critical_values(observations: float, *, series: int = 1, trend: str = "c") -> dict[str, float]:
    """The statistics at 1 %, 5 % and 10 % for a sample of that many observations.

    NaN where none are published: more than one series and no constant.

    References
    ----------
    MacKinnon, J. (2010). Critical values for cointegration tests. Queen's
    University, working paper 1227.

    Examples
    --------
    >>> round(critical_values(500, series=2)["5%"], 6)
    -3.348377
    """
    surface = RESPONSE_SURFACE[_known(trend)]
    if trend == "n" and series > 1:
        return dict.fromkeys(LEVELS, np.nan)
    rows = surface[_row(series, len(surface))]
    values = (_cubic(row, 1 / observations) for row in rows)
    return dict(zip(LEVELS, values, strict=True))


def _cubic(coefficients: tuple[float, ...], inverse: float) -> float:
    constant, linear, square, cube = coefficients
    return constant + inverse * (linear + inverse * (square + inverse * cube))


def _known(trend: str) -> str:
    if trend not in TRENDS:
        raise AnalyticsError(f"a trend is one of {', '.join(TRENDS)}, not {trend}")
    return trend


def _row(series: int, most: int) -> int:
    if not 1 <= series <= most:
        raise AnalyticsError(f"tables hold 1 to {most} series, not {series}")
    return series - 1
