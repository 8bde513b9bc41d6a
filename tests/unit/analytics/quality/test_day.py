"""The last day in quarters of an hour."""

import dataclasses
from datetime import timedelta

import pytest

from analytics.quality.day import QUARTERS, quarter_states
from analytics.records.market import Bar
from tests.factories import MIDNIGHT, at, bar, gap

DAY_END = MIDNIGHT + timedelta(days=1)
QUARTER_SECONDS = 900


def _minutes(*, first: int = 0, count: int = 1_440, **fields: object) -> list[Bar]:
    return [bar(at(60 * minute), **fields) for minute in range(first, first + count)]  # type: ignore[arg-type]


def test_a_whole_day_is_complete_in_every_quarter() -> None:
    states = quarter_states(_minutes(), [], since=MIDNIGHT, as_of=DAY_END)
    assert states == ("complete",) * QUARTERS


def test_quarters_that_have_not_begun_are_left_out() -> None:
    as_of = at(4 * QUARTER_SECONDS + 60)
    assert len(quarter_states(_minutes(), [], since=MIDNIGHT, as_of=as_of)) == 5


def test_bars_of_the_exchange_are_told_apart() -> None:
    bars = [*_minutes(count=31, source="exchange"), *_minutes(first=31, count=1_409)]
    states = quarter_states(bars, [], since=MIDNIGHT, as_of=DAY_END)
    assert states[:4] == ("exchange", "exchange", "exchange", "complete")


def test_a_quarter_without_trades_is_as_the_one_before_it() -> None:
    bars = [*_minutes(count=15, source="exchange"), *_minutes(first=30, count=15), *_minutes(first=60)]
    states = quarter_states(bars, [], since=MIDNIGHT, as_of=at(4 * QUARTER_SECONDS + 60))
    assert states == ("exchange", "exchange", "complete", "complete", "complete")


def test_minutes_without_trades_are_whole() -> None:
    bars = [one for one in _minutes() if not at(900) <= one.start < at(3_000)]
    assert set(quarter_states(bars, [], since=MIDNIGHT, as_of=DAY_END)) == {"complete"}


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("open", "repairing"),
        ("filling", "repairing"),
        ("failed", "incomplete"),
        ("expired", "incomplete"),
        ("filled", "complete"),
        ("verified_absent", "complete"),
    ],
)
def test_a_gap_is_shown_where_its_trades_belong(state: str, shown: str) -> None:
    hole = gap(5, 9, state=state, after=at(950), before=at(1_000))
    states = quarter_states(_minutes(), [hole], since=MIDNIGHT, as_of=DAY_END)
    assert states[:3] == ("complete", shown, "complete")


def test_a_gap_over_several_quarters_is_shown_in_each() -> None:
    hole = gap(5, 9, after=at(950), before=at(2_800))
    states = quarter_states(_minutes(), [hole], since=MIDNIGHT, as_of=DAY_END)
    assert states[:5] == ("complete", "repairing", "repairing", "repairing", "complete")


def test_what_is_worse_is_shown() -> None:
    holes = [gap(5, 9, after=at(10), before=at(20)), gap(15, 19, state="failed", after=at(30), before=at(40))]
    assert quarter_states(_minutes(), holes, since=MIDNIGHT, as_of=DAY_END)[0] == "incomplete"


def test_before_the_first_bar_nothing_is_known() -> None:
    states = quarter_states(_minutes(first=30, count=1_410), [], since=MIDNIGHT, as_of=DAY_END)
    assert states[:3] == ("unknown", "unknown", "complete")


def test_an_old_bar_that_is_not_final_is_incomplete_and_the_newest_is_not() -> None:
    bars = _minutes(count=45)
    bars[20] = dataclasses.replace(bars[20], is_final=False)
    bars[44] = dataclasses.replace(bars[44], is_final=False)
    states = quarter_states(bars, [], since=MIDNIGHT, as_of=at(44 * 60 + 30))
    assert states == ("complete", "incomplete", "complete")


def test_without_bars_nothing_is_known() -> None:
    assert set(quarter_states([], [], since=MIDNIGHT, as_of=DAY_END)) == {"unknown"}
