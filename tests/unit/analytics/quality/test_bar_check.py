"""Our bars against the exchange's own candles."""

import dataclasses
from collections.abc import Sequence

import pytest

from analytics.quality.bar_check import bar_check
from analytics.records.market import Bar
from analytics.records.quality import BarCheck, BarDifference
from tests.factories import at, bar

SINCE, UNTIL = at(0), at(600)


def _ours(count: int = 10) -> list[Bar]:
    return [bar(at(60 * minute), close=100.0 + minute, volume=3.0, trades=7) for minute in range(count)]


def _theirs(ours: Sequence[Bar]) -> list[Bar]:
    return [dataclasses.replace(each, source="exchange", is_final=False) for each in ours]


def _check(ours: Sequence[Bar], theirs: Sequence[Bar]) -> BarCheck:
    return bar_check(ours, theirs, timeframe="1m", since=SINCE, until=UNTIL)


def test_equal_bars_do_not_differ() -> None:
    found = _check(_ours(), _theirs(_ours()))
    assert (found.compared, found.differing, found.worst) == (10, 0, None)


@pytest.mark.parametrize(
    ("field", "ours", "theirs"),
    [("open", 99.0, 98.0), ("high", 120.0, 120.01), ("low", 90.0, 90.5), ("close", 100.0, 101.0),
     ("trades", 7, 8), ("volume", 3.0, 3.0 * (1 + 1e-8))],
)  # fmt: skip
def test_every_field_is_compared(field: str, ours: float, theirs: float) -> None:
    mine, other = bar(at(0), close=100.0, volume=3.0, trades=7), bar(at(0), close=100.0, volume=3.0, trades=7)
    mine = dataclasses.replace(mine, **{field: ours})  # type: ignore[arg-type]  # a field of numbers
    other = dataclasses.replace(other, **{field: theirs})  # type: ignore[arg-type]  # likewise
    found = _check([mine], [other])
    assert (found.compared, found.differing) == (1, 1)
    assert found.worst == BarDifference(at(0), field, ours, theirs)


def test_sums_of_floats_may_differ_in_their_last_digits() -> None:
    theirs = [dataclasses.replace(each, volume=each.volume * (1 + 1e-12)) for each in _theirs(_ours())]
    assert _check(_ours(), theirs).differing == 0


def test_the_worst_of_several_is_told() -> None:
    theirs = _theirs(_ours())
    theirs[2] = dataclasses.replace(theirs[2], close=theirs[2].close * 1.001)
    theirs[5] = dataclasses.replace(theirs[5], high=theirs[5].high * 1.5)
    found = _check(_ours(), theirs)
    assert found.differing == 2
    assert found.worst is not None
    assert (found.worst.start, found.worst.field) == (at(300), "high")


def test_a_bar_that_one_side_alone_has_is_the_worst() -> None:
    theirs = _theirs(_ours())
    without_fourth = [each for each in _ours() if each.start != at(180)]
    assert _check(without_fourth, theirs).worst == BarDifference(at(180), "bar", None, 103.0)
    found = _check(_ours(), [each for each in theirs if each.start != at(180)])
    assert (found.compared, found.differing) == (10, 1)
    assert found.worst == BarDifference(at(180), "bar", 103.0, None)


@pytest.mark.parametrize("change", [{"is_final": False}, {"source": "exchange"}])
def test_a_bar_that_is_not_ours_or_not_final_is_not_judged(change: dict[str, object]) -> None:
    ours = _ours()
    ours[3] = dataclasses.replace(ours[3], close=1.0, **change)  # type: ignore[arg-type]  # fields of a bar
    found = _check(ours, _theirs(_ours()))
    assert (found.compared, found.differing) == (9, 0)


def test_nothing_to_compare_is_no_difference() -> None:
    found = _check([], [])
    assert (found.compared, found.differing, found.worst) == (0, 0, None)
