"""The stamp on every snapshot."""

from collections.abc import Sequence

import pytest

from analytics.quality.completeness import completeness, completeness_of_closes
from analytics.records.closes import Closes
from analytics.records.market import Gap
from analytics.records.snapshots import Completeness
from tests.factories import at, gap


def test_a_whole_window_is_whole() -> None:
    assert _stamp(range(20)) == Completeness(expected=10, present=10, final=10, open_gaps=0)


def test_a_bar_that_is_not_final_is_counted_as_present_only() -> None:
    stamp = _stamp(range(20), finals=[True] * 19 + [False])
    assert (stamp.present, stamp.final) == (10, 9)


def test_a_bar_without_trades_is_present() -> None:
    assert _stamp([*range(12), 19]) == Completeness(expected=10, present=10, final=10, open_gaps=0)


def test_bars_that_a_gap_swallowed_are_not_present() -> None:
    hole = gap(1, 9, after=at(12 * 60 - 1), before=at(15 * 60))
    stamp = _stamp([*range(12), *range(15, 20)], gaps=[hole])
    assert stamp == Completeness(expected=10, present=7, final=7, open_gaps=1)


def test_a_gap_within_a_stored_bar_takes_its_finality_not_its_presence() -> None:
    hole = gap(1, 9, after=at(12 * 60 + 1), before=at(12 * 60 + 5))
    stamp = _stamp(range(20), finals=[n != 12 for n in range(20)], gaps=[hole])
    assert stamp == Completeness(expected=10, present=10, final=9, open_gaps=1)


@pytest.mark.parametrize("state", ["filled", "verified_absent", "expired"])
def test_a_gap_that_is_settled_does_not_count(state: str) -> None:
    hole = gap(1, 9, state=state, after=at(12 * 60), before=at(15 * 60))
    assert _stamp(range(20), gaps=[hole]).open_gaps == 0


def test_a_gap_outside_the_window_does_not_count() -> None:
    hole = gap(1, 9, after=at(60), before=at(2 * 60))
    assert _stamp(range(20), gaps=[hole]).open_gaps == 0


def test_before_the_first_bar_nothing_is_present() -> None:
    assert _stamp(range(16, 20)) == Completeness(expected=10, present=4, final=4, open_gaps=0)
    assert _stamp([]) == Completeness(expected=10, present=0, final=0, open_gaps=0)


def test_final_bars_that_no_gap_reaches_may_be_left_out() -> None:
    hole = gap(1, 9, after=at(12 * 60 + 1), before=at(14 * 60 + 5))
    finals = [n not in (12, 16) for n in range(20)]
    whole = _stamp([*range(14), *range(15, 20)], finals=[*finals[:14], *finals[15:]], gaps=[hole])
    assert whole == Completeness(expected=10, present=9, final=7, open_gaps=1)
    assert _stamp([0, 12, 13, 16], finals=[True, False, True, False], gaps=[hole]) == whole


@pytest.mark.parametrize(
    ("after", "before", "lost"), [(None, 13 * 60, 4), (16 * 60 + 5, None, 4), (None, None, 10)]
)
def test_a_gap_without_an_end_reaches_to_the_end(after: int | None, before: int | None, lost: int) -> None:
    hole = gap(1, 9, after=at(after) if after else None, before=at(before) if before else None)
    assert _stamp([0], gaps=[hole]).present == 10 - lost


def test_later_bars_do_not_matter() -> None:
    assert _stamp(range(30), finals=[True] * 20 + [False] * 10) == _stamp(range(20))


def _stamp(
    minutes: Sequence[int], *, finals: Sequence[bool] | None = None, gaps: Sequence[Gap] = ()
) -> Completeness:
    """Completeness of minutes 10 to 19, of which these are stored."""
    starts = [at(minute * 60) for minute in minutes]
    return completeness(
        starts, finals or [True] * len(starts), as_of=at(19 * 60), bars=10, timeframe="1m", gaps=gaps
    )


@pytest.mark.parametrize("gaps", [[], [gap(1, 9, after=at(12 * 60 - 1), before=at(15 * 60))]])
def test_bare_closes_are_as_whole_as_their_bars(gaps: list[Gap]) -> None:
    minutes, finals = [*range(12), *range(15, 20)], [True] * 15 + [False] * 2
    closes = Closes("BTCUSDT", "1m", [int(at(60 * n).timestamp()) for n in minutes], [1.0] * 17, finals)
    stamp = completeness_of_closes(closes, as_of=at(19 * 60), bars=10, gaps=gaps)
    assert stamp == _stamp(minutes, finals=finals, gaps=gaps)
