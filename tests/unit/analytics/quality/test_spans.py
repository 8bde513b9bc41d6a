"""Where holes reach over, and what changed about that."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.quality.spans import Span, changed_spans, joined_spans, spans
from analytics.records.market import Gap
from tests.factories import at


def gap(first: int, after: float, before: float) -> Gap:
    return Gap("BTCUSDT", first, first, "open", at(0), at(after), at(before))


def changed(before: list[Gap], now: list[Gap]) -> list[Span]:
    return changed_spans(spans(before), spans(now))


def test_overlapping_holes_are_one_stretch() -> None:
    assert spans([gap(1, 0, 5), gap(2, 4, 9), gap(3, 20, 21)]) == [(at(0), at(9)), (at(20), at(21))]


def test_spans_that_touch_are_one_and_what_ends_before_it_begins_is_none() -> None:
    assert joined_spans([(at(5), at(9)), (at(0), at(5)), (at(20), at(10))]) == [(at(0), at(9))]


def test_a_hole_whose_moments_step_back_reaches_over_both() -> None:
    assert spans([gap(1, 7.2, 7.1)]) == [(at(7.1), at(7.2))]


def test_a_hole_without_bounds_is_left_out() -> None:
    assert spans([Gap("BTCUSDT", 1, 2, "open", at(0), None, at(3))]) == []


def test_a_hole_that_shrinks_changes_only_what_it_left() -> None:
    assert changed([gap(1, 0, 100)], [gap(50, 40, 100)]) == [(at(0), at(40))]


def test_nothing_changes_when_only_the_rows_do() -> None:
    assert changed([gap(1, 0, 100)], [gap(1, 0, 60), gap(2, 60, 100)]) == []


def test_a_hole_within_one_moment_comes_and_goes() -> None:
    assert changed([], [gap(1, 7, 7)]) == [(at(7), at(7))]
    assert changed([gap(1, 7, 7), gap(2, 9, 9)], [gap(2, 9, 9)]) == [(at(7), at(7))]


bounds = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted)
holes = st.lists(bounds, max_size=6).map(lambda pairs: [gap(n, a, b) for n, (a, b) in enumerate(pairs)])


@given(holes, holes)
def test_every_moment_whose_cover_changed_lies_in_a_changed_stretch(
    before: list[Gap], now: list[Gap]
) -> None:
    def covered(gaps: list[Gap], second: float) -> bool:
        return any(g.after <= at(second) <= g.before for g in gaps if g.after and g.before)

    stretches = changed(before, now)
    for half in range(61):
        if covered(before, half / 2) != covered(now, half / 2):
            assert any(start <= at(half / 2) <= end for start, end in stretches)
