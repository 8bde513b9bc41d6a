"""Bars that are kept in the process, on a real database."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import at, bar
from workers.settings import Settings
from workers.store import kept_age, kept_bars
from workers.store.bars import save_bars
from workers.store.database import collection
from workers.store.kept_bars import KeptBars

SYMBOLS = ["AUSDT", "BUSDT", "CUSDT"]


def store(count: int, *, already: int = 0) -> None:
    save_bars(
        [bar(at(60 * n), close=float(n), symbol=symbol) for symbol in SYMBOLS for n in range(already, count)]
    )


def closes(kept: KeptBars, symbol: str, *, since: int, before: int, end: int) -> list[float] | None:
    rows = kept.window(symbol, since=at(60 * since), before=before, end=at(60 * end))
    return None if rows is None else [row.close for row in rows]


def test_a_window_reaches_back_and_up_to_the_end(settings: Settings) -> None:
    store(10)
    kept = KeptBars("1m", 8)
    kept.look(SYMBOLS)
    assert closes(kept, "AUSDT", since=6, before=3, end=9) == [4.0, 5.0, 6.0, 7.0, 8.0]
    assert closes(kept, "AUSDT", since=4, before=4, end=9) is None
    short = KeptBars("1m", 20)
    short.look(SYMBOLS)
    assert closes(short, "AUSDT", since=1, before=5, end=4) == [0.0, 1.0, 2.0, 3.0]


def test_what_was_saved_since_is_seen_in_its_place(settings: Settings) -> None:
    store(10)
    kept = KeptBars("1m", 5)
    kept.look(SYMBOLS)
    save_bars([bar(at(60 * 7), close=70.0, symbol="BUSDT"), bar(at(0), close=99.0, symbol="BUSDT")])
    store(12, already=10)
    kept.look(["BUSDT"])
    assert closes(kept, "BUSDT", since=8, before=2, end=20) == [70.0, 8.0, 9.0, 10.0, 11.0]
    kept.look(["AUSDT"])
    assert closes(kept, "AUSDT", since=10, before=2, end=20) == [9.0, 10.0, 11.0]


def test_symbols_that_are_not_due_are_not_forgotten(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(10)
    read: list[str] = []
    load = kept_bars.load_newest_rows
    monkeypatch.setattr(
        kept_bars, "load_newest_rows", lambda symbol, *a, **k: read.append(symbol) or load(symbol, *a, **k)
    )
    kept = KeptBars("1m", 5)
    for symbol in [*SYMBOLS, *SYMBOLS]:
        kept.look([symbol])
    assert read == SYMBOLS
    monkeypatch.setattr(kept_bars, "KEPT_SYMBOLS", 2)
    kept.look(["CUSDT"])
    kept.look(["AUSDT"])
    assert read == [*SYMBOLS, "AUSDT"]


def test_too_many_changes_are_read_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    store(4)
    kept = KeptBars("1m", 5)
    kept.look(SYMBOLS)
    monkeypatch.setattr(kept_bars, "CHANGES_AT_ONCE", 3)
    store(9, already=4)
    kept.look(SYMBOLS)
    for symbol in SYMBOLS:
        assert closes(kept, symbol, since=6, before=2, end=20) == [5.0, 6.0, 7.0, 8.0]


def test_what_a_look_cannot_see_is_read_after_a_while(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(4)
    kept = KeptBars("1m", 5)
    kept.look(SYMBOLS)
    change = {"close": 20.0, "saved_at": datetime.now(UTC) - timedelta(hours=1)}  # behind every look
    collection("bars").update_one({"symbol": "AUSDT", "start": at(120)}, {"$set": change})
    kept.look(SYMBOLS)
    assert closes(kept, "AUSDT", since=3, before=2, end=9) == [2.0, 3.0]
    later = kept_age.steady() + kept_age.READ_ANEW_SECONDS + 1
    monkeypatch.setattr(kept_age, "steady", lambda: later)
    kept.look(SYMBOLS)
    assert closes(kept, "AUSDT", since=3, before=2, end=9) == [20.0, 3.0]


def test_a_young_symbol_keeps_all_its_bars_when_one_is_corrected(settings: Settings) -> None:
    store(4)
    kept = KeptBars("1m", 6)
    kept.look(SYMBOLS)
    save_bars([bar(at(60), close=10.0, symbol="AUSDT")])
    kept.look(SYMBOLS)
    assert closes(kept, "AUSDT", since=3, before=4, end=9) == [0.0, 10.0, 2.0, 3.0]
