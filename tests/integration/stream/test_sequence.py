"""Messages -> batches -> store: holes on record whatever crashes, nothing malformed lost."""

import json
import math
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from analytics.quality.holes import missing
from analytics.records.market import Tick
from tests.factories import tick
from workers.coordination.shards import Shard
from workers.settings import Settings
from workers.store.fences import take_fence
from workers.store.gaps import load_gaps, load_unresolved_gaps
from workers.store.indexes import ensure_indexes
from workers.store.market_clock import (
    load_market_clock,
    load_shard_clocks,
    save_market_clock,
    save_shard_clock,
)
from workers.store.quarantine import load_quarantined
from workers.store.rebuilds import load_rebuilds
from workers.store.ticks import SavedTicks, load_ticks, save_ticks
from workers.stream import writer as writer_module
from workers.stream.capture import Capture
from workers.stream.quarantine_bound import KEPT_AT_ONCE
from workers.stream.sequence import AHEAD, Sequencer
from workers.stream.writer import BATCHES_JOINED, TickWriter

RECEIVED_NS = 1_750_000_000_000_000_000
BAD = [
    b"{",
    b"null",
    b"\xff",
    b'{"e":"trade","s":"BTCUSDT"}',
    b'{"e":"trade","s":"NOSUCH","t":1}',
    b"[" * 10_000,
]


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    ensure_indexes()


def trade(id: int, symbol: str = "BTCUSDT", price: str = "100.5", hours: int = 0) -> bytes:
    event = {
        "e": "trade",
        "E": 0,
        "s": symbol,
        "t": id,
        "p": price,
        "q": "1",
        "T": 1_723_161_255_000 + hours * 3_600_000 + id,
        "m": True,
    }
    return json.dumps({"stream": f"{symbol.lower()}@trade", "data": event}).encode()


def sequencer_of(symbols: list[str]) -> Sequencer:
    """A sequencer as a starting process makes it."""
    sequencer = Sequencer()
    for symbol in symbols:
        sequencer.add(symbol)
    return sequencer


def capture(sequencer: Sequencer, *rounds: Sequence[bytes]) -> None:
    """Sort out and write some rounds of messages, as the stream's threads do."""
    writer = TickWriter()
    writer.start(take_fence("0of1", "tests"))
    for messages in rounds:
        batch = sequencer.sorted_out([(RECEIVED_NS, raw) for raw in messages])
        if batch:
            assert writer.offer(batch)
    assert writer.stop(flush_seconds=10)


def ids(symbol: str = "BTCUSDT") -> list[int]:
    return [tick.id for tick in load_ticks(symbol, after_id=-1)]


def test_what_is_stored_more_than_a_second_after_it_came_is_counted() -> None:
    sequencer, now = sequencer_of(["BTCUSDT"]), time.time_ns()
    received = [now - 5_000_000_000, now - 3_000_000_000, now]
    batch = sequencer.sorted_out([(at, trade(id)) for id, at in enumerate(received, 1)])
    writer = TickWriter()
    writer.start(take_fence("0of1", "tests"))
    assert writer.offer(batch)
    assert writer.stop(flush_seconds=10)
    assert (writer.stored, writer.stored_late) == (3, 2)


def test_a_jump_opens_a_gap_and_the_ticks_behind_it_are_stored() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(1), trade(2)], [trade(6), trade(7)])
    assert ids() == [1, 2, 6, 7]
    assert [(g.first_id, g.last_id, g.state) for g in load_gaps("BTCUSDT")] == [(3, 5, "open")]


def test_late_ticks_fill_their_gap_and_have_their_second_rebuilt() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(1), trade(4)], [trade(2)], [trade(3)])
    assert ids() == [1, 2, 3, 4]
    assert load_unresolved_gaps("BTCUSDT") == []
    assert [g.state for g in load_gaps("BTCUSDT")] == ["filled"]
    assert len(load_rebuilds("BTCUSDT")) == 1


def test_disorder_within_one_round_leaves_no_gap() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(1), trade(3), trade(2), trade(4)])
    assert ids() == [1, 2, 3, 4]
    assert load_gaps("BTCUSDT") == []


def test_repeats_are_counted_and_stored_once() -> None:
    sequencer = sequencer_of(["BTCUSDT"])
    capture(sequencer, [trade(1), trade(1), trade(2)], [trade(2), trade(1)])
    assert ids() == [1, 2]
    assert (sequencer.counts.ticks, sequencer.counts.repeats) == (2, 3)


def test_ids_that_begin_anew_are_said_and_not_taken_for_repeats(caplog: pytest.LogCaptureFixture) -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(5_001), trade(5_002)])
    sequencer = sequencer_of(["BTCUSDT"])
    capture(sequencer, [trade(id, hours=1) for id in range(1, 4)], [trade(5_002)])
    assert (sequencer.counts.malformed, sequencer.counts.repeats) == (3, 1)
    assert ids() == [5_001, 5_002]
    assert load_gaps("BTCUSDT") == []
    assert sorted(row.reason.partition(" of ")[0] for row in load_quarantined()) == [
        "id: 1",
        "id: 2",
        "id: 3",
    ]
    assert [record.levelname for record in caplog.records if "begun anew" in record.message] == ["ERROR"]


def test_of_a_stream_that_cannot_be_read_a_part_is_kept_and_the_rest_counted() -> None:
    sequencer, strange = sequencer_of(["BTCUSDT"]), [trade(id, price=f"{id},5") for id in range(3_000)]
    capture(sequencer, strange[:1_500], [trade(1), b"{", *strange[1_500:], trade(2)])
    kept = Counter(row.reason.partition(":")[0] for row in load_quarantined(limit=5_000))
    assert kept == {"p": KEPT_AT_ONCE, "not JSON": 1}
    assert (sequencer.counts.malformed, sequencer.counts.unkept) == (3_001, 3_000 - KEPT_AT_ONCE)
    assert ids() == [1, 2]


def test_malformed_messages_are_kept_with_a_reason_and_no_good_one_is_lost() -> None:
    messages = [piece for n, bad in enumerate(BAD) for piece in (trade(2 * n), bad, trade(2 * n + 1))]
    sequencer = sequencer_of(["BTCUSDT"])
    capture(sequencer, messages)
    assert ids() == list(range(2 * len(BAD)))
    kept = load_quarantined()
    assert sorted(row.raw for row in kept) == sorted(bad[:4096] for bad in BAD)
    assert all(row.reason for row in kept)
    assert sequencer.counts.malformed == len(BAD)


def test_after_a_restart_the_hole_since_the_last_stored_id_is_a_gap() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(1), trade(2)])
    capture(sequencer_of(["BTCUSDT"]), [trade(9)])
    assert [(g.first_id, g.last_id) for g in load_unresolved_gaps("BTCUSDT")] == [(3, 8)]


def test_after_a_restart_a_repeated_capture_changes_nothing() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(n) for n in (1, 2, 5)])
    before = load_ticks("BTCUSDT", after_id=-1)
    capture(sequencer_of(["BTCUSDT"]), [trade(n) for n in (1, 2, 5)])
    assert load_ticks("BTCUSDT", after_id=-1) == before
    assert [(g.first_id, g.last_id) for g in load_unresolved_gaps("BTCUSDT")] == [(3, 4)]


def test_after_a_restart_a_known_gap_can_still_be_filled() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(n) for n in (1, 4)])
    capture(sequencer_of(["BTCUSDT"]), [trade(3), trade(2)])
    assert ids() == [1, 2, 3, 4]
    assert load_unresolved_gaps("BTCUSDT") == []


def test_the_first_tick_of_a_symbol_opens_no_gap() -> None:
    capture(sequencer_of(["BTCUSDT", "ETHUSDT"]), [trade(1_000), trade(2_000, "ETHUSDT")])
    assert load_unresolved_gaps() == []


def test_the_market_clock_follows_the_trades_but_not_far_ahead_of_what_the_exchange_said() -> None:
    newest = datetime.fromtimestamp(1_723_161_255.006, UTC)
    capture(sequencer_of(["BTCUSDT"]), [trade(4)])
    assert load_market_clock() is None  # the exchange has said nothing
    save_market_clock(newest - AHEAD - timedelta(milliseconds=1))
    capture(sequencer_of(["BTCUSDT"]), [trade(5), trade(6)])
    assert load_market_clock() == newest - AHEAD - timedelta(milliseconds=1)
    save_market_clock(newest + timedelta(milliseconds=1) - AHEAD)
    capture(sequencer_of(["BTCUSDT"]), [trade(7)])
    assert load_market_clock() == newest + timedelta(milliseconds=1)


def test_the_clock_of_a_shard_follows_its_own_trades_alone() -> None:
    said = datetime.fromtimestamp(1_723_161_255, UTC)
    save_shard_clock("0of1", ["BTCUSDT"], said)
    save_shard_clock("1of2", ["ETHUSDT"], said)
    capture(sequencer_of(["BTCUSDT"]), [trade(6)])
    assert load_shard_clocks() == {"BTCUSDT": said + timedelta(milliseconds=6), "ETHUSDT": said}


def test_a_capture_tells_until_when_its_symbols_were_heard() -> None:
    moment, former = datetime(2024, 8, 9, tzinfo=UTC), Capture(shard=Shard(0, 2))
    former._subscriptions.expect(["BTCUSDT", "ETHUSDT"])
    former._save_clock(moment)
    assert load_shard_clocks() == {"BTCUSDT": moment, "ETHUSDT": moment}
    assert load_market_clock() == moment


def test_a_crash_before_the_gap_row_was_written_does_not_hide_the_hole() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(1), trade(2)])
    save_ticks([tick(5), tick(6)])  # stored, then the process died
    capture(sequencer_of(["BTCUSDT"]), [trade(9)])
    assert missing_ids() == [3, 4, 7, 8]


def test_a_crash_after_a_late_tick_does_not_keep_its_hole_open() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(1), trade(5)])
    save_ticks([tick(3)])  # stored, then the process died
    capture(sequencer_of(["BTCUSDT"]), [trade(6)])
    assert missing_ids() == [2, 4]


def test_a_crash_in_the_middle_of_a_batch_leaves_exactly_what_is_missing_on_record() -> None:
    capture(sequencer_of(["BTCUSDT"]), [trade(1)])
    save_ticks([tick(n) for n in (2, 4, 5, 8)])  # part of a batch reached the store
    capture(sequencer_of(["BTCUSDT"]), [trade(10)])
    assert missing_ids() == [3, 6, 7, 9]


def missing_ids() -> list[int]:
    """Every id the ledger says is missing."""
    gaps = load_unresolved_gaps("BTCUSDT")
    return [id for gap in gaps for first, last in missing(gap) for id in range(first, last + 1)]


def test_what_waits_for_a_slow_store_is_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written, may_go_on = [], threading.Event()

    def slowly(ticks: Sequence[Tick]) -> SavedTicks:
        may_go_on.wait(10)
        written.append(len(ticks))
        return save_ticks(ticks)

    monkeypatch.setattr(writer_module, "save_ticks", slowly)
    sequencer, writer = sequencer_of(["BTCUSDT"]), TickWriter()
    writer.start(take_fence("0of1", "tests"))
    for id in range(30):
        assert writer.offer(sequencer.sorted_out([(RECEIVED_NS, trade(id))]))
    may_go_on.set()
    assert writer.stop(flush_seconds=10)
    assert ids() == list(range(30))
    assert sum(written) == 30
    assert len(written) <= 1 + math.ceil(30 / BATCHES_JOINED)
