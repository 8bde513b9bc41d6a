"""How often luck finds something."""

from analytics.records.selftest import FalsePositives
from analytics.selftest.false_positives import false_positives


def test_independent_walks_are_found_as_often_as_the_level_says() -> None:
    told: list[int] = []
    found = false_positives(300, 700, seed=4, tell=told.append)
    assert told == list(range(1, 301))
    assert 0.02 <= found.share <= 0.09  # three standard errors at 300 pairs
    assert found.found == round(found.share * 300)


def test_the_same_seed_gives_the_same_walks() -> None:
    assert false_positives(60, 300, seed=9) == false_positives(60, 300, seed=9)
    one, more = false_positives(40, 300, seed=9), false_positives(60, 300, seed=9)
    assert one.found <= more.found <= one.found + 20


def test_a_share_outside_of_what_is_allowed_gets_a_cross() -> None:
    def share(found: int) -> bool:
        return FalsePositives(1_000, 1_440, 1, 0.05, found, 0.035, 0.065).passed

    assert [share(found) for found in (34, 35, 50, 65, 66)] == [False, True, True, True, False]
