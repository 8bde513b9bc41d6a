"""Lines that single wild points do not move: Huber and Theil-Sen. Dear: for use on demand."""

import numpy as np
from scipy.stats import theilslopes
from statsmodels.robust.norms import HuberT
from statsmodels.robust.robust_linear_model import RLM

from analytics.pairs.least_squares import Line, ols_line
from analytics.pairs.two_series import DUST, Values

_PATIENCE = 200  # rounds of reweighting; slow cases take some forty


def huber_line(y: Values, x: Values) -> Line:
    """Squares for small residuals, plain distances beyond 1.345 robust deviations.

    The deviation is the median of the absolute residuals over 0.6745, as
    statsmodels' RLM takes it by default; iterated until the line stands still.

    References
    ----------
    Huber, P. (1981). Robust Statistics, ch. 7.
    """
    least = ols_line(y, x)
    if _is_exact(least, y, x):
        return least  # no residual to judge by
    # About the first point, and in units of x's own movement: far from zero the two columns are nearly one.
    centre, scale = x[0], np.abs(x - x[0]).max()
    design = np.column_stack([np.ones(len(x)), (x - centre) / scale])
    found = RLM(y - y[0], design, M=HuberT()).fit(maxiter=_PATIENCE, tol=1e-13, conv="coefs")
    level, steep = found.params
    slope = float(steep / scale)
    return slope, float(level + y[0] - slope * centre)


def theil_sen_line(y: Values, x: Values) -> Line:
    """The median of the slopes between all pairs of points.

    Up to 29 % of the points may be wrong. The intercept is the median of y
    less the slope times the median of x. Needs memory for n squared slopes.

    References
    ----------
    Sen, P. (1968). Estimates of the regression coefficient based on Kendall's
    tau. J. Am. Stat. Assoc. 63(324).
    """
    found = theilslopes(y, x)
    return float(found.slope), float(found.intercept)


def _is_exact(line: Line, y: Values, x: Values) -> bool:
    slope, intercept = line
    size = np.abs(y) + np.abs(intercept) + np.abs(slope * x)
    return bool((np.abs(y - intercept - slope * x) <= DUST * size).all())
