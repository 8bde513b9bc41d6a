"""The exchange's clock is asked for once, whoever wants to know."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from workers.binance.errors import ExchangeError
from workers.stream.exchange_clock import ExchangeClock

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def said() -> Iterator[datetime]:
    for second in range(100):
        yield NOW + timedelta(seconds=second)


def test_sixty_captures_that_ask_each_second_are_one_request_a_second() -> None:
    seconds, told = [0.0], said()
    clock = ExchangeClock(lambda: next(told), lambda: seconds[0])
    for second in range(10):
        seconds[0] = float(second)
        assert {clock() for _ in range(60)} == {NOW + timedelta(seconds=second)}


def test_after_a_failure_an_old_answer_is_not_given() -> None:
    answers: list[datetime | None] = [NOW, None, NOW + timedelta(seconds=9)]
    seconds = [0.0]

    def ask() -> datetime:
        answer = answers.pop(0)
        if answer is None:
            raise ExchangeError("away")
        return answer

    clock = ExchangeClock(ask, lambda: seconds[0])
    assert clock() == NOW
    seconds[0] = 1.0
    with pytest.raises(ExchangeError):
        clock()
    assert clock() == NOW + timedelta(seconds=9)
