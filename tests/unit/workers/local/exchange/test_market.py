"""The synthetic market: whole in its ids, and the same whatever was asked before."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from workers.local.exchange.block import Block
from workers.local.exchange.market.activity import Activity, Burst
from workers.local.exchange.market.tapes import SyntheticTape, synthetic_tapes

ROOT = Path(__file__).resolve().parents[5]
SEED = 7
MOMENT = 1_790_000_000_000_000
COLUMNS = ("ids", "times", "prices", "quantities", "makers", "first_ids", "last_ids")


def fresh(name: str, *, rate: float = 60.0, absent: float = 0.0, seed: int = SEED) -> SyntheticTape:
    return synthetic_tapes(seed, rate, "spot", absent)[name]


def digest(block: Block) -> str:
    assert block.trades is not None
    assert block.quotes is not None
    columns = [getattr(block, name) for name in COLUMNS]
    columns += [block.trades.ids, block.trades.quantities, block.trades.orders]
    columns += [block.quotes.bids, block.quotes.ask_quantities]
    return hashlib.sha256(b"".join(column.tobytes() for column in columns)).hexdigest()


@pytest.mark.parametrize("name", list(synthetic_tapes(SEED, 60.0, "spot", 0.0)))
def test_ids_go_on_without_a_hole_over_block_borders(name: str) -> None:
    tape = fresh(name)
    first = tape.number_at(MOMENT)
    blocks = [tape.block(number) for number in range(first, first + 3)]
    orders = np.concatenate([block.ids for block in blocks])
    assert (np.diff(orders) == 1).all()
    for block in blocks:
        assert block.trades is not None
        covered = np.concatenate(
            [np.arange(low, high + 1) for low, high in zip(block.first_ids, block.last_ids, strict=True)]
        )
        assert (covered == block.trades.ids).all()
    trades = np.concatenate([block.trades.ids for block in blocks if block.trades])
    assert (np.diff(trades) == 1).all()


@pytest.mark.parametrize("name", ["BTCUSDT", "DOTUSDT", "ZENUSDT"])
def test_an_order_is_the_sum_of_its_trades(name: str) -> None:
    block = fresh(name).block(fresh(name).number_at(MOMENT))
    assert block.trades is not None
    sums = np.bincount(block.trades.orders, weights=block.trades.quantities)
    assert (sums == block.quantities).all()
    assert (block.trades.quantities >= 1).all()


def test_times_never_fall_and_stay_in_their_block() -> None:
    tape = fresh("SOLUSDT")
    block = tape.block(tape.number_at(MOMENT))
    assert (np.diff(block.times) >= 0).all()
    assert block.first_us <= block.times[0] <= block.times[-1] < block.end_us


@pytest.mark.parametrize("name", ["BTCUSDT", "ETHUSDT", "DOTUSDT"])
def test_a_block_is_the_same_cold_warm_and_in_another_order(name: str) -> None:
    cold = fresh(name)
    number = cold.number_at(MOMENT)
    expected = digest(cold.block(number))
    warm = fresh(name)
    for other in (number + 1, number - 300, number + 40, number - 1):
        warm.block(other)
    assert digest(warm.block(number)) == expected
    assert digest(cold.block(number)) == expected


def test_a_restarted_market_goes_on_with_the_same_trades() -> None:
    """Another process, with other hash seeds, makes the same block."""
    program = (
        "from tests.unit.workers.local.exchange.test_market import *\n"
        "tape = fresh('AVAXUSDT'); print(digest(tape.block(tape.number_at(MOMENT))))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    tape = fresh("AVAXUSDT")
    assert found.stdout.strip() == digest(tape.block(tape.number_at(MOMENT)))


def test_another_seed_is_another_market() -> None:
    one, other = fresh("BTCUSDT"), fresh("BTCUSDT", seed=SEED + 1)
    number = one.number_at(MOMENT)
    assert digest(one.block(number)) != digest(other.block(number))


@pytest.mark.parametrize("name", ["BTCUSDT", "ZENUSDT"])
def test_every_id_finds_its_block(name: str) -> None:
    tape = fresh(name)
    number = tape.number_at(MOMENT)
    block = tape.block(number)
    for order in (block.ids[0], block.ids[len(block) // 2], block.ids[-1]):
        assert tape.number_of_order(int(order)) == number
    for trade in (block.first_ids[0], block.last_ids[-1]):
        assert tape.number_of_trade(int(trade)) == number


def test_absent_ids_are_missing_as_orders_and_as_trades_alike() -> None:
    whole, holed = fresh("ETHUSDT"), fresh("ETHUSDT", absent=0.02)
    number = whole.number_at(MOMENT)
    every, kept = whole.block(number), holed.block(number)
    share = 1 - len(kept) / len(every)
    assert 0.01 < share < 0.03
    assert kept.trades is not None
    ranges = [np.arange(low, high + 1) for low, high in zip(kept.first_ids, kept.last_ids, strict=True)]
    assert (np.concatenate(ranges) == kept.trades.ids).all()
    same = np.isin(every.ids, kept.ids)
    assert (every.quantities[same] == kept.quantities).all()
    assert (every.first_ids[same] == kept.first_ids).all()


def test_the_rate_is_about_what_was_asked_for() -> None:
    tapes = synthetic_tapes(SEED, 600.0, "spot", 0.0)
    day = 86_400 * 1_000_000
    trades = 0
    for tape in tapes.values():
        first, last = tape.number_at(MOMENT), tape.number_at(MOMENT + day)
        trades += int(tape.block(last).last_ids[0] - tape.block(first).last_ids[0])
    assert trades / 86_400 == pytest.approx(600.0, rel=0.05)


def test_the_thin_symbol_trades_every_20_to_60_seconds() -> None:
    tape = fresh("ZENUSDT")
    block = tape.block(tape.number_at(MOMENT))
    trades = int(block.last_ids[-1] - block.first_ids[0] + 1)
    assert 20 < (block.end_us - block.first_us) / 1_000_000 / trades < 60


def test_activity_has_bursts_and_a_daily_rhythm() -> None:
    tape = fresh("BTCUSDT")
    day = MOMENT - MOMENT % (86_400 * 1_000_000)
    busy = tape.block(tape.number_at(day + 15 * 3600 * 1_000_000))
    quiet = tape.block(tape.number_at(day + 5 * 3600 * 1_000_000))
    assert len(busy) > 1.3 * len(quiet)
    seconds = np.bincount((busy.times - busy.first_us) // 1_000_000, minlength=600)
    assert seconds.var() > 2 * seconds.mean()  # 1 for arrivals that ignore one another


def test_a_burst_adds_its_trades_and_moves_none_before_it() -> None:
    begins = MOMENT // 1_000_000
    usual, burst = (Activity(SEED, "BTCUSDT", 10.0, given) for given in (None, Burst(begins, 60.0, 30.0)))
    counts = [
        burst.orders_before(second // burst.block_seconds) - int(10.0 * more)
        for second, more in ((begins, 0), (begins + 60, 29 * 60), (begins + 3_600, 29 * 60))
    ]
    for second, count in zip((begins, begins + 60, begins + 3_600), counts, strict=True):
        expected = usual.orders_before(second // usual.block_seconds)
        assert abs(count - expected) <= 10.0 * max(usual.block_seconds, burst.block_seconds) + 1


def test_more_symbols_trade_when_they_are_wanted() -> None:
    tapes = synthetic_tapes(1, 300.0, "spot", 0.0, symbols=200)
    assert len(tapes) == 200
    newest = tapes["N200USDT"].block(tapes["N200USDT"].number_at(MOMENT))
    assert len(newest) > 0
