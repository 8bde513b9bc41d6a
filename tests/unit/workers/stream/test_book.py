"""The newest quote of each symbol and second, however many come."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from workers.stream.book import SECONDS_WAITING, BookKeeper

BEGIN = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
BEGIN_NS = int(BEGIN.timestamp()) * 1_000_000_000
LATER = BEGIN + timedelta(minutes=1)


@pytest.fixture
def keeper() -> BookKeeper:
    keeper = BookKeeper()
    keeper.watch(["BTCUSDT", "ETHUSDT"])
    return keeper


def quote(
    update: int, bid: float, ask: float, *, symbol: str = "BTCUSDT", stream: str = "", **more: object
) -> bytes:
    event = {"u": update, "s": symbol, "b": str(bid), "B": "1", "a": str(ask), "A": "2"} | more
    return orjson.dumps({"stream": (stream or symbol.lower()) + "@bookTicker", "data": event})


def take(keeper: BookKeeper, second: float, raw: bytes) -> None:
    assert keeper.take(BEGIN_NS + int(second * 1e9), raw)


def test_the_newest_quote_of_a_second_is_kept_and_the_others_counted(keeper: BookKeeper) -> None:
    for step in range(5):
        take(keeper, 0.1 * step, quote(step, 100 + step, 110))
    take(keeper, 1.2, quote(9, 105, 106))
    assert {symbol: top.bid for symbol, top in keeper.look().items()} == {"BTCUSDT": 105.0}
    first, second = keeper.finished(LATER)
    assert (first.second, first.top.bid, first.updates) == (BEGIN, 104.0, 5)
    assert (second.second, second.top.spread, second.updates) == (BEGIN + timedelta(seconds=1), 1.0, 1)


def test_looks_within_a_second_add_up(keeper: BookKeeper) -> None:
    for update in range(6):
        take(keeper, 0.1 * update, quote(update, 100 + update, 110))
        keeper.look()
    [row] = keeper.finished(LATER)
    assert (row.top.bid, row.updates) == (105.0, 6)


def test_a_second_is_handed_out_once_and_when_it_is_over(keeper: BookKeeper) -> None:
    take(keeper, 0.5, quote(1, 100, 101))
    keeper.look()
    assert keeper.finished(BEGIN + timedelta(seconds=1)) == []
    assert len(keeper.finished(BEGIN + timedelta(seconds=2))) == 1
    assert keeper.finished(LATER) == []


def test_futures_are_cut_on_the_exchanges_time(keeper: BookKeeper) -> None:
    moment = int((BEGIN - timedelta(seconds=3)).timestamp() * 1000) + 250
    take(keeper, 0.0, quote(1, 100, 101, T=moment))
    keeper.look()
    [row] = keeper.finished(LATER)
    assert row.second == BEGIN - timedelta(seconds=3)


def test_a_quote_that_shows_no_market_is_counted_and_the_one_before_it_stays(keeper: BookKeeper) -> None:
    take(keeper, 0.1, quote(1, 100, 101))
    keeper.look()
    for update, bid, ask in ((2, 102, 101), (3, 0, 101)):
        take(keeper, 0.2, quote(update, bid, ask))
        assert keeper.look() == {}
    [row] = keeper.finished(LATER)
    assert row.top.bid == 100.0
    assert (keeper.counts.crossed, keeper.counts.zero) == (1, 1)


def test_an_older_quote_of_an_overlapping_connection_changes_nothing(keeper: BookKeeper) -> None:
    take(keeper, 0.1, quote(7, 100, 101))
    keeper.look()
    take(keeper, 0.2, quote(6, 90, 91))
    assert keeper.look() == {}
    assert keeper.counts.repeats == 1
    keeper.begin_anew()
    take(keeper, 0.3, quote(2, 95, 96))
    assert keeper.look()["BTCUSDT"].bid == 95.0


def test_what_was_not_asked_for_or_lies_about_its_symbol_is_not_kept(keeper: BookKeeper) -> None:
    take(keeper, 0.1, quote(1, 100, 101, symbol="DOGEUSDT"))
    take(keeper, 0.1, quote(1, 100, 101, symbol="DOGEUSDT", stream="btcusdt"))
    take(keeper, 0.1, b'{"result":null,"id":1}')
    take(keeper, 0.1, b'{"code":2,"msg":"Invalid request","id":1}')
    take(keeper, 0.1, b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}')
    assert keeper.look() == {}
    assert (keeper.counts.malformed, keeper.counts.refused) == (1, 1)
    assert keeper.shutdown_announced


def test_a_flood_takes_no_more_memory_than_its_symbols(keeper: BookKeeper) -> None:
    raws = [quote(update, 100 + update / 1e6, 200) for update in range(1_000)]
    take(keeper, 0.0, raws[0])
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(100_000):
        keeper.take(BEGIN_NS + number * 20_000, raws[number % 1_000])
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000
    keeper.look()
    assert keeper.counts.updates == 100_001


def test_while_trades_come_first_quotes_are_dropped(keeper: BookKeeper) -> None:
    keeper.is_closed = True
    take(keeper, 0.1, quote(1, 100, 101))
    assert keeper.look() == {}
    assert (keeper.counts.dropped, keeper.counts.updates) == (1, 0)


def test_what_the_store_does_not_take_waits_and_the_oldest_go_first(keeper: BookKeeper) -> None:
    take(keeper, 0.1, quote(1, 100, 101))
    keeper.look()
    keeper.finish()
    [row] = keeper.finished(LATER)
    keeper.put_back([row] * (SECONDS_WAITING + 5))
    assert keeper.counts.lost == 5
    take(keeper, 3.0, quote(2, 100, 101))
    keeper.look()
    keeper.finish()
    assert keeper.counts.lost == 6
    assert len(keeper.finished(LATER)) == SECONDS_WAITING


def test_a_symbol_that_is_left_has_its_last_second_kept(keeper: BookKeeper) -> None:
    take(keeper, 0.1, quote(1, 100, 101))
    keeper.look()
    keeper.watch(["ETHUSDT"])
    assert len(keeper.finished(BEGIN)) == 1
    take(keeper, 0.2, quote(2, 100, 101))
    assert keeper.look() == {}
