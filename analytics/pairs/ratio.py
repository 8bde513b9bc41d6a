"""Does the ratio of two prices, or of their logarithms the difference, return to its mean?

Nothing is fitted, so a plain test of it is right.
"""

import numpy as np
import pandas as pd

from analytics.pairs.cointegration import CointegrationBothWays, CointegrationTest, the_better_of
from analytics.pairs.stationarity import adf_test
from analytics.pairs.two_series import values_of_two


def ratio_test(y: pd.Series, x: pd.Series) -> CointegrationTest:
    """Augmented Dickey-Fuller test of y / x, with a constant and the lags chosen by AIC.

    Parameters
    ----------
    y, x : Series of one index, prices, oldest first

    Returns
    -------
    CointegrationTest
        NaN and the reason for a ratio that does not move, is too short, or has
        a value that is missing or infinite.

    Examples
    --------
    >>> prices = pd.Series(range(1, 60), dtype=float)
    >>> ratio_test(2 * prices, prices).reason
    'the series does not move'
    """
    values_of_two(y, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _tested(y / x)


def ratio_test_both(y: pd.Series, x: pd.Series) -> CointegrationBothWays:
    """`ratio_test` of y / x and of x / y; the lesser p, doubled for having been picked."""
    return the_better_of(ratio_test(y, x), ratio_test(x, y))


def difference_test(y: pd.Series, x: pd.Series) -> CointegrationTest:
    """The same of y - x, given as logarithms of prices: the same money in both.

    Examples
    --------
    >>> prices = pd.Series(range(1, 60), dtype=float)
    >>> difference_test(prices + 3, prices).reason
    'the series does not move'
    """
    values_of_two(y, x)
    return _tested(y - x)


def difference_test_both(y: pd.Series, x: pd.Series) -> CointegrationBothWays:
    """Turned round it is the same test, so that nothing is picked and p is not doubled."""
    one, other = difference_test(y, x), difference_test(x, y)
    return CointegrationBothWays(one, other, one.p_value, one.reason)


def _tested(series: pd.Series) -> CointegrationTest:
    found = adf_test(series)
    return CointegrationTest(
        found.statistic, found.p_value, found.critical_values, found.lags, len(series), found.reason
    )
