"""How far back a window of closes is known."""

from collections.abc import Sequence

from analytics.quality.coverage import begins_of, known_closes, without_holes
from analytics.quality.spans import Span
from analytics.records.closes import Closes
from tests.factories import at

DAY: list[Span] = [(at(0), at(86_400))]


def test_a_hole_cuts_and_one_without_length_does_not() -> None:
    assert without_holes(DAY, [(at(60), at(90))]) == [(at(0), at(60)), (at(90), at(86_400))]
    assert without_holes(DAY, [(at(60), at(60))]) == DAY
    assert without_holes(DAY, [(at(0), at(86_400))]) == [(at(0), at(0)), (at(86_400), at(86_400))]


def test_bars_that_follow_each_other_need_nothing_else() -> None:
    assert _known(range(20), []) == (_minutes(range(10, 20)), [float(k) for k in range(10, 20)])


def test_what_lies_behind_a_stretch_nobody_knows_is_left_out() -> None:
    """The bars of a file of long ago, and those of a capture."""
    assert _known([0, 1, 2, 15, 16, 17, 18, 19], [])[0] == _minutes(range(15, 20))
    assert _known([0, 1, 2, 15, 16, 19], [(at(14 * 60), at(20 * 60))])[0] == _minutes([15, 16, 19])


def test_a_quiet_bar_that_is_covered_stands_at_the_close_before_it() -> None:
    assert _known([3, 17], DAY) == (_minutes([10, 17, 19]), [3.0, 17.0, 17.0])
    assert _known([3], DAY) == (_minutes([10, 19]), [3.0, 3.0])


def test_a_bar_that_is_covered_in_part_is_not_known() -> None:
    assert _known([0, 19], [(at(12 * 60 + 1), at(20 * 60))])[0] == _minutes([19])
    assert _known([12, 19], [(at(12 * 60 + 1), at(20 * 60))])[0] == _minutes([12, 19])


def test_without_a_close_before_it_a_series_begins_with_its_first_one() -> None:
    assert _known([13, 19], DAY)[0] == _minutes([13, 19])


def test_a_newest_bar_that_nobody_knows_leaves_nothing() -> None:
    assert _known(range(19), [(at(0), at(19 * 60 + 30))]) == ([], [])
    assert _known([], DAY) == ([], [])


def test_a_bar_that_was_carried_on_is_final() -> None:
    closes = Closes("BTCUSDT", "1m", _minutes([3, 17]), [3.0, 17.0], [False, False])
    assert known_closes(closes, DAY, newest=at(19 * 60), bars=10).finals == (True, False, True)


def _known(minutes: Sequence[int], covered: Sequence[Span]) -> tuple[list[int], list[float]]:
    """Starts and closes of the ten minutes that end with the twentieth."""
    closes = Closes("BTCUSDT", "1m", _minutes(minutes), [float(k) for k in minutes], [True] * len(minutes))
    found = known_closes(closes, covered, newest=at(19 * 60), bars=10)
    return list(found.starts), list(found.closes)


def _minutes(places: Sequence[int]) -> list[int]:
    return [int(at(60 * place).timestamp()) for place in places]


def test_a_series_begins_behind_time_that_is_not_covered_and_nowhere_else() -> None:
    """Minutes 0, 1, 3, 6: nothing was traded in 2; nobody knows of 5."""
    starts = [int(at(60 * minute).timestamp()) for minute in (0, 1, 3, 6)]
    covered: list[Span] = [(at(60), at(300)), (at(360), at(600))]
    assert begins_of(starts, covered, "1m") == [starts[0], starts[3]]
    assert begins_of(starts, [(at(0), at(600))], "1m") == [starts[0]]
    assert begins_of(starts, [], "1m") == [starts[0], *starts[2:]]
    assert begins_of([], covered, "1m") == []
