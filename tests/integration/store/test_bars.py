"""Closes as statistics load them, on a real database."""

from analytics.records.closes import Closes
from tests.factories import MIDNIGHT, at, bar
from workers.settings import Settings
from workers.store.bars import load_closes, save_bars

ZERO = int(MIDNIGHT.timestamp())


def test_closes_are_the_newest_before_the_end_oldest_first(settings: Settings) -> None:
    minutes = [bar(at(60 * n), close=float(n), is_final=n != 3) for n in range(6)]
    save_bars([*minutes, bar(at(0), symbol="ETHUSDT", close=7.0), bar(at(120), timeframe="5m")])
    found = load_closes(["BTCUSDT", "ETHUSDT", "SOLUSDT"], "1m", at(300), 3)
    starts = [ZERO + 60 * n for n in (2, 3, 4)]
    assert found["BTCUSDT"] == Closes("BTCUSDT", "1m", starts, [2.0, 3.0, 4.0], [True, False, True])
    assert found["ETHUSDT"] == Closes("ETHUSDT", "1m", [ZERO], [7.0], [True])
    assert list(found["SOLUSDT"].starts) == []
