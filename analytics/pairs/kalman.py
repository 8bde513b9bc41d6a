"""The hedge ratio as a state that drifts: a Kalman filter on (intercept, slope), in innovation form.

    y[t] = a[t] + b[t] x[t] + noise          a, b: random walks

The spread is the innovation, what y is beyond its forecast from the bars
before, and its scale is the square root of the forecast's variance. The
residual against the state *after* the bar says nothing: the filter has already
fitted itself to it.

Both noises are set by one number. The state's is by discounting: the variance
of the state grows by 1 / discount each bar, so the filter forgets like an
exponential window of `memory_bars` and needs no unit. The measurement's is its
discounted maximum-likelihood estimate from the innovations so far. Nothing is
fitted over the whole sample, so no value knows later bars.

References
----------
West, M. and Harrison, J. (1997). Bayesian Forecasting and Dynamic Models,
2nd ed., ch. 6.3 (discounting), 4.5 (variance learning).
"""

from dataclasses import dataclass

import numpy as np

from analytics.errors import AnalyticsError
from analytics.kernels.discounted_line import discounted_line
from analytics.pairs.two_series import DUST, Values

MEMORY_BARS = 720  # several times the half-lives worth trading, else the state follows the spread itself
WARM_UP_BARS = 60  # until the state rests on more than chance


@dataclass(frozen=True, slots=True)
class KalmanPath:
    """One value per bar, each from bars up to its own; NaN while warming up."""

    innovation: Values  # in units of y
    scale: Values  # standard deviation of the innovation, known before the bar
    beta: Values
    intercept: Values


def kalman_path(y: Values, x: Values, *, memory_bars: float = MEMORY_BARS) -> KalmanPath:
    """The filter over log prices (or any two series), oldest first.

    A value that is not finite ends the path: what comes after is NaN.
    """
    if not memory_bars > 1:
        raise AnalyticsError(f"memory_bars must be above 1, got {memory_bars}")
    innovation, scale, beta, intercept = discounted_line(y, x, 1 - 1 / memory_bars, WARM_UP_BARS)
    with np.errstate(invalid="ignore"):
        dust = scale <= DUST * (np.abs(y) + np.abs(intercept) + np.abs(beta * x))
    innovation[dust] = scale[dust] = np.nan  # an exact line: what is left is rounding
    return KalmanPath(innovation, scale, beta, intercept)
