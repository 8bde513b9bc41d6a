"""The doctor's looks at the exchange: REST, clock and stream."""

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime

from workers.binance.errors import ExchangeError
from workers.binance.feed import stream_address, stream_name, subscribe_message
from workers.binance.history import load_exchange_time
from workers.binance.symbols import load_exchange_symbols
from workers.cli.findings import Finding
from workers.settings import load_settings
from workers.store.errors import StoreDown
from workers.store.watchlist import load_watchlist
from workers.stream.link import Link, LinkCallbacks

MOST_OFFSET_MS = 500.0  # what is signed a second ahead of its clock is refused
MOST_STREAMS = 5
USUAL = ("BTCUSDT", "ETHUSDT")
TRADE_MARK = b'"T":'  # an answer to a subscription has none


def look_at_rest() -> Finding:
    """Whether it answers, how fast, and how many symbols trade."""
    address = load_settings().binance_rest_url
    try:
        began = time.perf_counter()
        load_exchange_time()
        milliseconds = 1000 * (time.perf_counter() - began)
        symbols = load_exchange_symbols()
    except ExchangeError as problem:
        return Finding("Exchange REST", "bad", f"{address}: {problem}")
    return Finding(
        "Exchange REST", "ok", f"{address} answers in {milliseconds:.0f} ms, {len(symbols)} symbols"
    )


def look_at_clock() -> Finding:
    """How far this machine's clock is from the exchange's."""
    if load_settings().source == "REPLAY":
        return Finding("Clock", "skipped", "a replay has a time of its own")
    try:
        began, asked_at = time.perf_counter(), datetime.now(UTC)
        theirs = load_exchange_time()
    except ExchangeError as problem:
        return Finding("Clock", "skipped", f"not looked at: {problem}")
    way_ms = 1000 * (time.perf_counter() - began)
    offset_ms = 1000 * (theirs - asked_at).total_seconds() - way_ms / 2
    side = "behind" if offset_ms > 0 else "ahead of"
    text = f"{abs(offset_ms):.0f} ms {side} the exchange's (+- {way_ms / 2:.0f} ms)"
    if abs(offset_ms) - way_ms / 2 > MOST_OFFSET_MS:
        return Finding("Clock", "bad", f"{text}: set it right, or let NTP do it")
    return Finding("Clock", "ok", text)


def look_at_stream(seconds: float) -> Finding:
    """Whether a trade comes over the stream."""
    settings = load_settings()
    address = stream_address(settings.binance_ws_url, settings.market)
    streams = [stream_name(symbol, settings.stream) for symbol in _symbols()]
    opened, traded = threading.Event(), threading.Event()
    link = Link(address, _callbacks(streams, opened, traded))
    began = time.monotonic()
    link.start()
    try:
        while link.is_alive and not traded.wait(0.05) and time.monotonic() - began < seconds:
            pass
    finally:
        link.close("looked at")
        link.join(2.0)
    if traded.is_set():
        text = f"{address}: a trade after {time.monotonic() - began:.1f} s"
        return Finding("Exchange stream", "ok", text)
    if opened.is_set():
        return Finding("Exchange stream", "bad", f"{address} opens, but no trade came in {seconds:.0f} s")
    return Finding(
        "Exchange stream", "bad", f"{address} cannot be reached: is the address right, is there a proxy?"
    )


def _symbols() -> list[str]:
    """A few that trade often."""
    with suppress(StoreDown):
        return load_watchlist()[:MOST_STREAMS] or list(USUAL)
    return list(USUAL)


def _callbacks(streams: list[str], opened: threading.Event, traded: threading.Event) -> LinkCallbacks:
    def note(_at: int, raw: bytes) -> bool:
        if TRADE_MARK in raw:
            traded.set()
        return True

    return LinkCallbacks(
        greetings=lambda: [subscribe_message(streams, 1)],
        on_message=note,
        on_open=opened.set,
        on_heard=lambda: None,
        holes=lambda: 0,
        stream_of=lambda _raw: b"",
    )
