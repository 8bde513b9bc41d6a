"""The overseer asks elsewhere: after the exchange's clock, and after trades that a stream does not bring."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from analytics.quality.holes import IdLedger
from tests.factories import tick
from workers.binance.errors import ExchangeError
from workers.stream import overseer as module
from workers.stream import sequence
from workers.stream.overseer import Overseer
from workers.stream.sequence import AHEAD, CLOCK_LASTS_SECONDS, Sequencer
from workers.stream.watchdog import STREAM_SILENCE_SECONDS, Watchdog

NOW = datetime(2026, 11, 29, tzinfo=UTC)
BTC = "BTCUSDT"


class Line:
    """A connection as the overseer sees it."""

    is_connected = True
    connects = 1

    def __init__(self) -> None:
        self.handed_over: list[str] = []

    def hand_over(self, why: str) -> None:
        """A new one is wanted."""
        self.handed_over.append(why)


class World:
    """An overseer whose exchange says what it is told."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.line, self.dog = Line(), Watchdog()
        self.sequencer = Sequencer(clock=lambda: self.seconds)
        self.saved: list[datetime] = []
        self.newest = 100  # id of the newest trade that REST knows
        self.answer: datetime | ExchangeError = NOW
        self.without_redis = False
        self.while_asked: Callable[[], None] = lambda: None
        self.overseer = Overseer(
            self.line,  # type: ignore[arg-type] # has what is asked of it
            self.sequencer,
            self.dog,
            exchange_time=self._exchange_time,
            save_clock=self.saved.append,
            follow_watchlist=self._follow_watchlist,
            sample=lambda: None,
        )

    def _follow_watchlist(self) -> None:
        if self.without_redis:
            raise RedisConnectionError

    def _exchange_time(self) -> datetime:
        self.while_asked()
        if isinstance(self.answer, ExchangeError):
            raise self.answer
        return self.answer

    def takes(self, traded_at: datetime, id: int = 7) -> bool:
        """Whether a trade of that time is stored."""
        event = {"e": "aggTrade", "s": BTC, "a": id, "p": "1", "q": "1", "f": 1, "l": 1, "m": False}
        event["T"] = round(traded_at.timestamp() * 1000)
        raw = json.dumps({"stream": "btcusdt@aggTrade", "data": event}).encode()
        return bool(self.sequencer.sorted_out([(0, raw)]).ticks)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(sequence, "stored_ledger", lambda symbol: IdLedger(symbol, None, None, []))
    monkeypatch.setattr(module, "load_newest_trade", lambda symbol: tick(made.newest))
    made.sequencer.add(BTC)
    made.dog.connected([BTC], 1_000.0)
    return made


def test_the_guard_against_trades_of_the_future_holds_while_the_clock_is_asked(world: World) -> None:
    world.overseer._sample_clock(0.0)
    taken: list[bool] = []
    world.while_asked = lambda: taken.append(world.takes(NOW + timedelta(hours=1)))
    world.overseer._sample_clock(0.0)
    assert taken == [False]
    assert world.takes(NOW + AHEAD)
    assert world.saved == [NOW, NOW]


def test_without_an_answer_nothing_is_judged_by_an_old_clock(world: World) -> None:
    world.overseer._sample_clock(0.0)
    world.answer = ExchangeError("away")
    with pytest.raises(ExchangeError):
        world.overseer._sample_clock(0.0)
    assert world.takes(NOW + timedelta(hours=1))


def test_an_old_word_judges_nothing_when_nobody_comes_to_ask_again(world: World) -> None:
    world.overseer._sample_clock(0.0)
    world.seconds = CLOCK_LASTS_SECONDS - 1
    assert not world.takes(NOW + timedelta(hours=1))
    world.seconds = CLOCK_LASTS_SECONDS
    assert world.takes(NOW + timedelta(hours=1))


def test_a_server_that_is_away_holds_up_nothing_else(world: World) -> None:
    world.without_redis = True
    world.overseer._look(1_000.0)
    world.overseer._look(1_003.0)
    assert world.saved == [NOW, NOW]
    assert world.sequencer.has_heard


def test_without_a_connection_the_clock_is_not_asked_for(world: World) -> None:
    world.line.is_connected = False
    world.overseer._sample_clock(0.0)
    assert world.saved == []


def test_what_was_traded_before_the_first_message_is_asked_for_and_waits_to_be_taken_in(world: World) -> None:
    world.overseer._look_for_missed(1_000.0)
    world.overseer._look_for_missed(1_003.0)
    assert world.sequencer.has_heard
    [heard] = world.sequencer.sorted_out([]).ticks
    assert heard.id == 100
    assert not world.sequencer.has_heard


def test_a_stream_that_is_silent_from_the_start_is_found_by_what_rest_knows(world: World) -> None:
    later = 1_000.0 + STREAM_SILENCE_SECONDS + 1
    world.sequencer.hear(tick(100))
    world.sequencer.sorted_out([])

    def looks(now: float) -> None:
        world.dog.heard(now)  # pings come
        world.overseer._act_on_silence(now)

    looks(later)
    assert world.line.handed_over == []  # nothing has traded since
    world.newest = 101
    looks(later + 59)
    assert world.line.handed_over == []  # it was looked into a minute ago
    looks(later + 61)
    assert world.line.handed_over == [f"{BTC} trades, but its stream is silent"]


def test_a_connection_that_brings_nothing_is_dropped(world: World) -> None:
    dropped: list[str] = []
    world.line.drop = dropped.append  # type: ignore[attr-defined] # of this test alone
    world.overseer._act_on_silence(2_000.0)
    assert dropped == ["nothing came for too long"]
    world.overseer._act_on_silence(2_001.0)
    assert len(dropped) == 1  # the next one gets its time
