"""Frames of a symbol's coming events, written ahead in stretches, so that sending only fills in the time."""

from collections.abc import Callable
from typing import NamedTuple

from workers.local.exchange.block import Block
from workers.local.exchange.events import Written
from workers.local.exchange.frames import frame_head
from workers.local.exchange.symbol import Symbol

SHEET_EVENTS = 256

Writer = Callable[[Symbol, Block, int, int, int, bool], Written]  # low, high, unit, spot


class Form(NamedTuple):
    """How a listener wants its events."""

    combined: bool
    unit: int  # 1000: times in ms; 1: in microseconds


class Sheet(NamedTuple):
    """The frames of the events [low, high) of a block in one form, each cut at E."""

    block: Block
    low: int
    high: int
    heads: list[bytes]
    sent: list[bytes] | None
    tails: list[bytes]


class Sheets:
    """The sheets of one stream, one per form that is listened to."""

    def __init__(self, name: str, symbol: Symbol, spot: bool, write: Writer) -> None:
        self._name = name.encode()
        self._symbol = symbol
        self._spot = spot
        self._write = write
        self._sheets: dict[Form, Sheet] = {}

    def frames(self, block: Block, low: int, high: int, last: int, form: Form, now: int) -> bytes:
        """Frames of the events [low, high); the block has `last` events of this kind."""
        sheet = self._sheets.get(form)
        if sheet is None or sheet.block is not block or low < sheet.low or high > sheet.high:
            sheet = self._written(block, low, min(max(high, low + SHEET_EVENTS), last), form)
            self._sheets[form] = sheet
        first, end = low - sheet.low, high - sheet.low
        heads, tails = sheet.heads[first:end], sheet.tails[first:end]
        if sheet.sent is None:
            moment = b"%d" % (now // form.unit)
            return b"".join(
                [part for head, tail in zip(heads, tails, strict=True) for part in (head, moment, tail)]
            )
        parts = zip(heads, sheet.sent[first:end], tails, strict=True)
        return b"".join([part for event in parts for part in event])

    def _written(self, block: Block, low: int, high: int, form: Form) -> Sheet:
        written = self._write(self._symbol, block, low, high, form.unit, self._spot)
        opening = b'{"stream":"%b","data":' % self._name if form.combined else b""
        closing = b"}" if form.combined else b""
        digits = [13 if form.unit == 1000 else 16] * len(written.tails)
        if written.sent is not None:
            digits = [len(moment) for moment in written.sent]
        around = len(opening) + len(written.head) + len(closing)
        heads = [
            frame_head(around + width + len(tail)) + opening + written.head
            for width, tail in zip(digits, written.tails, strict=True)
        ]
        return Sheet(block, low, high, heads, written.sent, [tail + closing for tail in written.tails])
