"""What a spread and its score are like over a window, and what the spread did after each score."""

from collections.abc import Mapping

import numpy as np
from scipy import stats

from analytics.pairs.numbers import known, shown
from analytics.pairs.two_series import Values
from analytics.records.pairs import LEAST_BARS

USUAL_BARS = 15.0  # looked ahead where no half-life is known
LATER_POINTS = 500
EDGES = np.arange(-5.0, 5.01, 0.25)


def histogram_of(z: Values) -> Mapping[str, object]:
    """How often z lay in each quarter of a deviation; what lies beyond the edges counts in the outermost."""
    inside = np.clip(z[np.isfinite(z)], EDGES[0], EDGES[-1])
    counts, _ = np.histogram(inside, EDGES)
    return {"edges": [round(edge, 2) for edge in EDGES.tolist()], "counts": counts.tolist(), "n": len(inside)}


def later_change(z: Values, gaps: Values, deviation: Values, half_life: float | None) -> Mapping[str, object]:
    """What the spread did after each z: research, which looks ahead on purpose."""
    bars = int(np.clip(round(USUAL_BARS if half_life is None else half_life), 1, max(1, len(z) // 10)))
    z, change = z[:-bars], (gaps[bars:] - gaps[:-bars]) / deviation[:-bars]
    both = np.isfinite(z) & np.isfinite(change)
    z, change = z[both], change[both]
    told: dict[str, object] = {"bars": bars, "n": len(z), "slope": None, "z": [], "change": []}
    if len(z) < LEAST_BARS // 2 or not np.ptp(z) > 0:
        return told | {"reason": f"needs {LEAST_BARS // 2} bars with a score, has {len(z)}"}
    thin = np.linspace(0, len(z) - 1, min(len(z), LATER_POINTS)).round().astype(int)
    slope = float(np.polyfit(z, change, 1)[0])
    return told | {"slope": known(slope), "z": shown(z[thin]), "change": shown(change[thin])}


def figures_of(gaps: Values, z: Values) -> Mapping[str, object]:
    """What the spread's values are like over the window."""
    values, z = gaps[np.isfinite(gaps)], z[np.isfinite(z)]
    if len(values) < 3 or not np.ptp(values) > 0:
        return {"n": len(values), "reason": "the spread does not move"}
    return {
        "n": len(values),
        "mean": known(values.mean()),
        "deviation": known(values.std(ddof=1)),
        "least": known(values.min()),
        "most": known(values.max()),
        "skewness": known(stats.skew(values)),
        "excess_kurtosis": known(stats.kurtosis(values)),
        "autocorrelation": known(np.corrcoef(values[:-1], values[1:])[0, 1]),
        "beyond_2": known((np.abs(z) >= 2).mean()) if len(z) else None,
        "beyond_3": known((np.abs(z) >= 3).mean()) if len(z) else None,
        "reason": None,
    }
