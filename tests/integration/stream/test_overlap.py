"""One connection takes over from another without a missing trade, planned or announced."""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from tests.integration.exchange.running import Running, running
from tests.product import wait_for
from workers.local.ports import free_port
from workers.settings import Settings, use_settings
from workers.store.database import collection
from workers.store.gaps import load_unresolved_gaps
from workers.store.indexes import ensure_indexes
from workers.stream.capture import Capture

MARKET = ("--synthetic", "--seed", "77", "--rate", "600")


@contextmanager
def capturing(
    exchange: Running, settings: Settings, *, lifetime_seconds: float = 3600.0
) -> Iterator[Capture]:
    """A capture of that exchange, flushed at the end."""
    addresses = {"binance_ws_url": exchange.ws_url, "binance_rest_url": exchange.url}
    with use_settings(dataclasses.replace(settings, **addresses)):
        ensure_indexes()
        capture = Capture(Random(7), lifetime_seconds=lifetime_seconds)
        capture.start()
        try:
            yield capture
        finally:
            capture.stop(flush_seconds=8)


def figure(capture: Capture, name: str) -> float:
    return float(capture.figures()[name] or 0)


def stored_ids_are_contiguous() -> bool:
    last: int | None = None
    for row in collection("ticks").find({}, {"_id": 1}, sort=[("_id", 1)]):
        if last is not None and row["_id"] >> 44 == last >> 44 and row["_id"] != last + 1:
            return False
        last = row["_id"]
    return last is not None


def test_planned_replacements_miss_nothing(settings: Settings) -> None:
    with (
        running(*MARKET, "--cut-seconds", "12") as exchange,
        capturing(exchange, settings, lifetime_seconds=3) as capture,
    ):
        wait_for(lambda: figure(capture, "handovers") >= 3, 150, "three handovers")
    assert figure(capture, "repeats") > 0  # the links did overlap
    assert load_unresolved_gaps() == []
    assert stored_ids_are_contiguous()


def test_an_announced_end_is_taken_over_before_it_comes(settings: Settings) -> None:
    options = ("--shutdown-after", "4", "--shutdown-lead", "45")
    with running(*MARKET, *options) as exchange, capturing(exchange, settings) as capture:
        wait_for(lambda: figure(capture, "handovers") >= 1, 60, "a handover")
    assert load_unresolved_gaps() == []
    assert stored_ids_are_contiguous()


def test_an_end_without_notice_is_a_gap_on_record(settings: Settings) -> None:
    with running(*MARKET, "--cut-seconds", "5") as exchange, capturing(exchange, settings) as capture:
        wait_for(lambda: figure(capture, "connects") >= 2, 30, "a second connection")
        connected_at = time.monotonic()
        wait_for(lambda: bool(load_unresolved_gaps()), 20, "the hole on record")
        print(f"on record {time.monotonic() - connected_at:.1f} s after the new connection")
    assert figure(capture, "malformed") == 0


def test_an_exchange_that_comes_up_later_is_captured_then(settings: Settings) -> None:
    port = free_port()
    addresses = {"binance_ws_url": f"ws://127.0.0.1:{port}", "binance_rest_url": f"http://127.0.0.1:{port}"}
    with use_settings(dataclasses.replace(settings, **addresses)):
        ensure_indexes()
        capture = Capture(Random(7))
        capture.start()
        try:
            wait_for(lambda: capture.failures >= 2, 20, "two attempts that failed")
            with running(*MARKET, "--port", str(port)):
                wait_for(lambda: figure(capture, "ticks_stored") > 100, 60, "trades once it is there")
        finally:
            capture.stop(flush_seconds=8)


@pytest.fixture(autouse=True)
def _quick_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thin symbol of the market may stay silent for a minute: it is not waited for so long here."""
    monkeypatch.setattr("workers.stream.connection.OVERLAP_SECONDS", 6.0)
