"""What the stream shows while trades come: exact, however the store lags behind."""

import pytest

from analytics.bars import bars_from_ticks
from analytics.live_bars import live_bars
from analytics.second_bars import second_bars
from tests.factories import random_ticks, tick, tick_frame
from workers.stream.live import SymbolTape


@pytest.mark.parametrize("timeframe", ["1s", "1m", "5m"])
@pytest.mark.parametrize("stored_up_to", [0, 37, 200, 255])
def test_stored_bars_and_newer_seconds_make_the_bars_of_all_ticks(timeframe: str, stored_up_to: int) -> None:
    ticks = random_ticks(seed=stored_up_to, count=256, ticks_per_second=3.0)
    seconds = second_bars(ticks)
    cut = next((n for n, second in enumerate(seconds) if (second.last_id or 0) > stored_up_to), len(seconds))
    folded = live_bars([], seconds[:cut], timeframe)
    bars = live_bars(folded[-3:], seconds[max(0, cut - 20) :], timeframe)
    expected = bars_from_ticks(tick_frame(ticks), timeframe).tail(2)
    assert [bar.close for bar in bars[-2:]] == expected["close"].tolist()
    assert [bar.trades for bar in bars[-2:]] == expected["trades"].tolist()
    assert [bar.volume for bar in bars[-2:]] == pytest.approx(expected["volume"].tolist(), rel=1e-12)


def test_a_tape_rolls_over_at_the_second() -> None:
    tape = SymbolTape()
    for n, second in enumerate([0.1, 0.9, 1.0, 1.5]):
        tape.add(tick(n + 1, second=second))
    assert [bar.trades for bar in tape.seconds()] == [2, 2]


def test_a_tick_of_an_earlier_second_does_not_disturb_what_is_shown() -> None:
    tape = SymbolTape()
    tape.add(tick(5, price=101.0, second=3.0))
    tape.changed = False
    tape.add(tick(6, price=55.0, second=1.0))
    assert not tape.changed
    assert [bar.low for bar in tape.seconds()] == [101.0]
