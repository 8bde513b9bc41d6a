"""A planted pair is found where it is, and not where it is not."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.records.selftest import Finding, PlantedPair
from analytics.selftest.breaks import variance_break
from analytics.selftest.planted import pair_findings

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
PLANTED = PlantedPair("Y", "X", beta=1.2, half_life_minutes=25.0, spread_deviation=0.0034)
BARS = 576


def closes_of(planted: PlantedPair, *, seed: int, walk: float = 0.0, bars: int = BARS) -> pd.DataFrame:
    """Two days of 5m closes that hold the relation; from its break on the constant wanders."""
    rng = np.random.default_rng(seed)
    index = pd.date_range(BEGIN, periods=bars, freq="5min")
    x = 4.0 + np.cumsum(0.0013 * rng.standard_normal(bars))
    keep = 0.5 ** (5 / planted.half_life_minutes)
    spread = np.empty(bars)
    spread[0] = planted.spread_deviation * rng.standard_normal()
    shocks = planted.spread_deviation * np.sqrt(1 - keep**2) * rng.standard_normal(bars)
    for place in range(1, bars):
        spread[place] = keep * spread[place - 1] + shocks[place]
    steps = walk * rng.standard_normal(bars)
    if planted.breaks_at is not None:
        steps[index < pd.Timestamp(planted.breaks_at)] = 0.0
    y = 1.0 + planted.beta * x + spread + np.cumsum(steps)
    return pd.DataFrame({"Y": np.exp(y), "X": np.exp(x)}, index=index)


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


@pytest.mark.parametrize("seed", range(8))
def test_what_is_planted_is_found(seed: int) -> None:
    found = pair_findings(closes_of(PLANTED, seed=seed), PLANTED, "5m")
    assert [finding.name for finding in found] == ["beta", "half-life", "spread deviation", "Engle-Granger p"]
    assert all(finding.passed for finding in found), found


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("beta", {"beta": 1.5}),
        ("half-life", {"half_life_minutes": 100.0}),
        ("half-life", {"half_life_minutes": 6.0}),
        ("spread deviation", {"spread_deviation": 0.0010}),
    ],
)
def test_what_was_not_planted_gets_a_cross(name: str, wrong: dict[str, float]) -> None:
    claimed = dataclasses.replace(PLANTED, **wrong)  # type: ignore[arg-type] # names of numbers
    assert by_name(pair_findings(closes_of(PLANTED, seed=3), claimed, "5m"))[name].passed is False


def test_a_relation_that_is_not_there_is_not_found() -> None:
    wandering = dataclasses.replace(PLANTED, breaks_at=BEGIN)
    closes = closes_of(wandering, seed=5, walk=0.004)
    found = by_name(pair_findings(closes, PLANTED, "5m"))
    assert found["Engle-Granger p"].passed is False
    assert found["half-life"].passed is False


BROKEN = dataclasses.replace(
    PLANTED,
    holds_from=BEGIN + timedelta(hours=4),
    breaks_at=BEGIN + timedelta(hours=26),
    mends_at=BEGIN + timedelta(hours=40),
)


@pytest.mark.parametrize("seed", range(4))
def test_a_break_is_found_where_it_is_and_does_not_spoil_what_was_before(seed: int) -> None:
    found = by_name(pair_findings(closes_of(BROKEN, seed=seed, walk=0.0033), BROKEN, "5m"))
    assert all(finding.passed for finding in found.values()), found
    assert BROKEN.breaks_at is not None
    assert found["break"].planted == BROKEN.breaks_at.timestamp()


def test_a_break_that_is_not_there_is_not_found_there() -> None:
    claimed = dataclasses.replace(BROKEN, breaks_at=BEGIN + timedelta(hours=17))
    closes = closes_of(BROKEN, seed=1, walk=0.0033)
    assert by_name(pair_findings(closes, claimed, "5m"))["break"].passed is False


@pytest.mark.parametrize(("hours", "words"), [(20, "yet to come"), (27, "less than 3 hours ago")])
def test_a_break_that_cannot_be_seen_yet_is_not_judged(hours: int, words: str) -> None:
    closes = closes_of(BROKEN, seed=1, walk=0.0033, bars=hours * 12)
    found = by_name(pair_findings(closes, BROKEN, "5m"))["break"]
    assert found.passed is None
    assert words in str(found.reason)


def test_too_few_bars_are_not_judged() -> None:
    found = pair_findings(closes_of(PLANTED, seed=1, bars=60), PLANTED, "5m")
    assert [finding.passed for finding in found] == [None]
    assert "needs 100 bars of 5m in which the relation holds, has 60" in str(found[0].reason)


def test_the_size_of_steps_changes_where_it_changes() -> None:
    steps = np.concatenate([np.ones(300), 3 * np.ones(200)]) * np.where(np.arange(500) % 2, 1, -1)
    assert variance_break(np.cumsum(steps)) == 299


@pytest.mark.parametrize("leg", ["Y", "X"])
def test_a_symbol_that_stands_still_gets_crosses_with_the_reason(leg: str) -> None:
    found = pair_findings(closes_of(PLANTED, seed=1).assign(**{leg: 3.0}), PLANTED, "5m")
    json.dumps([dataclasses.asdict(finding) for finding in found], allow_nan=False)
    assert [finding.passed for finding in found] == [False] * 4
    assert all(finding.found is None and finding.reason for finding in found)
