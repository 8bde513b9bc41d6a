"""The mean-reversion rule over a whole series of z, as `analytics.strategies.mean_reversion` says it."""

import numpy as np

from analytics.kernels.compiled import compiled

FLAT, LONG, SHORT, STOPPED = 0, 1, 2, 3
NOTHING, ENTRY, EXIT, STOP, TIME_STOP, REARMED = 0, 1, 2, 3, 4, 5
NEVER = -1  # as a time stop


@compiled()
def rule_steps(zscores, before, thresholds, time_stop, cool_down):  # type: ignore[no-untyped-def]  # compiled
    """State, bars since it began, side of the last position, quiet bars left and event after each z.

    Parameters
    ----------
    zscores : float64, shape (bars,)
        NaN lets time pass and no more: it compares false.
    before : int64, shape (4,)
        State, bars, side and quiet bars before the first of them.
    thresholds : float64, shape (3,)
        Of |z|: to enter, to leave, to stop.

    Returns
    -------
    int64, shape (bars, 5)
    """
    entry, leave, stop = thresholds
    state, bars, side, quiet = before
    steps = np.empty((len(zscores), 5), np.int64)
    for place in range(len(zscores)):
        z, event = zscores[place], NOTHING
        bars, quiet = bars + 1, max(0, quiet - 1)
        depth = -side * z  # how far on the side that was entered
        if state == FLAT:
            if quiet == 0 and entry <= abs(z) < stop:
                event, bars = ENTRY, 0
                state, side = (LONG, 1) if z < 0 else (SHORT, -1)
        elif state == STOPPED:
            if depth <= leave and quiet == 0:
                state, bars, event = FLAT, 0, REARMED
        elif depth <= leave:
            state, bars, quiet, event = FLAT, 0, cool_down, EXIT
        elif depth >= stop:
            state, bars, quiet, event = STOPPED, 0, cool_down, STOP
        elif time_stop != NEVER and bars >= time_stop:
            state, bars, quiet, event = STOPPED, 0, cool_down, TIME_STOP
        steps[place] = (state, bars, side, quiet, event)
    return steps
