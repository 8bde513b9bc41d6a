"""The median-unbiased distance from no reversion, for many spreads of one length."""

import numpy as np

from analytics.kernels.compiled import compiled


@compiled()
def last_crossings(coefficients, errors, distances, falls, medians):  # type: ignore[no-untyped-def]  # compiled
    """The distance beyond which what was seen lies above the median: 0 if always, inf if never.

    Parameters
    ----------
    coefficients, errors
        Of the spreads' regressions on the value before.
    distances, falls, medians
        A grid of distances, the coefficient each means, and the median of its
        t-statistic.
    """
    crossings = np.full(len(coefficients), np.nan)
    for row in range(len(coefficients)):
        if np.isnan(errors[row]):
            continue
        crossings[row] = 0.0
        above = np.inf
        for place in range(len(distances) - 1, -1, -1):
            excess = (coefficients[row] - falls[place]) / errors[row] - medians[place]
            if excess <= 0.0:
                if place == len(distances) - 1:
                    crossings[row] = np.inf
                else:
                    share = -excess / (above - excess)
                    crossings[row] = distances[place] + share * (distances[place + 1] - distances[place])
                break
            above = excess
    return crossings
