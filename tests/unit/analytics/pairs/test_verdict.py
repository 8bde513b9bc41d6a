"""The sentence of a pair, in each of its forms."""

from dataclasses import replace

import pandas as pd
import pytest

from analytics.pairs.verdict import verdict
from analytics.records.pairs import Cointegration, Reversion, UnitRootTest, Verdict
from analytics.records.snapshots import Completeness
from tests.factories import priced_pair

TEST = UnitRootTest(-4.1, 0.01, {}, 1, 1_440)
PASSED = Cointegration(TEST, TEST, 0.02)
REVERTS = Reversion(38.0, 20.0, 60.0, -0.02, 1_439)
WHOLE = Completeness(1_440, 1_440, 1_440, 0)


def said(
    z: float | None = 2.31,
    test: Cointegration = PASSED,
    half_life: Reversion = REVERTS,
    q: float | None = None,
    whole: Completeness = WHOLE,
    timeframe: str = "1m",
    bars: int = 1_440,
) -> Verdict:
    closes = pd.DataFrame(index=range(bars), columns=["ETHUSDT", "BTCUSDT"])
    prices = priced_pair(closes, timeframe=timeframe, names=("ETH", "BTC"), completeness=whole)
    return verdict(prices, z=z, cointegration=test, half_life=half_life, q_value=q)


def test_a_pair_that_is_out_of_line() -> None:
    found = said(q=0.02)
    assert (found.kind, found.sentence) == (
        "tradable",
        "ETH is 2.3 standard deviations dear against BTC; such gaps halved in about 38 minutes "
        "over the last day; the relation passes the test at q = 0.02.",
    )


def test_what_would_break_a_relation_is_told_where_there_is_one() -> None:
    assert str(said().breaks).startswith(
        "What would break it: gaps not half gone after 60 minutes, a p over newer bars that stays "
    )
    assert str(said(half_life=replace(REVERTS, high=None)).breaks).startswith(
        "What would break it: gaps that no longer halve, "
    )
    for none in (said(test=replace(PASSED, p_value=0.41)), said(q=0.3), said(z=None)):
        assert none.breaks is None


def test_a_pair_that_is_out_of_line_the_other_way_and_in_no_scan() -> None:
    assert said(z=-1.06).sentence == (
        "ETH is 1.1 standard deviations cheap against BTC; such gaps halved in about 38 minutes "
        "over the last day; the relation passes the test at p = 0.02."
    )


def test_a_pair_that_is_in_line() -> None:
    found = said(z=-0.42)
    assert found.kind == "in_line"
    assert found.sentence.startswith("ETH is in line with BTC (0.4 standard deviations from the mean); ")


def test_a_pair_that_fails_the_test() -> None:
    found = said(test=replace(PASSED, p_value=0.41))
    assert found == Verdict("not_tradable", "No tradable relation over the last day: p = 0.41.")


def test_a_pair_that_passes_by_luck() -> None:
    found = said(q=0.3)
    assert found.kind == "by_luck"
    assert (
        "alone the pair would pass (p = 0.02), among all pairs tried it may be luck (q = 0.3)"
        in found.sentence
    )


def test_a_pair_whose_gaps_close_nobody_knows_when() -> None:
    found = said(half_life=Reversion(None, None, None, 0.01, 1_439, "the spread does not revert"))
    assert found.kind == "no_half_life"
    assert "how long such gaps last is not known: the spread does not revert; " in found.sentence


def test_an_open_interval_is_told() -> None:
    assert (
        "though it cannot be excluded that they stay" in said(half_life=replace(REVERTS, high=None)).sentence
    )


def test_a_pair_that_cannot_be_tested() -> None:
    test = Cointegration(TEST, TEST, None, "x does not move")
    assert said(test=test) == Verdict("untestable", "This pair cannot be judged: x does not move.")
    assert said(z=None).kind == "untestable"


def test_what_is_missing_is_said_behind_it() -> None:
    holed = said(whole=Completeness(1_440, 1_437, 1_430, 2)).sentence
    assert holed.endswith(". Trades are missing in 10 of 1,440 bars, so this may change.")
    young = said(whole=Completeness(1_440, 300, 300, 0)).sentence
    assert young.endswith(". It rests on 300 of 1,440 bars.")


@pytest.mark.parametrize(
    ("timeframe", "bars", "words"),
    [
        ("1m", 300, "over the last 5 hours"),
        ("1h", 1_440, "over the last 60 days"),
        ("1m", 100, "100 minutes"),
    ],
)
def test_the_window_is_told_in_time(timeframe: str, bars: int, words: str) -> None:
    assert words in said(timeframe=timeframe, bars=bars).sentence


def test_a_tiny_p_is_not_zero() -> None:
    assert "at p < 0.001" in said(test=replace(PASSED, p_value=3e-9)).sentence
