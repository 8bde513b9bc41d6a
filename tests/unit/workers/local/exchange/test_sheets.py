"""Frames written ahead are the same events however they are cut into portions."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from workers.local.exchange.block import Block
from workers.local.exchange.events import write_orders, write_quotes, write_trades
from workers.local.exchange.market.tapes import SyntheticTape, synthetic_tapes
from workers.local.exchange.rows import order_rows, trade_rows
from workers.local.exchange.sheets import SHEET_EVENTS, Form, Sheets

NOW = 1_790_000_000_000_000


def tape_and_block() -> tuple[SyntheticTape, Block]:
    tape = synthetic_tapes(2, 60.0, "spot", 0.0)["ETHUSDT"]
    return tape, tape.block(tape.number_at(NOW))


def payloads(frames: bytes) -> Iterator[Any]:
    """The JSON of server frames of 126 to 65535 bytes."""
    while frames:
        assert frames[:2] == b"\x81\x7e"
        size = int.from_bytes(frames[2:4], "big")
        assert size >= 126
        yield orjson.loads(frames[4 : 4 + size])
        frames = frames[4 + size :]


@pytest.mark.parametrize("portion", [1, 7, SHEET_EVENTS, 3 * SHEET_EVENTS])
def test_orders_are_those_of_rest_in_portions_of_any_size(portion: int) -> None:
    tape, block = tape_and_block()
    sheets = Sheets("ethusdt@aggTrade", tape.symbol, True, write_orders)
    count, found = 900, []
    for low in range(0, count, portion):
        high = min(low + portion, count)
        frames = sheets.frames(block, low, high, len(block), Form(True, 1000), NOW + low)
        for message in payloads(frames):
            assert message["stream"] == "ethusdt@aggTrade"
            assert message["data"]["E"] == (NOW + low) // 1000
            found.append({key: message["data"][key] for key in "apqflTmM"})
    assert found == order_rows(tape.symbol, block, 0, count, 1000, True)


def test_trades_come_in_microseconds_in_that_form() -> None:
    tape, block = tape_and_block()
    sheets = Sheets("ethusdt@trade", tape.symbol, True, write_trades)
    last = len(block.single_trades.ids)
    found = list(payloads(sheets.frames(block, 5, 305, last, Form(False, 1), NOW)))
    rows = trade_rows(tape.symbol, block, 5, 305, 1, True)
    assert [(event["t"], event["T"], event["q"]) for event in found] == [
        (row["id"], row["time"], row["qty"]) for row in rows
    ]
    assert {event["E"] for event in found} == {NOW}


def test_the_end_of_a_block_is_the_end_of_a_sheet() -> None:
    tape, block = tape_and_block()
    sheets = Sheets("ethusdt@bookTicker", tape.symbol, True, write_quotes)
    last = len(block)
    assert len(list(payloads(sheets.frames(block, last - 3, last, last, Form(True, 1000), NOW)))) == 3
