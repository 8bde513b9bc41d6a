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
from workers.store.ticks import save_ticks

BTC = "BTCUSDT"
ABSENT = range(120, 123)  # ids that never existed
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
def ticks() -> list[Tick]:
    """Some minutes of trading, a few ids of which never existed; moments in whole milliseconds."""
    whole = [
        replace(tick, traded_at=MIDNIGHT + timedelta(milliseconds=_ms(tick.traded_at) - _ms(MIDNIGHT)))
        for tick in random_ticks(7, 2_000)
    ]
    return [tick for tick in whole if tick.id not in ABSENT]


@pytest.fixture
def store(settings: Settings, mongo_client: MongoClient[dict[str, Any]], ticks: list[Tick]) -> Store:
    """A store that holds exactly what was traded."""
    save_ticks(ticks)
    seconds = second_bars(ticks)
    minutes = [folded(list(group), "1m", is_final=True) for _, group in groupby(seconds, key=_minute)]
    save_bars([replace(bar, is_final=True) for bar in [*seconds, *minutes]])
    save_progress(BarProgress(BTC, ticks[-1].id, ticks[-1].traded_at))
    never = (ABSENT[0], ABSENT[-1])
    save_gaps([Gap(BTC, *never, "verified_absent", MIDNIGHT, None, None, missing=(never,))])
    save_quarantined([Quarantined(MIDNIGHT, "not JSON", b"{")])
    store: Store = mongo_client[settings.database]
    return store


def _minute(bar: Bar) -> datetime:
    return bar_start(bar.start, "1m")


def audited(store: Store, ticks: list[Tick]) -> Audit:
    return audit(Truth(ticks), store, {BTC: ticks[-1].id}, injected=1)


def test_a_whole_store_is_clean(store: Store, ticks: list[Tick]) -> None:
    found = audited(store, ticks)
    assert found.clean, found
    assert found.ticks == 1_997
    assert found.bars_compared > 150


def _tick_key(store: Store, id: int) -> dict[str, int]:
    return {"_id": store["counters"].find({"_id": f"symbol:{BTC}"})[0]["number"] << 44 | id}


def _lose(store: Store) -> None:
    store["ticks"].delete_one(_tick_key(store, 300))


def _invent(store: Store) -> None:
    tick = store["ticks"].find(_tick_key(store, 300))[0]
    store["ticks"].insert_one(
        tick | _tick_key(store, ABSENT[1]) | {"first_trade_id": 121, "last_trade_id": 121}
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


def _change_bar(timeframe: str, name: str, value: object) -> Callable[[Store], None]:
    def plant(store: Store) -> None:
        bar = {"timeframe": timeframe, "start": MIDNIGHT + timedelta(minutes=1)}
        assert store["bars"].update_one(bar, {"$set": {name: value}}).modified_count

    return plant


def _lose_bar(store: Store) -> None:
    assert (
        store["bars"].delete_one({"timeframe": "1s", "start": MIDNIGHT + timedelta(seconds=30)}).deleted_count
    )


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
    ("bars", _lose_bar),
    ("gaps", _open_gap),
    ("quarantine", _quarantine),
]


@pytest.mark.parametrize(("kind", "plant"), PLANTED)
def test_a_planted_defect_is_found(
    store: Store, ticks: list[Tick], kind: str, plant: Callable[[Store], None]
) -> None:
    plant(store)
    found = audited(store, ticks)
    assert not found.clean
    assert getattr(found, kind), found
    assert kind in repr(found)


def test_an_empty_store_is_not_clean(settings: Settings, mongo_client: MongoClient[dict[str, Any]]) -> None:
    assert not audit(Truth([]), mongo_client[settings.database], {BTC: 5}).clean
    assert not audit(Truth([]), mongo_client[settings.database], {}).clean
