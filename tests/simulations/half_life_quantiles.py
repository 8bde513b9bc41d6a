"""Where the table in analytics/pairs/half_life_quantiles.py comes from: `python -m` this module.

Simulates AR(1) series near a unit root, regresses them on a random walk where
the table is for residuals, and prints quantiles of the t-statistic of the true
coefficient. Takes about ten minutes.
"""

from math import exp, sqrt

import numpy as np

from analytics.pairs.half_life_quantiles import DISTANCES, LEVELS

BARS = 1_440
PATHS = 40_000
AT_ONCE = 2_000
SEED = 20_261_122


def t_statistics(distance: float, paths: int, *, bars: int, regressors: int, seed: int = SEED) -> np.ndarray:
    """(estimate - truth) / standard error of the coefficient exp(-distance / bars), shape (paths,)."""
    rng = np.random.default_rng(seed)
    blocks = [min(AT_ONCE, paths - begin) for begin in range(0, paths, AT_ONCE)]
    coefficient = exp(-distance / bars)
    found = []
    for block in blocks:
        spread = reverting(coefficient, bars, block, rng)
        if regressors:
            spread = residual(spread, np.cumsum(rng.standard_normal(spread.shape), axis=0))
        estimate, error = fitted(spread)
        found.append((estimate - coefficient) / error)
    return np.concatenate(found)


def reverting(coefficient: float, bars: int, paths: int, rng: np.random.Generator) -> np.ndarray:
    """Stationary AR(1) series, shape (bars + 1, paths); from 0 where there is no reversion."""
    values = rng.standard_normal((bars + 1, paths))
    values[0] *= 1 / sqrt(1 - coefficient**2) if coefficient < 1 else 0.0
    for bar in range(bars):
        values[bar + 1] += coefficient * values[bar]
    return values


def residual(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What y leaves over of x and a constant, by least squares, path by path."""
    y, x = y - y.mean(axis=0), x - x.mean(axis=0)
    return np.asarray(y - x * ((x * y).sum(axis=0) / (x * x).sum(axis=0)))


def fitted(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficient of s[t] = a + phi s[t-1] + e[t] and its standard error, path by path."""
    before, after = values[:-1] - values[:-1].mean(axis=0), values[1:] - values[1:].mean(axis=0)
    squares = (before * before).sum(axis=0)
    estimate = (before * after).sum(axis=0) / squares
    rest = after - estimate * before
    return estimate, np.sqrt((rest * rest).sum(axis=0) / (len(before) - 2) / squares)


def main() -> None:
    """Print the table."""
    for regressors in (0, 1):
        print(f"    {regressors}: (")
        for distance in DISTANCES:
            sample = t_statistics(distance, PATHS, bars=BARS, regressors=regressors)
            print(
                "        (" + ", ".join(f"{value:.3f}" for value in np.quantile(sample, LEVELS)) + "),",
                flush=True,
            )
        print("    ),")


if __name__ == "__main__":
    main()
