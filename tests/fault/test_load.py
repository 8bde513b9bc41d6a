"""Load: a burst, a long steady rate, and a large backfill beside it. What the machine reached is said.

Rates are messages a second as the exchange sent them; when it could not send what was asked
for, the table tells what it sent.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for
from workers.local.exchange.market.universe import THIN_SYMBOL, listings

TRADES_PER_MESSAGE = 1.5  # the exchange counts its rate in trades, several of which are one message
PRODUCT = {"workers.tasks.history:HISTORY_SPAN": 3600.0}  # all waiting times are the product's own
BURST_SYMBOLS, USUAL_RATE, UP_SECONDS = 20, 200.0, 75.0
MOST_MB, MOST_BURST_SECONDS, DRAINED_SECONDS = 600.0, 5.0, 30.0
MOST_SLOPE_MB, MOST_LATE_SHARE, WARM_UP_SHARE = 1.0, 0.01, 1 / 6  # 1 in 100 late: p99 is a second
MOST_LAG_BESIDE_SECONDS, WEIGHT, WEIGHT_PER_MINUTE, SHARE = 2.0, 4, 6_000, 0.5
SAMPLE_SECONDS = 5.0


class Loaded:
    """A world under load, and what its processes take."""

    def __init__(self, world: Streaming) -> None:
        self.world = world
        self.slowest = 0.0  # p99 of received -> stored, the worst of all samples; seconds

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of each worker."""
        return {name: _resident_mb(self.world.pid_of(name)) for name in self.world.workers}

    def descriptors(self) -> int:
        """Open files of the stream."""
        return len(os.listdir(f"/proc/{self.world.pid_of('stream')}/fd"))

    def look(self) -> None:
        """Keep the slowest that was seen."""
        self.slowest = max(self.slowest, float(self.world.figures().get("stored_after_ms_p99") or 0.0) / 1000)

    def rate(self) -> float:
        """Messages a second that the exchange sends now."""
        before, began = sum(self.world.newest().values()), time.monotonic()
        time.sleep(0.5)
        return (sum(self.world.newest().values()) - before) / (time.monotonic() - began)

    def hold(self, seconds: float) -> tuple[float, dict[str, int]]:
        """Let time pass and look; how many messages a second the exchange sent, and the newest ids then."""
        before, began = self.world.newest(), time.monotonic()
        while time.monotonic() - began < seconds:
            time.sleep(min(SAMPLE_SECONDS, seconds))
            self.look()
        newest = self.world.newest()
        sent = sum(newest[symbol] - before[symbol] for symbol in before)
        return sent / (time.monotonic() - began), newest

    def late(self) -> int:
        """How many trades were stored more than a second after they came."""
        return int(self.world.figures()["stored_late"] or 0)

    def is_stored(self, newest: dict[str, int]) -> bool:
        """Whether the store has come to these ids."""
        stored = {row["_id"]: row["last_id"] for row in self.world.store["cursors"].find()}
        return all(stored.get(symbol, -1) >= id for symbol, id in newest.items())


@contextmanager
def loaded(worlds: Worlds, rate: float, symbols: int = 6, *more: str) -> Iterator[Loaded]:
    """A world with so many messages a second in all."""
    names = [listing.name for listing in listings(symbols + 1) if listing.name != THIN_SYMBOL][:symbols]
    share = sum(listing.share for listing in listings(symbols + 1) if listing.name in names)
    trades = rate * TRADES_PER_MESSAGE / share
    asked = ("--symbols", str(symbols + 1), *more)
    with worlds.another(symbols=names, rate=trades, options=asked, constants=PRODUCT) as world:
        yield Loaded(world)


def _resident_mb(process_id: int) -> float:
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.soak
@pytest.mark.parametrize(("rate", "seconds"), [(1_500.0, 10.0), (10_000.0, 60.0)])
def test_a_burst(worlds: Worlds, rate: float, seconds: float, measured: Measured) -> None:
    burst = (UP_SECONDS, seconds, rate / USUAL_RATE)
    with loaded(worlds, USUAL_RATE, BURST_SYMBOLS, "--burst", *map(str, burst)) as load:
        assert load.rate() < rate / 2, "it came up too late to be struck"
        wait_for(lambda: load.rate() > rate / 2, UP_SECONDS, "the burst")
        load.slowest = 0.0
        sent, newest = load.hold(seconds)
        drained = wait_for(lambda: load.is_stored(newest), 300, "the burst in the store")
        memory = max(load.memory_mb().values())
        measured(
            "R31",
            injected=f"{rate:,.0f} messages/s for {seconds:.0f} s over {BURST_SYMBOLS} symbols",
            demanded=f"whole; stored p99 <= {MOST_BURST_SECONDS:.0f} s, drained <= {DRAINED_SECONDS:.0f} s, "
            f"< {MOST_MB:.0f} MB a process",
            found=f"{sent:,.0f}/s sent, stored p99 {load.slowest:.2f} s, drained {drained:.1f} s later, "
            f"{memory:.0f} MB",
        )
        found = load.world.audited(newest)
    assert [found.missing, found.extra, found.duplicates, found.differing] == [[]] * 4, found
    assert load.slowest <= MOST_BURST_SECONDS
    assert drained <= DRAINED_SECONDS
    assert memory < MOST_MB


@pytest.mark.soak
@pytest.mark.parametrize("seconds", [60.0, 3_600.0])
def test_a_steady_rate(worlds: Worlds, seconds: float, measured: Measured) -> None:
    with loaded(worlds, 1_000.0) as load:
        load.hold(seconds * WARM_UP_SHARE)
        memory, descriptors, began = load.memory_mb(), load.descriptors(), time.monotonic()
        load.slowest, late = 0.0, load.late()
        sent, _ = load.hold(seconds * (1 - WARM_UP_SHARE))
        took = time.monotonic() - began
        minutes, late_share = took / 60, (load.late() - late) / (sent * took)
        slopes = {name: (now - memory[name]) / minutes for name, now in load.memory_mb().items()}
        more = load.descriptors() - descriptors
        load.world.assert_clean(within=120)
    steepest = max(slopes, key=lambda name: slopes[name])
    measured(
        "R32",
        injected=f"1,000 messages/s for {seconds:.0f} s, the first sixth not counted",
        demanded=f"< {MOST_SLOPE_MB:.0f} MB/min, descriptors flat, stored p99 <= 1 s: "
        f"{MOST_LATE_SHARE:.0%} later at most",
        found=f"{sent:,.0f}/s sent, {slopes[steepest]:+.2f} MB/min ({steepest}), {more:+d} descriptors, "
        f"{late_share:.3%} later than 1 s, p99 of the worst minute {load.slowest:.2f} s",
    )
    assert late_share <= MOST_LATE_SHARE
    assert more <= 3
    if seconds >= 600:  # in a minute the allocator alone moves more than the slope allows
        assert slopes[steepest] < MOST_SLOPE_MB


@pytest.mark.soak
@pytest.mark.parametrize("rows", [50_000, 1_000_000])
def test_a_backfill_beside_live_trades(worlds: Worlds, rows: int, measured: Measured) -> None:
    with loaded(worlds, 500.0) as load:
        world, symbol, since = load.world, "BTCUSDT", time.time()
        open_hole(world, symbol, rows)
        began = time.monotonic()
        while world.unresolved() and time.monotonic() - began < 1_200:
            load.hold(SAMPLE_SECONDS)
        took = time.monotonic() - began
        used = most_weight(world, since)
        world.assert_clean(within=300)
    measured(
        "R33",
        injected=f"a hole of {rows:,} rows while 500 messages/s come",
        demanded=f"whole; live p99 <= {MOST_LAG_BESIDE_SECONDS:.0f} s, <= {SHARE:.0%} of the REST budget",
        found=f"filled after {took:.0f} s, live p99 {load.slowest:.2f} s, {used / WEIGHT_PER_MINUTE:.0%}",
    )
    assert load.slowest <= MOST_LAG_BESIDE_SECONDS
    assert used <= SHARE * WEIGHT_PER_MINUTE + 2 * WEIGHT


def open_hole(world: Streaming, symbol: str, rows: int) -> None:
    """Have the ledger of holes miss so many trades before the first that is stored."""
    number = world.store["counters"].find_one({"_id": f"symbol:{symbol}"})
    assert number is not None
    base = number["number"] << 44
    first = world.store["ticks"].find_one({"_id": {"$gte": base}}, sort=[("_id", 1)])
    assert first is not None
    last_id = (first["_id"] - base) - 1
    before = world.control.ledger(symbol, last_id - rows, last_id - rows + 1)[0]
    row = {"symbol": symbol, "first_id": last_id - rows + 1, "last_id": last_id, "state": "open"}
    moments = {"found_at": first["traded_at"], "after": _moment(before[3]), "before": first["traded_at"]}
    rest = {"tries": 0, "reason": "", "missing": [], "tried_at": None, "absent_at": None}
    world.store["gaps"].insert_one({"_id": f"{symbol}:{row['first_id']}", **row, **moments, **rest})


def most_weight(world: Streaming, since: float) -> int:
    """The most request weight that repairs took in any minute of the clock."""
    minutes: dict[int, int] = {}
    for at, target, _ in world.control.requests(since):
        if "fromId=" in target:
            minutes[int(at // 60)] = minutes.get(int(at // 60), 0) + WEIGHT
    return max(minutes.values(), default=0)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
