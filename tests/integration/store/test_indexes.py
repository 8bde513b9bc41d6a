"""What is asked of the store every second is found by an index, however much there is."""

from collections.abc import Callable

import pytest
from pymongo import MongoClient

from tests.factories import at, random_ticks
from workers.settings import Settings
from workers.store.database import collection
from workers.store.gaps import load_unresolved_gaps
from workers.store.indexes import ensure_indexes
from workers.store.market_clock import save_market_clock
from workers.store.rebuilds import count_rebuilds, load_rebuilds, note_rebuilds
from workers.store.rewritten import note_rewritten
from workers.store.seams import (
    HISTORY,
    JOIN,
    Seam,
    load_folds_from,
    load_seams,
    load_symbols_with_history,
    save_seam,
)
from workers.store.stretches import load_last_imported_id, load_stretches
from workers.store.ticks import save_ticks
from workers.store.watchlist import fill_watchlist
from workers.tasks.bars import build_bars
from workers.tasks.indicators import compute_indicators

BTC = "BTCUSDT"
READ_WHOLE = {"watchlist", "pairs", "progress", "clock"}  # on purpose: a row a symbol, or a shard


@pytest.fixture
def scanned(settings: Settings, mongo_client: MongoClient[dict[str, object]]) -> Callable[[], set[str]]:
    """The collections that something read from end to end since the test began."""
    ensure_indexes()
    database = mongo_client[settings.database]
    database.command("profile", 2)

    def found() -> set[str]:
        database.command("profile", 0)
        rows = database["system.profile"].find({"planSummary": "COLLSCAN"})
        return {str(row["ns"]).partition(".")[2] for row in rows}

    return found


def test_tasks_of_each_second_read_nothing_from_end_to_end(scanned: Callable[[], set[str]]) -> None:
    fill_watchlist([BTC])
    for name in (HISTORY, JOIN):
        save_seam(Seam(BTC, name, at(0), at(0), at(0)))
    for until in (200, 260):
        save_ticks(
            [tick for tick in random_ticks(31, 600, ticks_per_second=2.0) if tick.traded_at < at(until)]
        )
        note_rebuilds([(BTC, at(5))])
        save_market_clock(at(until))
        build_bars()
        compute_indicators()
    note_rewritten(BTC, "1m", first=at(0), last=at(60))
    assert scanned() <= READ_WHOLE


@pytest.mark.parametrize(
    "ask",
    [
        lambda: load_rebuilds(BTC),
        lambda: count_rebuilds(BTC),
        lambda: load_seams(BTC, since=at(0)),
        lambda: load_folds_from(BTC),
        load_symbols_with_history,
        lambda: load_stretches(BTC),
        lambda: load_last_imported_id(BTC),
        lambda: load_unresolved_gaps(BTC),
    ],
)
def test_nor_does_a_question_about_one_symbol(
    ask: Callable[[], object], scanned: Callable[[], set[str]]
) -> None:
    for name in ("rebuilds", "seams", "stretches", "gaps"):  # what is empty is not even scanned
        collection(name).insert_one({"symbol": "ETHUSDT"})
    ask()
    assert scanned() == set()


def test_the_holes_there_ever_were_are_not_read_each_second(
    settings: Settings, mongo_client: MongoClient[dict[str, object]]
) -> None:
    ensure_indexes()
    for name in (HISTORY, JOIN, *map(str, range(300))):
        save_seam(Seam(BTC, name, at(0), at(60), at(0) if name == HISTORY else None))
    save_seam(Seam(BTC, "newest", at(60), at(120), at(90)))
    database = mongo_client[settings.database]
    database.command("profile", 2)
    assert set(load_seams(BTC, since=at(120))) == {HISTORY, JOIN, "newest"}
    assert load_folds_from(BTC) == at(90)
    database.command("profile", 0)
    rows = list(database["system.profile"].find({"ns": f"{settings.database}.seams"}))
    assert len(rows) == 3
    assert sum(int(str(row["docsExamined"])) for row in rows) <= 10


def test_what_is_read_whole_is_noticed(scanned: Callable[[], set[str]]) -> None:
    """The control: a question no index answers."""
    collection("seams").insert_one({"symbol": BTC})
    list(collection("seams").find({"since": at(0)}))
    assert scanned() == {"seams"}
