"""JSON of the Quality page."""

import json
from typing import Any

from analytics.records.quality import BarCheck, BarDifference, ClockCheck, SymbolQuality
from analytics.records.snapshots import Completeness
from tests.factories import at, gap
from workers.messages.quality import (
    RAW_CHARACTERS,
    StreamCounters,
    UnreadableMessage,
    quality_json,
    symbol_quality_json,
)

QUALITY = SymbolQuality("BTCUSDT", at(60), at(61), {"1m": Completeness(4, 4, 3, 1)}, at(0), ("repairing",))
CHECK = BarCheck("1m", at(0), at(3_600), 60, 1, BarDifference(at(120), "bar", None, 3.5))


def _state(**known: Any) -> Any:
    nothing: dict[str, Any] = {"gaps": [], "unreadable": [], "counters": None, "clock_check": None}
    message = quality_json([], **(nothing | {"market_clock": None} | known))
    assert json.loads(json.dumps(message)) == message
    return message


def test_a_row_says_the_share_that_is_final() -> None:
    row: Any = symbol_quality_json("BTCUSDT", QUALITY, CHECK)
    assert row["completeness"]["1m"] == {
        "expected": 4, "present": 4, "final": 3, "open_gaps": 1, "share": 0.75
    }  # fmt: skip
    assert row["spans"] == ["repairing"]
    assert row["bar_check"]["worst"] == {
        "ts": "2024-08-08T00:02:00.000Z", "field": "bar", "ours": None, "theirs": 3.5
    }  # fmt: skip


def test_a_symbol_that_was_not_judged_yet_has_nulls() -> None:
    row = symbol_quality_json("BTCUSDT", None, None)
    assert (row["completeness"], row["bar_check"], row["spans"]) == (None, None, [])


def test_before_anything_is_known_every_key_is_there() -> None:
    state = _state()
    assert state["counters"] == dict.fromkeys(
        ("gaps_found", "repeats", "late", "malformed", "unkept", "placeholders")
    )
    assert state["clock"] is None
    assert state["lag"] == {"stored_after_ms_p50": None, "stored_after_ms_p99": None}


def test_a_gap_says_what_was_done_about_it() -> None:
    row = _state(gaps=[gap(5, 9, state="failed", tries=3, reason="no answer")])["gaps"][0]
    assert (row["size"], row["state"], row["tries"], row["reason"]) == (5, "failed", 3, "no answer")


def test_a_message_that_could_not_be_read_is_cut_and_always_text() -> None:
    raw = b'\xff{"e":<script>' + b"x" * 4_000
    row = _state(unreadable=[UnreadableMessage(at(0), "no JSON", raw)])["quarantine"][0]
    assert len(row["raw"]) == RAW_CHARACTERS
    assert row["is_cut"]
    assert row["raw"].startswith("\ufffd{")


def test_counters_and_clock_are_told() -> None:
    figures: dict[str, float | int | str | None] = {"repeats": 4, "stored_after_ms_p99": 12.5, "memory_mb": 9}
    counters, clock = StreamCounters(at(0), figures), ClockCheck(-2.0, 3.0, at(1))
    state = _state(counters=counters, clock_check=clock)
    assert state["counters"]["repeats"] == 4
    assert state["lag"]["stored_after_ms_p99"] == 12.5
    assert state["clock"]["offset_ms"] == -2.0
