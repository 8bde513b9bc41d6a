"""What browsers tell of their delays: believed when plausible, and bounded."""

import math

import pytest

from app.drawn import KEPT, LEAST_SECONDS, MOST_AT_ONCE, WINDOW_SECONDS, DrawnDelays


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_percentiles_are_those_of_all_screens() -> None:
    drawn = DrawnDelays(Clock())
    for place in range(50):
        assert drawn.note(f"browser {place}", [float(2 * place), 2 * place + 1])
    figures = drawn.figures()
    assert figures == {
        "screens": 50,
        "trade_to_drawn_ms_p50": 50.0,
        "trade_to_drawn_ms_p95": 95.0,
        "trade_to_drawn_ms_p99": 99.0,
    }


@pytest.mark.parametrize(
    "report",
    [
        None,
        [],
        "40",
        {"0": 40},
        [True],
        ["40"],
        [math.nan],
        [math.inf],
        [10**400],
        [1.0] * (MOST_AT_ONCE + 1),
    ],
)
def test_what_is_no_plausible_report_counts_nothing(report: object) -> None:
    drawn = DrawnDelays(Clock())
    assert not drawn.note("a", report)
    assert drawn.figures()["trade_to_drawn_ms_p50"] is None


def test_one_browser_cannot_speak_for_all() -> None:
    clock = Clock()
    drawn = DrawnDelays(clock)
    assert drawn.note("a", [10.0])
    assert not drawn.note("a", [90.0])
    clock.now += LEAST_SECONDS
    assert drawn.note("a", [20.0])
    assert drawn.figures()["trade_to_drawn_ms_p99"] == 20.0


def test_a_report_is_forgotten_after_a_minute_and_no_more_than_so_many_are_kept() -> None:
    clock = Clock()
    drawn = DrawnDelays(clock)
    for place in range(KEPT):
        drawn.note(f"browser {place}", [1.0, 2.0])
    assert drawn.figures()["screens"] == KEPT // 2
    clock.now += WINDOW_SECONDS + 1
    assert drawn.figures()["screens"] == 0


def test_a_browser_that_comes_again_counts_at_once() -> None:
    drawn = DrawnDelays(Clock())
    drawn.note("a", [1.0])
    drawn.forget("a")
    assert drawn.note("a", [2.0])
