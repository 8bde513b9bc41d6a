"""What is kept of messages that cannot be read, when all of them cannot."""

from workers.stream.quarantine_bound import KEPT_AT_ONCE, KEPT_PER_SECOND, QuarantineBound


def kept(bound: QuarantineBound, reasons: list[str], *, begin: float, per_second: float) -> int:
    """How many of messages in a row are kept."""
    return sum(bound.has_room(reason, begin + n / per_second) for n, reason in enumerate(reasons))


def test_a_few_are_all_kept() -> None:
    reasons = [f"p: expected a positive number, got {n}" for n in range(KEPT_AT_ONCE)]
    assert kept(QuarantineBound(), reasons, begin=0.0, per_second=1e9) == KEPT_AT_ONCE


def test_of_a_week_in_which_nothing_can_be_read_so_many_are_kept_as_seconds_passed() -> None:
    hour = [f"p: expected a positive number, got {n}" for n in range(3_600 * 50)]
    found = kept(QuarantineBound(), hour, begin=1e9, per_second=50.0)
    assert KEPT_AT_ONCE + 3_590 * KEPT_PER_SECOND <= found <= KEPT_AT_ONCE + 3_600 * KEPT_PER_SECOND


def test_a_flood_of_one_reason_leaves_room_for_another() -> None:
    bound = QuarantineBound()
    kept(bound, ["p: got 'NaN'"] * 5_000, begin=0.0, per_second=1e9)
    assert not bound.has_room("p: got 'nil'", 0.0)
    assert bound.has_room("q: got 'NaN'", 0.0)


def test_an_hour_of_peace_fills_the_room_and_no_more() -> None:
    bound = QuarantineBound()
    kept(bound, ["e: got 'x'"] * 5_000, begin=0.0, per_second=1e9)
    assert kept(bound, ["e: got 'x'"] * 5_000, begin=1e6, per_second=1e9) == KEPT_AT_ONCE


def test_a_clock_that_is_set_back_gives_no_room() -> None:
    bound = QuarantineBound()
    kept(bound, ["e: got 'x'"] * 5_000, begin=7_200.0, per_second=1e9)
    assert not bound.has_room("e: got 'x'", 3_600.0)
    assert bound.has_room("e: got 'x'", 3_601.5)
