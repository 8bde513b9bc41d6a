"""The ledger of ids."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.quality.holes import STEP_FORWARD, IdLedger, Seen, missing, missing_ranges
from analytics.records.market import Gap
from tests.factories import MIDNIGHT, at, gap

ARRIVALS = st.lists(st.integers(1, 40), min_size=1, max_size=80)


def test_ids_in_order_leave_no_gap() -> None:
    ledger = IdLedger("BTCUSDT")
    assert [ledger.see(id, at(id)) for id in (700, 701, 702)] == [Seen.NEW] * 3
    assert ledger.take_changes(at(9)) == []
    assert ledger.last_id == 702


def test_a_jump_opens_a_gap_between_its_neighbours() -> None:
    ledger = IdLedger("BTCUSDT", last_id=10, last_traded_at=at(1))
    assert ledger.see(15, at(4)) is Seen.NEW
    expected = gap(11, 14, found_at=at(5), after=at(1), before=at(4), missing=((11, 14),))
    assert ledger.take_changes(at(5)) == [expected]
    assert ledger.take_changes(at(6)) == []


def test_the_first_tick_of_a_symbol_opens_no_gap() -> None:
    ledger = IdLedger("BTCUSDT")
    assert ledger.see(1_000, at(0)) is Seen.NEW
    assert ledger.take_changes(at(0)) == []


def test_a_first_tick_that_was_overtaken_counts_once() -> None:
    ledger = IdLedger("BTCUSDT")
    ledger.see(10, at(3))
    assert [ledger.see(id, at(1)) for id in (7, 7)] == [Seen.LATE, Seen.REPEAT]
    assert [(one.first_id, one.last_id, one.after, one.before) for one in ledger.take_changes(at(4))] == [
        (8, 9, at(1), at(3))
    ]


@pytest.mark.parametrize("id", [5, 95, 700])
def test_an_older_id_of_a_much_later_moment_is_no_repeat_and_fills_no_hole(id: int) -> None:
    ledger = IdLedger("BTCUSDT", last_id=90, last_traded_at=at(0))
    ledger.see(700, at(1))
    ledger.take_changes(at(1))
    assert ledger.see(id, at(2) + STEP_FORWARD) is Seen.RECOUNTED
    assert (ledger.missing, ledger.last_id, ledger.take_changes(at(2))) == ([(91, 699)], 700, [])
    assert ledger.see(id, at(1) + STEP_FORWARD) in (Seen.LATE, Seen.REPEAT)


def test_ids_begun_anew_below_the_first_of_all_open_no_hole() -> None:
    ledger = IdLedger("BTCUSDT")
    ledger.see(3_000_000_000, at(0))
    assert ledger.see(1, at(1) + STEP_FORWARD) is Seen.RECOUNTED
    assert ledger.missing == []
    assert ledger.see(3_000_000_001, at(100)) is Seen.NEW


def test_late_ticks_split_shrink_and_fill_a_gap_that_keeps_its_name() -> None:
    ledger = IdLedger("BTCUSDT", last_id=10, last_traded_at=at(0))
    ledger.see(15, at(1))
    opened = ledger.take_changes(at(1))[0]
    assert ledger.see(12, at(2)) is Seen.LATE
    assert ledger.take_changes(at(2)) == [replace(opened, missing=((11, 11), (13, 14)))]
    assert [ledger.see(id, at(3)) for id in (11, 14, 12)] == [Seen.LATE, Seen.LATE, Seen.REPEAT]
    assert ledger.take_changes(at(3)) == [replace(opened, missing=((13, 13),))]
    assert ledger.see(13, at(4)) is Seen.LATE
    assert ledger.take_changes(at(4)) == [replace(opened, missing=(), state="filled")]
    assert ledger.missing == []


def test_disorder_that_nobody_was_told_of_leaves_no_row() -> None:
    ledger = IdLedger("BTCUSDT", last_id=10)
    assert [ledger.see(id, at(id)) for id in (12, 11, 13)] == [Seen.NEW, Seen.LATE, Seen.NEW]
    assert ledger.take_changes(at(20)) == []


def test_a_repeat_is_known_across_a_restart() -> None:
    ledger = IdLedger("BTCUSDT", last_id=20, gaps=[gap(5, 8, missing=((5, 5), (7, 8)))])
    assert [ledger.see(id, at(0)) for id in (3, 6, 20)] == [Seen.REPEAT] * 3
    assert [ledger.see(id, at(0)) for id in (5, 7, 21)] == [Seen.LATE, Seen.LATE, Seen.NEW]
    assert [(one.first_id, one.missing) for one in ledger.take_changes(at(1))] == [(5, ((8, 8),))]


@pytest.mark.parametrize("state", ["filling", "failed", "expired", "verified_absent"])
def test_a_late_tick_counts_whatever_was_thought_of_its_gap(state: str) -> None:
    ledger = IdLedger("BTCUSDT", last_id=20, gaps=[gap(5, 6, state=state)])
    assert ledger.see(5, at(0)) is Seen.LATE
    assert [(one.state, one.missing) for one in ledger.take_changes(at(0))] == [(state, ((6, 6),))]
    assert ledger.see(6, at(0)) is Seen.LATE
    assert [one.state for one in ledger.take_changes(at(0))] == ["filled"]


def test_what_was_seen_but_never_stored_is_found_again() -> None:
    stored = gap(10, 20)  # the tick behind it was lost with the process
    ledger = IdLedger("BTCUSDT", last_id=9, last_traded_at=at(0), gaps=[stored])
    assert ledger.see(25, at(5)) is Seen.NEW
    assert ledger.missing == [(10, 24)]
    assert [(one.first_id, one.missing) for one in ledger.take_changes(at(5))] == [(10, ((10, 24),))]


def test_a_gap_that_reaches_beyond_the_store_is_cut_there() -> None:
    ledger = IdLedger("BTCUSDT", last_id=15, gaps=[gap(10, 20, missing=((10, 14), (16, 20)))])
    assert ledger.missing == [(10, 14)]
    assert [ledger.see(id, at(0)) for id in (16, 18, 12)] == [Seen.NEW, Seen.NEW, Seen.LATE]
    assert ledger.missing == [(10, 11), (13, 14), (17, 17)]


def test_a_gap_whose_rest_lies_beyond_the_store_misses_nothing_before_it() -> None:
    ledger = IdLedger("BTCUSDT", last_id=15, gaps=[gap(10, 20, missing=((16, 20),))])
    assert ledger.missing == []
    assert [ledger.see(id, at(0)) for id in (12, 16)] == [Seen.REPEAT, Seen.NEW]


def test_what_a_gap_misses() -> None:
    assert missing(gap(3, 6)) == ((3, 6),)
    assert missing(gap(3, 6, missing=((3, 3), (6, 6)))) == ((3, 3), (6, 6))
    assert missing(gap(3, 6, state="filled")) == ()


@given(ARRIVALS)
def test_missing_ranges_and_present_ids_make_up_the_whole(present: list[int]) -> None:
    ranges = missing_ranges(5, 30, present)
    absent = [id for first, last in ranges for id in range(first, last + 1)]
    assert sorted(absent + [id for id in set(present) if 5 <= id <= 30]) == list(range(5, 31))
    assert all(later[0] - earlier[1] > 1 for earlier, later in pairwise(ranges))


@given(ARRIVALS, st.one_of(st.none(), st.integers(0, 20)), st.sets(st.integers(0, 79)))
def test_in_any_order_every_id_counts_once_and_the_gaps_are_what_is_missing(
    arrivals: list[int], last_id: int | None, told_after: set[int]
) -> None:
    ledger, rows, seen = IdLedger("BTCUSDT", last_id), {}, set[int]()
    for position, id in enumerate(arrivals):
        was_seen = id in seen or (last_id is not None and id <= last_id)
        assert (ledger.see(id, at(position)) is Seen.REPEAT) == was_seen
        seen.add(id)
        if position in told_after:
            rows.update(_by_first_id(ledger.take_changes(at(position))))
    rows.update(_by_first_id(ledger.take_changes(MIDNIGHT)))
    begin = min(seen) if last_id is None else last_id + 1
    expected = sorted(set(range(begin, max(seen) + 1)) - seen)
    assert [id for row in sorted(rows.values(), key=_first_id) for id in _ids(row)] == expected
    assert IdLedger("BTCUSDT", ledger.last_id, gaps=list(rows.values())).missing == ledger.missing


@given(ARRIVALS, st.integers(0, 80))
def test_a_restart_in_between_changes_nothing(arrivals: list[int], restart_at: int) -> None:
    ledger = IdLedger("BTCUSDT", last_id=0)
    rows: dict[int, Gap] = {}
    counted = []
    for position, id in enumerate(arrivals):
        if position == restart_at:
            rows.update(_by_first_id(ledger.take_changes(MIDNIGHT)))
            ledger = IdLedger("BTCUSDT", ledger.last_id, gaps=list(rows.values()))
        if ledger.see(id, at(position)) is not Seen.REPEAT:
            counted.append(id)
    assert sorted(counted) == sorted(set(arrivals))


def _by_first_id(gaps: list[Gap]) -> dict[int, Gap]:
    return {one.first_id: one for one in gaps}


def _first_id(row: Gap) -> int:
    return row.first_id


def _ids(row: Gap) -> list[int]:
    return [id for first, last in missing(row) for id in range(first, last + 1)]
