"""Lines through points: ordinary and total least squares, in closed form."""

import numpy as np

from analytics.pairs.two_series import Values

Line = tuple[float, float]  # slope, intercept


def ols_line(y: Values, x: Values) -> Line:
    """Slope and intercept with the least squared distances along y."""
    centred = x - x.mean()
    slope = float(centred @ (y - y.mean()) / (centred @ centred))
    return slope, float(y.mean() - slope * x.mean())


def tls_line(y: Values, x: Values) -> Line:
    """Slope and intercept with the least squared distances at right angles to the line.

    Neither side explains the other: with x and y swapped the slope is one over
    this one. NaN if no direction is better than another, or the best is upright.

    References
    ----------
    Golub, G. and Van Loan, C. (1980). An analysis of the total least squares
    problem. SIAM J. Numer. Anal. 17(6); for two variables as in Deming (1943).
    """
    a, b = x - x.mean(), y - y.mean()
    sxx, syy, sxy = float(a @ a), float(b @ b), float(a @ b)
    slope = _steepest(sxx, syy, sxy)
    return slope, float(y.mean() - slope * x.mean())


def _steepest(sxx: float, syy: float, sxy: float) -> float:
    """Slope of the direction along which the points lie widest apart."""
    excess = syy - sxx
    if sxy == 0.0:
        return 0.0 if excess < 0 else np.nan
    root = np.hypot(excess, 2 * sxy)
    # The two forms are equal; each loses no digits where it is used.
    return float((excess + root) / (2 * sxy) if excess > 0 else 2 * sxy / (root - excess))
