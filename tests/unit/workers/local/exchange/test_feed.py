"""A feed hands out every order once, when it leaves the exchange."""

from pathlib import Path

from tests.unit.workers.local.exchange.captured import FIRST_MS, raw_capture, trade_event
from workers.local.exchange.feed import OrderFeed
from workers.local.exchange.market.tapes import synthetic_tapes
from workers.local.exchange.recordings.load import load_tapes

NOW = 1_790_000_000_000_000


def test_every_order_comes_once_in_its_order_over_block_borders() -> None:
    tape = synthetic_tapes(3, 3000.0, "spot", 0.0)["BTCUSDT"]
    feed, ids = OrderFeed(tape, NOW), []
    for step in range(1, 400):
        now = NOW + step * 60_000
        for block, low, high in feed.due(now):
            ids += block.ids[low:high].tolist()
            assert int(block.times[high - 1]) <= now
    assert len(ids) > 5000
    assert ids == list(range(ids[0], ids[-1] + 1))
    first = tape.block(tape.number_of_order(ids[0]))
    assert first.times[first.ids == ids[0]][0] > NOW


def test_recorded_orders_leave_at_their_sending_time(tmp_path: Path) -> None:
    events = [trade_event(number, later_ms=number * 10) for number in range(3)]
    tape = load_tapes([raw_capture(tmp_path / "capture", events)], "spot")["BTCUSDT"]
    feed = OrderFeed(tape, FIRST_MS * 1000 - 1)
    assert list(feed.due(FIRST_MS * 1000)) == []  # executed, and sent a millisecond later
    assert [rows[1:] for rows in feed.due((FIRST_MS + 1) * 1000)] == [(0, 1)]
    assert [rows[1:] for rows in feed.due((FIRST_MS + 500) * 1000)] == [(1, 3)]
    assert list(feed.due((FIRST_MS + 10_000) * 1000)) == []
