"""A planted pair against what the product finds of it, each figure with the rule that decides."""

from datetime import timedelta
from math import log, sqrt

import numpy as np
import pandas as pd

from analytics.pairs.cointegration import engle_granger
from analytics.pairs.half_life import HalfLife, half_life
from analytics.pairs.hedge_ratio import hedge_ratio
from analytics.pairs.spread import spread
from analytics.records.selftest import Finding, PlantedPair
from analytics.selftest.breaks import variance_break
from analytics.timeframes import seconds

LEAST_BARS = 100
LEVEL = 0.05
STILL = "one of the two stood still"
STANDARD_ERRORS = 4.0  # three alone would miss once in some hundred looks
# Prices come in steps and single closes miss the last moments of their bar: noise that shortens a half-life.
ALLOWED_BESIDE_INTERVAL = 1.3
SINCE_BREAK = timedelta(hours=3)  # a wandering constant has to get somewhere first
NEAR_BREAK = timedelta(hours=2)


def pair_findings(closes: pd.DataFrame, planted: PlantedPair, timeframe: str) -> list[Finding]:
    """Beta, half-life, deviation, test and break of a planted pair.

    Parameters
    ----------
    closes
        Columns y and x by bar start (UTC), oldest first, gapless.
    planted
        What is to be found. Before its relation held nothing is looked at.
    """
    whole = closes.loc[planted.holds_from : _until(planted.mends_at)]
    holding = whole.loc[: _until(planted.breaks_at)]
    if len(holding) < LEAST_BARS:
        needed = f"needs {LEAST_BARS} bars of {timeframe} in which the relation holds, has {len(holding)}"
        return [Finding("beta", "", planted.beta, None, None, None, None, "", needed)]
    y, x = holding[planted.y], holding[planted.x]
    minutes = seconds(timeframe) / 60
    # Neighbouring values of a slow spread say the same: so many independent ones are there.
    independent = len(y) * log(2) * minutes / (2 * planted.half_life_minutes)
    line = hedge_ratio(np.log(y), np.log(x))
    rest = spread(y, x, line.beta, line.intercept)
    findings = [
        _beta(planted, line.beta, float(np.log(x).std()), independent),
        _half_life(planted, half_life(rest), minutes),
        _deviation(planted, float(rest.std()), independent),
        _test(engle_granger(np.log(y), np.log(x)).p_value, len(y)),
    ]
    if planted.breaks_at is not None:
        findings.append(_break(planted, spread(whole[planted.y], whole[planted.x], line.beta)))
    return findings


def _until(moment: object) -> object:
    """The end of a slice that leaves the moment itself out."""
    return None if moment is None else pd.Timestamp(str(moment)) - pd.Timedelta(1, "ms")


def _beta(planted: PlantedPair, found: float, movement: float, independent: float) -> Finding:
    error = planted.spread_deviation / (movement * sqrt(independent)) if movement > 0 else np.nan
    return _within("beta", "", planted.beta, found, error, "standard errors of the fitted line")


def _deviation(planted: PlantedPair, found: float, independent: float) -> Finding:
    error = planted.spread_deviation / sqrt(2 * independent)
    name, of = "spread deviation", "standard errors of a standard deviation"
    return _within(name, "", planted.spread_deviation, found, error, of)


def _within(name: str, unit: str, planted: float, found: float, error: float, of: str) -> Finding:
    low, high = planted - STANDARD_ERRORS * error, planted + STANDARD_ERRORS * error
    rule = f"within {STANDARD_ERRORS:g} {of}, each {error:.2g}"
    if not np.isfinite([found, low, high]).all():
        return Finding(name, unit, planted, None, None, None, False, rule, STILL)
    return Finding(name, unit, planted, found, low, high, bool(low <= found <= high), rule)


def _half_life(planted: PlantedPair, found: HalfLife, minutes: float) -> Finding:
    truth = planted.half_life_minutes
    rule = (
        f"the planted value lies in the 95 % interval found, which may be {ALLOWED_BESIDE_INTERVAL:g} times "
        "as far off: single closes carry noise"
    )
    if not np.isfinite(found.bars):
        return Finding("half-life", "min", truth, None, None, None, False, rule, found.reason)
    low = found.low * minutes / ALLOWED_BESIDE_INTERVAL
    high = found.high * minutes * ALLOWED_BESIDE_INTERVAL
    upper = high if np.isfinite(high) else None
    return Finding(
        "half-life", "min", truth, found.bars * minutes, low, upper, bool(low <= truth <= high), rule
    )


def _test(p_value: float, bars: int) -> Finding:
    rule = f"below {LEVEL:g} while the relation holds, over {bars} bars"
    if not np.isfinite(p_value):
        return Finding("Engle-Granger p", "", None, None, None, None, False, rule, STILL)
    return Finding("Engle-Granger p", "", None, p_value, 0.0, LEVEL, bool(p_value < LEVEL), rule)


def _break(planted: PlantedPair, rest: pd.Series) -> Finding:
    assert planted.breaks_at is not None
    at = planted.breaks_at.timestamp()
    hours = NEAR_BREAK.total_seconds() / 3600
    rule = f"the steps of the spread change within {hours:g} hours of it"
    last = rest.index[-1].to_pydatetime()
    if last < planted.breaks_at + SINCE_BREAK:
        away = "it is yet to come" if last < planted.breaks_at else "it was less than 3 hours ago"
        return Finding("break", "UTC", at, None, None, None, None, rule, away)
    found = rest.index[variance_break(rest.to_numpy())].timestamp()
    allowed = NEAR_BREAK.total_seconds()
    return Finding("break", "UTC", at, found, at - allowed, at + allowed, abs(found - at) <= allowed, rule)
