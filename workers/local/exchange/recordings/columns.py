"""Recorded trades of one symbol as columns of whole units, ordered by id, each id once."""

import logging
from dataclasses import dataclass, replace

import numpy as np

from workers.local.exchange.block import Flags, Integers
from workers.local.exchange.recordings.events import RecordedTrade
from workers.local.exchange.symbol import Symbol

log = logging.getLogger(__name__)

QUOTES = ("USDT", "FDUSD", "USDC", "TUSD", "BUSD", "BTC", "ETH", "BNB", "EUR", "TRY", "USD")


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows of one symbol; first_ids and last_ids are those of aggTrades, else the ids."""

    ids: Integers
    times: Integers
    sent_ms: Integers | None
    prices: Integers
    quantities: Integers
    makers: Flags
    first_ids: Integers
    last_ids: Integers


def columns_of(rows: list[RecordedTrade], market: str) -> tuple[Symbol, Columns]:
    """Symbol and columns; trades without ids are counted from 1."""
    rows = _by_id(rows)
    symbol = _symbol(rows, market)
    times = np.array([row.time for row in rows], dtype=np.int64)
    ids = np.array([row.id for row in rows], dtype=np.int64)
    has_sent = all(row.sent_ms is not None for row in rows)
    return symbol, Columns(
        ids=ids,
        times=_never_falling(times, symbol.name),
        sent_ms=np.array([row.sent_ms for row in rows], dtype=np.int64) if has_sent else None,
        prices=_units([row.price for row in rows], symbol.price_digits),
        quantities=_units([row.quantity for row in rows], symbol.quantity_digits),
        makers=np.array([row.maker for row in rows], dtype=np.bool_),
        first_ids=np.array(
            [row.id if row.first_id is None else row.first_id for row in rows], dtype=np.int64
        ),
        last_ids=np.array([row.id if row.last_id is None else row.last_id for row in rows], dtype=np.int64),
    )


def _by_id(rows: list[RecordedTrade]) -> list[RecordedTrade]:
    if any(row.id is None for row in rows):
        log.warning("ids counted symbol=%s: the recording has none", rows[0].symbol)
        ordered = sorted(rows, key=lambda row: row.time)
        return [replace(row, id=number) for number, row in enumerate(ordered, start=1)]
    once = {row.id: row for row in reversed(rows)}
    return sorted(once.values(), key=lambda row: row.id or 0)


def _never_falling(times: Integers, name: str) -> Integers:
    lifted: Integers = np.maximum.accumulate(times)
    changed = int((lifted != times).sum())
    if changed:
        log.warning("times lifted symbol=%s count=%d: they fell while ids rose", name, changed)
    return lifted


def _symbol(rows: list[RecordedTrade], market: str) -> Symbol:
    name = rows[0].symbol
    quote = next((quote for quote in QUOTES if name.endswith(quote) and name != quote), "")
    spot = market == "spot"
    return Symbol(
        name=name,
        base=name.removesuffix(quote),
        quote=quote,
        price_digits=max(_digits(row.price, spot) for row in rows),
        quantity_digits=max(_digits(row.quantity, spot) for row in rows),
        written_digits=8 if spot else 0,
    )


def _digits(text: str, padded: bool) -> int:
    """Decimals of a number; spot pads all to eight, so zeros at the end say nothing there."""
    decimals = text.partition(".")[2]
    return len(decimals.rstrip("0") if padded else decimals)


def _units(texts: list[str], digits: int) -> Integers:
    return np.array([_whole(text, digits) for text in texts], dtype=np.int64)


def _whole(text: str, digits: int) -> int:
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(digits, "0")[:digits])
