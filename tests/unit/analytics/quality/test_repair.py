"""What answers mean for a hole: filled, absent after two agreeing answers, or to be asked again."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.quality.holes import IdLedger, Seen, missing
from analytics.quality.repair import (
    FAILED_TRIES,
    LEEWAY,
    Answer,
    after_answers,
    after_failure,
    expired,
    is_due,
    is_expired,
    parted,
    reaches_back,
    split,
)
from analytics.records.market import Gap
from tests.factories import at

NOW = at(0)


def gap(first: int = 10, last: int = 19, **fields: object) -> Gap:
    return Gap("BTCUSDT", first, last, "open", at(0), at(0), at(1), **fields)  # type: ignore[arg-type]  # of the caller's choice


def answer(first: int, last: int, *absent: int) -> Answer:
    return Answer(first, last, frozenset(id for id in range(first, last + 1) if id not in absent))


def test_all_ids_fill_it() -> None:
    row = after_answers(gap(), [answer(10, 19)], NOW)
    assert (row.state, missing(row)) == ("filled", ())


def test_a_part_leaves_the_rest() -> None:
    row = after_answers(gap(), [answer(10, 14)], NOW)
    assert (row.state, missing(row)) == ("filling", ((15, 19),))
    assert is_due(row, NOW)


def test_absent_ids_are_believed_only_after_a_second_answer_a_minute_later() -> None:
    first = after_answers(gap(), [answer(10, 19, 12, 13)], NOW)
    assert (first.state, missing(first)) == ("filling", ((12, 13),))
    assert not is_due(first, NOW + timedelta(seconds=59))
    later = NOW + timedelta(seconds=60)
    assert is_due(first, later)
    second = after_answers(first, [answer(12, 13, 12, 13)], later)
    assert (second.state, missing(second)) == ("verified_absent", ((12, 13),))


def test_ids_that_come_late_after_all_fill_it() -> None:
    first = after_answers(gap(), [answer(10, 19, 12)], NOW)
    assert after_answers(first, [answer(12, 12)], NOW + timedelta(seconds=60)).state == "filled"


def test_an_answer_that_stops_short_proves_nothing_about_the_rest() -> None:
    row = after_answers(gap(), [answer(10, 14, 12)], NOW)
    assert row.absent_at is None
    assert missing(row) == ((12, 12), (15, 19))


def test_failures_wait_twice_as_long_each_time_up_to_a_minute() -> None:
    row, waits = gap(), []
    for _ in range(8):
        row = after_failure(row, "502", NOW)
        waits.append(next(s for s in range(1, 100) if is_due(row, NOW + timedelta(seconds=s))))
    assert waits == [4, 8, 16, 32, 60, 60, 60, 60]
    assert row.state == "failed"
    assert row.reason == "502"


def test_it_is_failed_only_after_some_tries_and_heals() -> None:
    row = gap()
    for _ in range(FAILED_TRIES - 1):
        row = after_failure(row, "502", NOW)
    assert row.state == "open"
    row = after_failure(row, "502", NOW)
    assert row.state == "failed"
    assert after_answers(row, [answer(10, 19)], NOW).state == "filled"


def test_a_long_hole_is_settled_piece_by_piece() -> None:
    head, rest = split(gap(10, 99), 49, at(7))
    assert rest is not None
    assert (head.first_id, head.last_id, head.before) == (10, 49, at(7))
    assert (rest.first_id, rest.last_id, rest.after) == (50, 99, at(7))
    assert after_answers(head, [answer(10, 49)], NOW).state == "filled"
    assert missing(rest) == ((50, 99),)
    assert split(gap(10, 49), 60, at(7))[1] is None


def test_what_is_too_old_is_said_to_be() -> None:
    assert expired(gap()).state == "expired"
    assert not is_expired(gap(), at(0))
    assert is_expired(gap(), at(1))
    assert not is_expired(gap(absent_at=NOW), at(1))  # the second answer tells whether they existed at all


def test_a_hole_that_begins_long_before_what_is_kept_is_parted_there() -> None:
    long = replace(gap(10, 99), before=at(7_200))
    assert not reaches_back(long, at(3_600))
    assert reaches_back(long, at(3_601))
    rest, old = parted(long, 60, at(5_000))
    assert (old.first_id, old.last_id, old.after, old.before) == (10, 59, at(0), at(5_000))
    assert (rest.first_id, rest.last_id, rest.after, rest.before) == (60, 99, at(5_000), at(7_200))
    assert not reaches_back(rest, at(5_000) + LEEWAY)
    assert is_expired(old, at(5_000))


@pytest.mark.parametrize(("first_id", "after", "before"), [(10, 50, 100), (15, 50, 100), (31, 0, 50)])
def test_a_hole_wholly_on_one_side_stays_one_and_reaches_no_further(
    first_id: int, after: int, before: int
) -> None:
    long = replace(gap(10, 30), before=at(100), missing=((15, 20), (25, 30)))
    assert parted(long, first_id, at(50)) == [replace(long, after=at(after), before=at(before))]


@given(missed=st.sets(st.integers(0, 60), min_size=1), first_id=st.integers(0, 61))
def test_the_parts_of_a_hole_miss_what_it_missed(missed: set[int], first_id: int) -> None:
    long = gap(0, 60, missing=tuple((id, id) for id in sorted(missed)))
    spans = [span for part in parted(long, first_id, at(0)) for span in missing(part)]
    assert sorted(spans) == list(missing(long))


@given(
    present=st.sets(st.integers(0, 60)),
    size=st.integers(1, 60),
    cuts=st.lists(st.integers(1, 20), max_size=8),
)
def test_what_is_missing_is_what_was_asked_for_and_never_came(
    present: set[int], size: int, cuts: list[int]
) -> None:
    answers, first = [], 0
    for cut in cuts:
        last = min(size - 1, first + cut - 1)
        if first <= last:
            answers.append(Answer(first, last, frozenset(id for id in present if first <= id <= last)))
        first = last + 1
    row = after_answers(gap(0, size - 1), answers, NOW)
    came = {id for one in answers for id in one.present}
    left = {id for begin, end in missing(row) for id in range(begin, end + 1)}
    assert left == set(range(size)) - came


@pytest.mark.parametrize("resolved", [{2}, {2, 6}, {6}, {99}])
def test_a_ledger_takes_resolved_rows_for_seen(resolved: set[int]) -> None:
    ledger = IdLedger("BTCUSDT")
    moment: datetime = at(0)
    for id in (1, 5, 9):
        ledger.see(id, moment)
    ledger.take_changes(moment)
    ledger.forget(resolved)
    assert ledger.rows == [id for id in (2, 6) if id not in resolved]
    for row, id in ((2, 3), (6, 7)):
        assert ledger.see(id, moment) is (Seen.REPEAT if row in resolved else Seen.LATE)
    assert ledger.see(10, moment) is Seen.NEW


def test_a_clock_that_was_set_back_holds_up_no_repair() -> None:
    row = after_failure(gap(), "502", NOW)
    assert is_due(row, NOW - timedelta(hours=1))
