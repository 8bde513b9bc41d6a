"""Results of the mathematics as parts of a snapshot: plain numbers, None where there is none."""

import numpy as np

from analytics.pairs.cointegration import CointegrationBothWays, CointegrationTest
from analytics.pairs.half_life import HalfLife
from analytics.pairs.numbers import known
from analytics.pairs.two_series import Values
from analytics.records.pairs import Cointegration, Hedge, Reversion, SpreadNow, UnitRootTest


def hedge_of(beta: float, intercept: float, reason: str | None) -> Hedge:
    """A hedge as a part of a snapshot."""
    return Hedge(known(beta), known(intercept), reason)


def cointegration_of(found: CointegrationBothWays) -> Cointegration:
    """Both directions of the test."""
    return Cointegration(test_of(found.y_on_x), test_of(found.x_on_y), known(found.p_value), found.reason)


def test_of(found: CointegrationTest) -> UnitRootTest:
    """One direction of the test."""
    critical = {level: known(value) for level, value in found.critical_values.items()}
    return UnitRootTest(
        known(found.statistic), known(found.p_value), critical, found.lags, found.n, found.reason
    )


def reversion_of(found: HalfLife) -> Reversion:
    """The half-life and its interval."""
    return Reversion(
        known(found.bars), known(found.low), known(found.high), known(found.slope), found.n, found.reason
    )


def spread_now(value: float, mean: float, deviation: float, why_none: str | None = None) -> SpreadNow:
    """The spread at its last bar, scored against a middle and a deviation."""
    z = (value - mean) / deviation if deviation > 0 else np.nan
    reason = None if np.isfinite(z) else why_none or _why_no_score(value, deviation)
    return SpreadNow(known(value), known(mean), known(deviation), known(z), reason)


def last_of(values: Values) -> float:
    """The last value, NaN of nothing."""
    return float(values[-1]) if len(values) else np.nan


def why_no_score(window: int, bars: int) -> str | None:
    """Why a score over so many bars cannot be there; None: it can."""
    return f"z needs {window:,} bars, has {bars:,}" if bars < window else None


def _why_no_score(value: float, deviation: float) -> str:
    if not np.isfinite(value):
        return "the spread has no value at this bar"
    return "the spread does not move" if not deviation > 0 else "the spread has no mean yet"
