"""The auditor finds every kind of defect: one planted, one found; none planted, none found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from analytics.forming import folded
from analytics.records.market import Bar, Gap, Tick
from analytics.second_bars import second_bars
from analytics.timeframes import bar_start
from tests.factories import MIDNIGHT, random_ticks
from tests.fault.auditor import Audit, audit
from tests.fault.control import Row
from workers.settings import Settings
from workers.store.bars import save_bars
from workers.store.gaps import save_gaps
from workers.store.progress import BarProgress, save_progress
from workers.store.quarantine import Quarantined, save_quarantined
from workers.store.seams import Seam, save_seam
from workers.store.ticks import save_ticks

BTC = "BTCUSDT"
ABSENT = range(420, 423)  # ids that never existed
FIRST_CAPTURED = 232  # id; bars that it or a trade before it belongs to are the exchange's own
JOINED_SECOND = 1 + 19 / 60  # in minutes
Store = Database[dict[str, Any]]


class Truth:
    """An exchange of which only the ledger is left."""

    def __init__(self, ticks: list[Tick]) -> None:
        self.ticks = ticks

    def ledger(self, symbol: str, first: int, last: int, kind: str = "aggTrade") -> list[Row]:
        return [
            [
                t.id,
                repr(t.price),
                repr(t.quantity),
                _ms(t.traded_at),
                t.buyer_is_maker,
                t.first_trade_id,
                t.last_trade_id,
            ]
            for t in self.ticks
            if first <= t.id <= last
        ]


def _row(tick: Tick) -> Row:
    numbers = [tick.id, repr(tick.price), repr(tick.quantity), _ms(tick.traded_at), tick.buyer_is_maker]
    return [*numbers, tick.first_trade_id, tick.last_trade_id]


def _ms(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)


@pytest.fixture
def traded() -> list[Tick]:
    """Eleven minutes of trading, a few ids of which never existed; moments in whole milliseconds."""
    whole = [
        replace(tick, traded_at=MIDNIGHT + timedelta(milliseconds=_ms(tick.traded_at) - _ms(MIDNIGHT)))
        for tick in random_ticks(7, 2_000, ticks_per_second=3.0)
    ]
    return [tick for tick in whole if tick.id not in ABSENT]


@pytest.fixture
def store(settings: Settings, mongo_client: MongoClient[dict[str, Any]], traded: list[Tick]) -> Store:
    """What was traded since the middle of a second, and the exchange's bars before that."""
    captured = [tick for tick in traded if tick.id >= FIRST_CAPTURED]
    save_ticks(captured)
    save_bars(_bars_of(traded, captured[0].traded_at))
    save_progress(BarProgress(BTC, traded[-1].id, traded[-1].traded_at))
    never = (ABSENT[0], ABSENT[-1])
    save_gaps([Gap(BTC, *never, "verified_absent", MIDNIGHT, None, None, missing=(never,))])
    save_quarantined([Quarantined(MIDNIGHT, "not JSON", b"{")])
    store: Store = mongo_client[settings.database]
    return store


def _bars_of(traded: list[Tick], captured_at: datetime) -> list[Bar]:
    """Final bars of every timeframe: the exchange's up to the second of the first captured trade."""
    seconds = [
        replace(bar, source="exchange", first_id=None, last_id=None) if bar.start <= captured_at else bar
        for bar in second_bars(traded)
    ]
    bars = {"1s": seconds, "1m": _longer(seconds, "1m")}
    bars["1m"] = [*(_an_hour_earlier(bar) for bar in bars["1m"]), *bars["1m"]]
    for timeframe, shorter in (("5m", "1m"), ("15m", "5m"), ("1h", "15m")):
        bars[timeframe] = _longer(bars[shorter], timeframe)
    return [replace(bar, is_final=True) for some in bars.values() for bar in some]


def _longer(bars: list[Bar], timeframe: str) -> list[Bar]:
    groups = groupby(bars, key=lambda bar: bar_start(bar.start, timeframe))
    return [folded(list(group), timeframe, is_final=True) for _, group in groups]


def _an_hour_earlier(bar: Bar) -> Bar:
    """History of which the store has no trades."""
    return replace(bar, start=bar.start - timedelta(hours=1), source="exchange", first_id=None, last_id=None)


def audited(store: Store, traded: list[Tick]) -> Audit:
    return audit(Truth(traded), store, {BTC: traded[-1].id}, injected=1)


def test_a_whole_store_is_clean(store: Store, traded: list[Tick]) -> None:
    found = audited(store, traded)
    assert found.clean, found
    assert found.ticks == 2_000 - FIRST_CAPTURED + 1 - len(ABSENT)
    assert found.bars_compared > 550


def test_a_second_that_no_candle_completes_is_left_out(store: Store, traded: list[Tick]) -> None:
    first = next(tick for tick in traded if tick.id == FIRST_CAPTURED)
    second = {"timeframe": "1s", "start": bar_start(first.traded_at, "1s")}
    assert store["bars"].update_one(second, {"$set": {"trades": 1, "source": "ticks"}}).matched_count
    assert not audited(store, traded).clean
    until = {BTC: traded[-1].id}
    assert audit(Truth(traded), store, until, injected=1, has_second_klines=False).clean


def test_before_seconds_are_whole_the_exchange_s_minutes_stand_if_they_are_right(
    store: Store, traded: list[Tick]
) -> None:
    _change_bar("1m", "source", "exchange", 4)(store)
    assert not audited(store, traded).clean
    minute = MIDNIGHT + timedelta(minutes=4)
    save_seam(Seam(BTC, "400", MIDNIGHT, minute, seconds_from=minute))
    assert not audited(store, traded).clean
    save_seam(Seam(BTC, "500", MIDNIGHT, minute, seconds_from=minute + timedelta(minutes=1)))
    assert audited(store, traded).clean
    _change_bar("1m", "close", 1.0, 4)(store)
    assert not audited(store, traded).clean


def test_a_store_without_bars_is_not_clean(store: Store, traded: list[Tick]) -> None:
    store["progress"].update_one({}, {"$set": {"built_until": MIDNIGHT}})
    found = audited(store, traded)
    assert found.trades_are_whole
    assert not found.clean
    assert "no bar to compare" in repr(found)


def _tick_key(store: Store, id: int) -> dict[str, int]:
    return {"_id": store["counters"].find({"_id": f"symbol:{BTC}"})[0]["number"] << 44 | id}


def _lose(store: Store) -> None:
    store["ticks"].delete_one(_tick_key(store, 300))


def _invent(store: Store) -> None:
    tick = store["ticks"].find(_tick_key(store, 300))[0]
    store["ticks"].insert_one(
        tick | _tick_key(store, ABSENT[1]) | {"first_trade_id": ABSENT[1], "last_trade_id": ABSENT[1]}
    )


def _stray(store: Store) -> None:
    store["ticks"].insert_one(store["ticks"].find(_tick_key(store, 300))[0] | {"_id": 77 << 44 | 300})


def _store_twice(store: Store) -> None:
    tick = store["ticks"].find(_tick_key(store, 1_999))[0]
    store["ticks"].insert_one(tick | _tick_key(store, 2_005))


def _change(name: str, value: object) -> Callable[[Store], None]:
    def plant(store: Store) -> None:
        assert store["ticks"].update_one(_tick_key(store, 300), {"$set": {name: value}}).modified_count

    return plant


def _forget_absent(store: Store) -> None:
    store["gaps"].delete_many({})


def _deny(store: Store) -> None:
    store["gaps"].update_one({}, {"$set": {"missing": [[ABSENT[0], ABSENT[-1] + 1]]}})


def _change_bar(timeframe: str, name: str, value: object, minute: float = 2.0) -> Callable[[Store], None]:
    def plant(store: Store) -> None:
        bar = {"timeframe": timeframe, "start": MIDNIGHT + timedelta(minutes=minute)}
        assert store["bars"].update_one(bar, {"$set": {name: value}}).modified_count

    return plant


def _lose_bar(timeframe: str, minute: float) -> Callable[[Store], None]:
    def plant(store: Store) -> None:
        bar = {"timeframe": timeframe, "start": MIDNIGHT + timedelta(minutes=minute)}
        assert store["bars"].delete_one(bar).deleted_count

    return plant


def _open_gap(store: Store) -> None:
    save_gaps([Gap(BTC, 500, 510, "open", MIDNIGHT, None, None)])


def _quarantine(store: Store) -> None:
    save_quarantined([Quarantined(MIDNIGHT, "not JSON", b"{", "of another place")])


PLANTED: list[tuple[str, Callable[[Store], None]]] = [
    ("missing", _lose),
    ("extra", _invent),
    ("extra", _stray),
    ("extra", _store_twice),
    ("duplicates", _store_twice),
    ("differing", _change("price", 1.0)),
    ("differing", _change("quantity", 1.0e9)),
    ("differing", _change("traded_at", MIDNIGHT)),
    ("differing", _change("first_trade_id", 0)),
    ("unproved", _forget_absent),
    ("denied", _deny),
    ("bars", _change_bar("1s", "open", 1.0)),
    ("bars", _change_bar("1s", "trades", 100)),
    ("bars", _change_bar("1m", "volume", 1.0)),
    ("bars", _change_bar("1m", "is_final", False)),
    ("bars", _change_bar("1s", "volume", 1.0e9, JOINED_SECOND)),
    ("bars", _change_bar("1s", "source", "exchange")),
    ("bars", _change_bar("5m", "source", "exchange", 5)),
    ("bars", _change_bar("1m", "close", 1.0, 1)),
    ("bars", _change_bar("1m", "is_final", False, 1)),
    ("bars", _change_bar("5m", "trades", 1, 0)),
    ("bars", _change_bar("5m", "last_id", 1, 5)),
    ("bars", _change_bar("5m", "is_final", False, 5)),
    ("bars", _change_bar("5m", "high", 1.0e9, -60)),
    ("bars", _change_bar("1h", "is_final", False, -60)),
    ("bars", _lose_bar("1s", 2.5)),
    ("bars", _lose_bar("1m", 1)),
    ("bars", _lose_bar("5m", 5)),
    ("bars", _lose_bar("15m", -60)),
    ("gaps", _open_gap),
    ("quarantine", _quarantine),
]


@pytest.mark.parametrize(("kind", "plant"), PLANTED)
def test_a_planted_defect_is_found(
    store: Store, traded: list[Tick], kind: str, plant: Callable[[Store], None]
) -> None:
    plant(store)
    found = audited(store, traded)
    assert not found.clean
    assert found.trades_are_whole == (kind == "bars")
    assert getattr(found, kind), found
    assert kind in repr(found)


def test_an_empty_store_is_not_clean(settings: Settings, mongo_client: MongoClient[dict[str, Any]]) -> None:
    assert not audit(Truth([]), mongo_client[settings.database], {BTC: 5}).clean
    assert not audit(Truth([]), mongo_client[settings.database], {}).clean
