"""A line that forgets: each bar's forecast of y from x by what was known before, and what was learnt."""

import numpy as np

from analytics.kernels.compiled import compiled


@compiled()
def discounted_line(
    y: np.ndarray, x: np.ndarray, discount: float, warm_up: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Innovations, their scale, and the slopes and intercepts after each bar.

    What `analytics.pairs.kalman` describes. Each row depends on rows up to its
    own only; rows before `warm_up` are NaN, and so is all behind a row that is
    not a finite number.
    """
    n = len(y)
    innovation = np.full(n, np.nan)
    scale = np.full(n, np.nan)
    slope = np.full(n, np.nan)
    intercept = np.full(n, np.nan)
    weight = mean_x = mean_y = sxx = sxy = 0.0  # discounted weight, means and centred products
    count = noise = 0.0  # discounted number of innovations, and their variance without the line's own doubt
    for t in range(n):
        if not (np.isfinite(y[t]) and np.isfinite(x[t])):
            break
        dx, dy = x[t] - mean_x, y[t] - mean_y
        if t >= 2 and sxx > 0.0:
            error = dy - (sxy / sxx) * dx
            doubt = 1.0 + (1.0 / weight + dx * dx / sxx) / discount
            if t >= warm_up and noise > 0.0:
                innovation[t] = error
                scale[t] = np.sqrt(noise * doubt)
            count = discount * count + 1.0
            noise += (error * error / doubt - noise) / count
        weight = discount * weight + 1.0
        mean_x += dx / weight
        mean_y += dy / weight
        sxx = discount * sxx + dx * (x[t] - mean_x)
        sxy = discount * sxy + dx * (y[t] - mean_y)
        if t >= warm_up and sxx > 0.0:
            slope[t] = sxy / sxx
            intercept[t] = mean_y - slope[t] * mean_x
    return innovation, scale, slope, intercept
