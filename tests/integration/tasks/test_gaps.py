"""Repair of holes: from the exchange's REST interface to a store that misses nothing."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from analytics.quality.holes import missing
from analytics.records.market import Gap, Tick
from analytics.timeframes import bar_start
from tests.integration.exchange.running import running
from workers.binance.history import load_exchange_time
from workers.binance.trades import load_first_id_since, load_newest_trade, load_trades_from
from workers.coordination.request_budget import note_ban, note_limit, note_used
from workers.settings import Settings, use_settings
from workers.store.bars import load_bars
from workers.store.gaps import ask_again, load_gaps, load_unresolved_gaps, save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.market_clock import save_market_clock
from workers.store.progress import load_progress
from workers.store.seams import HISTORY, JOIN, Seam, save_seam
from workers.store.ticks import load_ticks, save_ticks
from workers.tasks.bars import build_symbol
from workers.tasks.gaps import repair_gap, repair_gaps

BTC = "BTCUSDT"


@pytest.fixture(scope="module", params=[0.0, 0.02], ids=["all-ids", "absent-ids"])
def exchange(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a simulated exchange, once with ids that never existed."""
    with running("--synthetic", "--seed", "5", "--absent-ids", str(request.param)) as exchange:
        yield exchange.url


@pytest.fixture
def ticks(settings: Settings, exchange: str) -> Iterator[list[Tick]]:
    """Three thousand real messages of the exchange, up to a minute ago."""
    with use_settings(dataclasses.replace(settings, binance_rest_url=exchange)):
        ensure_indexes()
        save_market_clock(load_exchange_time())
        newest = load_newest_trade(BTC)
        assert newest is not None
        ticks: list[Tick] = []
        first = newest.id - 4_000
        while len(ticks) < 3_000:
            ticks += load_trades_from(BTC, first)
            first = ticks[-1].id + 1
        yield ticks[:3_000]


def lose(ticks: list[Tick], begin: int, end: int) -> Gap:
    """Store all but ticks[begin:end]; the row of that hole."""
    save_ticks([*ticks[:begin], *ticks[end:]])
    before, behind = ticks[begin - 1], ticks[end]
    gap = Gap(BTC, before.id + 1, behind.id - 1, "open", behind.traded_at, before.traded_at, behind.traded_at)
    save_gaps([gap])
    return gap


def repair_until_settled() -> None:
    """Repair as the schedule does, with the minute between two answers shortened in the row."""
    clock = load_exchange_time()
    for _ in range(8):
        for gap in load_unresolved_gaps(BTC):
            if gap.absent_at is not None:
                gap = dataclasses.replace(gap, absent_at=gap.absent_at - timedelta(seconds=61))
            repair_gap(gap, clock)


@pytest.mark.parametrize("size", [1, 40, 2_500])
def test_a_hole_is_filled_with_exactly_what_was_traded(ticks: list[Tick], size: int) -> None:
    gap = lose(ticks, 200, 200 + size)
    repair_until_settled()
    stored = load_ticks(BTC, after_id=ticks[0].id - 1)
    plain = [dataclasses.replace(tick, received_at=ticks[0].received_at) for tick in stored]
    assert plain == [dataclasses.replace(tick, received_at=ticks[0].received_at) for tick in ticks]
    row = next(row for row in load_gaps(BTC) if row.first_id == gap.first_id)
    listed = {tick.id for tick in ticks}
    never = [id for id in range(gap.first_id, gap.last_id + 1) if id not in listed]
    assert row.state == ("verified_absent" if never else "filled")
    assert [id for first, last in missing(row) for id in range(first, last + 1)] == never


def test_bars_over_a_repaired_hole_are_built_again_and_final(ticks: list[Tick]) -> None:
    for name in (HISTORY, JOIN):
        save_seam(
            Seam(BTC, name, ticks[0].traded_at, ticks[0].traded_at, ticks[0].traded_at - timedelta(hours=2))
        )
    clock = ticks[-1].traded_at + timedelta(hours=1)
    lose(ticks, 900, 1_400)
    build_symbol(BTC, None, clock)
    assert not all(bar.is_final for bar in load_bars(BTC, "1m"))
    repair_until_settled()
    build_symbol(BTC, load_progress()[BTC], clock)
    for timeframe in ("1s", "1m", "5m"):
        bars = load_bars(BTC, timeframe)
        assert sum(bar.trades for bar in bars) == sum(t.last_trade_id - t.first_trade_id + 1 for t in ticks)
        assert all(bar.is_final for bar in bars), timeframe


def test_a_resolved_row_is_not_opened_again_by_one_who_did_not_hear_of_it(ticks: list[Tick]) -> None:
    gap = lose(ticks, 200, 210)
    repair_until_settled()
    save_gaps([gap])
    assert load_unresolved_gaps(BTC) == []


def test_nothing_is_asked_while_the_exchange_wants_rest(ticks: list[Tick]) -> None:
    gap = lose(ticks, 200, 210)
    clock = load_exchange_time()
    note_ban(5)
    assert not repair_gap(gap, clock)
    row = load_gaps(BTC)[0]
    assert row.state == "open"
    assert "no more requests" in row.reason


def test_a_repair_leaves_the_clock_and_the_watchdog_their_requests(ticks: list[Tick]) -> None:
    gap = lose(ticks, 200, 210)
    clock = load_exchange_time()
    note_limit(6_000)
    note_used(2_700)
    assert not repair_gap(gap, clock)
    note_used(2_700)
    assert load_exchange_time() >= clock
    note_used(2_700)
    assert load_newest_trade(BTC) is not None


def test_an_exchange_that_does_not_answer_is_noted_in_the_row(ticks: list[Tick], settings: Settings) -> None:
    gap = lose(ticks, 200, 210)
    clock = load_exchange_time()
    with use_settings(dataclasses.replace(settings, binance_rest_url="http://127.0.0.1:9")):
        assert repair_gap(gap, clock)
    row = load_gaps(BTC)[0]
    assert (row.state, row.tries) == ("open", 1)
    assert "no answer" in row.reason


def test_a_failed_hole_that_somebody_asks_about_is_tried_at_once(ticks: list[Tick]) -> None:
    gap = lose(ticks, 200, 210)
    just_tried = datetime.now(UTC)
    save_gaps([dataclasses.replace(gap, state="failed", tries=9, tried_at=just_tried, reason="no answer")])
    repair_gaps()
    assert [row.state for row in load_gaps(BTC)] == ["failed"]
    assert ask_again(BTC, gap.first_id) == 1
    repair_gaps()
    row = load_gaps(BTC)[0]
    assert row.state in ("filled", "filling")  # the latter where an id among them never existed
    assert len(load_ticks(BTC, after_id=gap.first_id - 1, up_to_id=gap.last_id)) == 10


def cover(gap: Gap) -> None:
    """Note that the exchange's candles stand over a hole."""
    assert gap.after is not None
    assert gap.before is not None
    save_seam(Seam(BTC, str(gap.first_id), gap.after, gap.before, None))


def test_a_hole_older_than_what_is_kept_expires_once_candles_stand_over_it(ticks: list[Tick]) -> None:
    gap, much_later = lose(ticks, 200, 210), load_exchange_time() + timedelta(hours=25)
    repair_gap(gap, much_later)
    assert [row.first_id for row in load_unresolved_gaps(BTC)] == [gap.first_id]
    cover(gap)
    repair_gap(load_gaps(BTC)[0], much_later)
    assert [row.state for row in load_gaps(BTC)] == ["expired"]
    assert len(load_ticks(BTC, after_id=-1)) == len(ticks) - 10


def test_bars_of_a_part_of_the_trades_are_not_final_however_old_the_hole_is(ticks: list[Tick]) -> None:
    """The exchange was out of reach for longer than it takes trades to expire."""
    for name in (HISTORY, JOIN):
        save_seam(
            Seam(BTC, name, ticks[0].traded_at, ticks[0].traded_at, bar_start(ticks[0].traded_at, "1h"))
        )
    gap, much_later = lose(ticks, 900, 1_400), ticks[-1].traded_at + timedelta(hours=25)
    build_symbol(BTC, None, much_later)
    repair_gap(gap, much_later)
    build_symbol(BTC, load_progress()[BTC], much_later)
    reached = [bar for bar in load_bars(BTC, "1m") if gap.overlaps(bar.start, bar.end - bar.start)]
    assert reached
    assert not any(bar.is_final for bar in reached)


def test_of_a_hole_longer_than_trades_are_kept_only_the_newer_part_is_brought(ticks: list[Tick]) -> None:
    gap = lose(ticks, 200, 2_700)
    assert gap.after is not None
    gap = dataclasses.replace(gap, after=gap.after - timedelta(days=30))
    save_gaps([gap])
    cut = ticks[1_500].traded_at
    clock, since = cut + timedelta(hours=24), next(t.id for t in ticks if t.traded_at >= cut)
    for _ in range(8):
        for row in load_unresolved_gaps(BTC):
            if row.absent_at is not None:
                row = dataclasses.replace(row, absent_at=row.absent_at - timedelta(seconds=61))
            repair_gap(row, clock)
    brought = [tick.id for tick in load_ticks(BTC, after_id=gap.first_id - 1, up_to_id=gap.last_id)]
    assert brought == [tick.id for tick in ticks[200:2_700] if tick.id >= since]
    (old,) = load_unresolved_gaps(BTC)
    assert (old.first_id, old.last_id, old.after, old.before) == (gap.first_id, since - 1, gap.after, cut)
    cover(gap)
    repair_gap(old, clock)
    assert {row.state for row in load_gaps(BTC)} <= {"expired", "filled", "verified_absent"}
    assert load_gaps(BTC)[-1].state == "expired"


def test_ids_that_an_answer_left_out_are_asked_for_again_and_do_not_expire(ticks: list[Tick]) -> None:
    gap = lose(ticks, 200, 210)
    cover(gap)
    left_out = dataclasses.replace(gap, absent_at=datetime.now(UTC) - timedelta(seconds=61))
    repair_gap(left_out, load_exchange_time() + timedelta(hours=25))
    assert [row.state for row in load_gaps(BTC)] in (["filled"], ["verified_absent"])


@pytest.mark.parametrize("stream", ["aggTrade", "trade"])
def test_the_first_id_since_a_moment_is_that_of_the_first_trade_message_then(
    ticks: list[Tick], settings: Settings, exchange: str, stream: Literal["aggTrade", "trade"]
) -> None:
    moment = ticks[1_000].traded_at
    first = load_first_id_since(BTC, moment)
    assert first == next(tick.id for tick in ticks if tick.traded_at >= moment)
    with use_settings(dataclasses.replace(settings, binance_rest_url=exchange, stream=stream)):
        first = load_first_id_since(BTC, moment)
        assert first is not None
        listed = load_trades_from(BTC, first - 3)
    assert first == next(tick.id for tick in listed if tick.traded_at >= moment)
