"""Closes as statistics load them, on a real database."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.records.closes import Closes
from tests.factories import MIDNIGHT, at, bar
from workers.settings import Settings
from workers.store import kept_age, kept_closes
from workers.store.bars import load_closes, save_bars
from workers.store.database import collection
from workers.store.kept_closes import KEPT_BARS, read_closes

ZERO = int(MIDNIGHT.timestamp())


def test_closes_are_the_newest_before_the_end_oldest_first(settings: Settings) -> None:
    minutes = [bar(at(60 * n), close=float(n), is_final=n != 3) for n in range(6)]
    save_bars([*minutes, bar(at(0), symbol="ETHUSDT", close=7.0), bar(at(120), timeframe="5m")])
    found = load_closes(["BTCUSDT", "ETHUSDT", "SOLUSDT"], "1m", at(300), 3)
    starts = [ZERO + 60 * n for n in (2, 3, 4)]
    assert found["BTCUSDT"] == Closes("BTCUSDT", "1m", starts, [2.0, 3.0, 4.0], [True, False, True])
    assert found["ETHUSDT"] == Closes("ETHUSDT", "1m", [ZERO], [7.0], [True])
    assert list(found["SOLUSDT"].starts) == []


def test_closes_that_are_kept_follow_what_is_saved(settings: Settings) -> None:
    save_bars([bar(at(60 * n), close=float(n), is_final=n < 9) for n in range(10)])
    load_closes(["BTCUSDT"], "1m", at(600), 5)
    corrected = [
        bar(at(60 * 7), close=70.0),
        bar(at(60 * 9), close=90.0),
        bar(at(600), close=10.0, is_final=False),
    ]
    save_bars([*corrected, bar(at(0), symbol="ETHUSDT", close=7.0)])
    found = load_closes(["BTCUSDT", "ETHUSDT"], "1m", at(660), 4)
    assert list(found["BTCUSDT"].closes) == [70.0, 8.0, 90.0, 10.0]
    assert list(found["BTCUSDT"].finals) == [True, True, True, False]
    assert list(found["ETHUSDT"].closes) == [7.0]


def test_what_reaches_behind_the_kept_closes_is_read(settings: Settings) -> None:
    save_bars([bar(at(60 * n), close=float(n)) for n in range(KEPT_BARS + 50)])
    for end, limit in (
        (KEPT_BARS + 50, 100),
        (100, 60),
        (KEPT_BARS, KEPT_BARS),
        (KEPT_BARS + 50, KEPT_BARS + 20),
    ):
        found = load_closes(["BTCUSDT"], "1m", at(60 * end), limit)["BTCUSDT"]
        assert found == read_closes("BTCUSDT", "1m", at(60 * end), limit)
        assert len(found.closes) == limit
    save_bars([bar(at(60), close=111.0), bar(at(60 * (KEPT_BARS + 50)), close=5.0)])
    newest = load_closes(["BTCUSDT"], "1m", at(60 * (KEPT_BARS + 51)), 2)["BTCUSDT"]
    assert list(newest.closes) == [float(KEPT_BARS + 49), 5.0]
    assert 111.0 in load_closes(["BTCUSDT"], "1m", at(180), 3)["BTCUSDT"].closes


def test_more_symbols_than_are_kept_are_read_and_never_old(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_closes, "KEPT_SYMBOLS", 2)
    names = ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    save_bars([bar(at(60 * n), symbol=name, close=float(n)) for name in names for n in range(5)])
    load_closes(names[:2], "1m", at(300), 3)
    save_bars([bar(at(300), symbol=name, close=5.0) for name in names])
    found = load_closes(names, "1m", at(360), 3)
    assert [list(found[name].closes) for name in names] == [[3.0, 4.0, 5.0]] * 3
    again = load_closes(names[:2], "1m", at(360), 3)
    assert [list(each.closes) for each in again.values()] == [[3.0, 4.0, 5.0]] * 2


def stamped_long_ago(close: float) -> None:
    """A correction whose stamp is behind every look: its write took long, or its clock was wrong."""
    change = {"close": close, "saved_at": datetime.now(UTC) - timedelta(hours=1)}
    collection("bars").update_one({"symbol": "BTCUSDT", "start": at(60)}, {"$set": change})


def test_what_a_look_cannot_see_is_read_after_a_while(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_bars([bar(at(60 * n), close=float(n)) for n in range(3)])
    load_closes(["BTCUSDT"], "1m", at(180), 3)
    stamped_long_ago(10.0)
    assert list(load_closes(["BTCUSDT"], "1m", at(180), 3)["BTCUSDT"].closes) == [0.0, 1.0, 2.0]
    later = kept_age.steady() + kept_age.READ_ANEW_SECONDS + 1
    monkeypatch.setattr(kept_age, "steady", lambda: later)
    assert list(load_closes(["BTCUSDT"], "1m", at(180), 3)["BTCUSDT"].closes) == [0.0, 10.0, 2.0]


def test_a_clock_that_was_set_back_has_everything_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_bars([bar(at(60 * n), close=float(n)) for n in range(3)])
    load_closes(["BTCUSDT"], "1m", at(180), 3)
    stamped_long_ago(10.0)
    monkeypatch.setattr(kept_age, "clock", lambda: datetime.now(UTC) - timedelta(hours=1))
    assert list(load_closes(["BTCUSDT"], "1m", at(180), 3)["BTCUSDT"].closes) == [0.0, 10.0, 2.0]
