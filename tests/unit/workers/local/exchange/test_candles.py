"""Klines are the fold of the very trades the exchange hands out, exactly."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from workers.local.exchange.candles import Candles
from workers.local.exchange.intervals import LENGTHS, bar_end, bar_start, shifted
from workers.local.exchange.market.tapes import synthetic_tapes
from workers.local.exchange.rows import kline_rows, trade_rows
from workers.local.exchange.tape import Tape, trades_from_id

SEED = 5
NOW = 1_790_000_123_456_000


def tape_of(name: str, rate: float = 60.0) -> Tape:
    return synthetic_tapes(SEED, rate, "spot", 0.0)[name]


def all_trades(tape: Tape, start_ms: int) -> list[dict[str, Any]]:
    """Every trade since a moment, as REST gives them."""
    block = tape.block(tape.number_at(start_ms * 1000))
    rows: list[dict[str, Any]] = []
    for found, low, high in trades_from_id(tape, int(block.first_ids[0]), 10**9, NOW):
        rows += trade_rows(tape.symbol, found, low, high, 1000, True)
    return [row for row in rows if row["time"] >= start_ms]


def expected_rows(trades: list[dict[str, Any]], interval: str) -> list[list[Any]]:
    """Klines folded in decimals, as a client would."""
    groups = defaultdict(list)
    for trade in trades:
        groups[bar_start(interval, trade["time"])].append(trade)
    rows = []
    for start, group in sorted(groups.items()):
        prices = [Decimal(trade["price"]) for trade in group]
        bought = [trade for trade in group if not trade["isBuyerMaker"]]
        numbers = [prices[0], max(prices), min(prices), prices[-1], sum(Decimal(t["qty"]) for t in group)]
        quote = sum(Decimal(t["quoteQty"]) for t in group)
        taker = sum((Decimal(t["qty"]) for t in bought), Decimal(0))
        taker_quote = sum((Decimal(t["quoteQty"]) for t in bought), Decimal(0))
        rows.append(
            [
                start,
                *map(eight, numbers),
                bar_end(interval, start) - 1,
                eight(quote),
                len(group),
                eight(taker),
                eight(taker_quote),
                "0",
            ]
        )
    return rows


def eight(number: Decimal | int) -> str:
    return f"{number:.8f}"


@pytest.mark.parametrize("interval", ["1s", "1m", "3m", "5m", "15m", "30m", "1h"])
def test_klines_are_the_fold_of_the_trades(interval: str) -> None:
    tape = tape_of("BTCUSDT")
    start = bar_start("1h", NOW // 1000) if interval != "1s" else NOW // 1000 // 1000 * 1000 - 120_000
    expected = expected_rows(all_trades(tape, start), interval)
    bars = Candles(tape).page(interval, start, None, 1000, NOW)
    rows = [row for row in kline_rows(tape.symbol, interval, bars, 1000) if row[8]]
    assert rows == expected
    assert len(rows) >= 1


def test_blocks_shorter_than_a_minute_make_the_same_kind_of_klines() -> None:
    tape = tape_of("BTCUSDT", rate=3000.0)
    start = bar_start("1m", NOW // 1000)
    expected = expected_rows(all_trades(tape, start), "1m")
    assert kline_rows(tape.symbol, "1m", Candles(tape).page("1m", start, None, 5, NOW), 1000) == expected


def test_a_kline_without_trades_is_flat_at_the_close_before() -> None:
    tape = tape_of("ZENUSDT")
    rows = kline_rows(tape.symbol, "1s", Candles(tape).page("1s", None, None, 1000, NOW), 1000)
    assert len(rows) == 1000
    assert [row[0] for row in rows] == list(range(rows[0][0], rows[0][0] + 1_000_000, 1000))
    empty = [place for place in range(1, 1000) if rows[place][8] == 0]
    assert len(empty) > 900
    for place in empty:
        close = rows[place - 1][4]
        assert rows[place][1:6] == [close, close, close, close, "0.00000000"]


def test_the_forming_kline_holds_only_what_has_happened() -> None:
    tape = tape_of("ETHUSDT")
    candles = Candles(tape)
    start = bar_start("1m", NOW // 1000)
    counts = [
        int(candles.bars("1m", start, start + 1, start * 1000 + seconds * 1_000_000).trades.sum())
        for seconds in (5, 20, 40, 60, 90)
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[2] < counts[3] == counts[4]


def test_longer_klines_cover_the_shorter_ones() -> None:
    tape = tape_of("LTCUSDT")
    candles = Candles(tape)
    day = bar_start("1d", NOW // 1000) - LENGTHS["1d"]
    hours = candles.page("1h", day, day + LENGTHS["1d"] - 1, 24, NOW)
    whole = candles.page("1d", day, day, 1, NOW)
    assert len(hours) == 24
    assert len(whole) == 1
    assert int(whole.volumes[0]) == sum(hours.volumes.tolist())
    assert int(whole.quote_volumes[0]) == sum(hours.quote_volumes.tolist())
    assert whole.opens[0] == hours.opens[0]
    assert whole.closes[0] == hours.closes[-1]
    assert whole.highs[0] == hours.highs.max()


def test_pages_follow_one_another_without_hole_or_repeat() -> None:
    tape = tape_of("ADAUSDT")
    candles = Candles(tape)
    start, starts = NOW // 1000 - 6 * 3_600_000, []
    while len(page := candles.page("1m", start, None, 100, NOW)):
        starts += page.starts.tolist()
        start = starts[-1] + 60_000
    assert (np.diff(starts) == 60_000).all()
    assert starts[-1] == bar_start("1m", NOW // 1000)


@pytest.mark.parametrize(("interval", "moment", "start"), [
    ("1w", 1_723_161_255_342, 1_722_816_000_000),  # Friday 2024-08-09 -> Monday 2024-08-05
    ("1M", 1_723_161_255_342, 1_722_470_400_000),  # -> 2024-08-01
    ("1d", 1_723_161_255_342, 1_723_075_200_000),
])  # fmt: skip
def test_calendar_bars_begin_where_the_calendar_says(interval: str, moment: int, start: int) -> None:
    assert bar_start(interval, moment) == start
    assert shifted(interval, shifted(interval, start, 5), -5) == start
