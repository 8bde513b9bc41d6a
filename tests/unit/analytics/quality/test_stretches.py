"""Stretches of imported ids: joined, they say the same in any order."""

from itertools import permutations

from analytics.quality.stretches import joined, stretch_of, touches, with_stretch
from analytics.records.imports import Stretch
from tests.factories import at


def stretch(first: int, last: int) -> Stretch:
    """One trade a second, the first at the second of its id; whole but for both edges."""
    return Stretch("BTCUSDT", first, last, at(first + 1), at(last), last)


def test_they_touch_where_nothing_lies_between() -> None:
    assert touches(stretch(1, 5), stretch(6, 9))
    assert touches(stretch(6, 9), stretch(1, 5))
    assert not touches(stretch(1, 5), stretch(7, 9))


def test_what_lay_at_the_joint_is_whole() -> None:
    assert joined(stretch(6, 9), stretch(1, 5)) == stretch(1, 9)


def test_one_inside_another_changes_nothing() -> None:
    assert joined(stretch(1, 9), stretch(3, 5)) == joined(stretch(3, 5), stretch(1, 9)) == stretch(1, 9)


def test_pieces_in_any_order_become_one() -> None:
    pieces = [stretch(1, 3), stretch(4, 4), stretch(5, 20), stretch(18, 30)]
    for order in permutations(pieces):
        known: list[Stretch] = []
        for piece in order:
            new, replaced = with_stretch(known, piece)
            known = [*(one for one in known if one not in replaced), new]
        assert known == [stretch(1, 30)]


def test_a_stretch_is_found_by_an_id_in_it() -> None:
    both = [stretch(1, 3), stretch(7, 9)]
    assert stretch_of(both, 8) == both[1]
    assert stretch_of(both, 5) is None
