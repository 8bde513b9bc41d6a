"""The captured ten minutes of BTCUSDT and ETHUSDT, what must be stored of them, and the comparison."""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isclose
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from tests.captured import captured
from workers.local.exchange.captures import describe

SYMBOLS = ("BTCUSDT", "ETHUSDT")
TRADES = 34_419
END = datetime(2024, 8, 9, 0, 5, 5, 800_000, UTC)  # the last trade
Trade = tuple[float, float, int, bool]  # price, quantity, T in ms, buyer is maker
ID_MASK = (1 << 44) - 1


def replay_files() -> str:
    """REPLAY for the four files of the recording."""
    days = ("20240808", "20240809")
    names = [f"captures/spot/{symbol}-spot-ws-{day}.txt.gz" for day in days for symbol in SYMBOLS]
    return " ".join(str(captured(name)) for name in names)


def replay_environ(mongo_url: str, redis_url: str, speed: float) -> dict[str, str]:
    """What a product is told that replays the recording."""
    servers = {"MONGO_URL": mongo_url, "REDIS_URL": redis_url}
    return servers | {"REPLAY": replay_files(), "REPLAY_SPEED": str(speed)}


@contextmanager
def recording_database(client: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    """The database that a replay of the recording fills: empty before and gone after."""
    label = describe([Path(name) for name in replay_files().split()]).label
    database = client[f"gemscap_replay_spot_trade_{label}"]
    client.drop_database(database.name)
    yield database
    client.drop_database(database.name)


@dataclass(slots=True)
class Audit:
    """What the store holds against what was traded; all of it must be empty."""

    missing: dict[str, list[int]] = field(default_factory=dict)
    extra: dict[str, list[int]] = field(default_factory=dict)
    differing: dict[str, list[int]] = field(default_factory=dict)


def audit_ticks(database: Database[dict[str, Any]]) -> Audit:
    """Every stored tick against the recording, by id and field by field."""
    audit = Audit()
    for symbol in SYMBOLS:
        expected, stored = expected_trades(symbol), stored_trades(database, symbol)
        audit.missing[symbol] = sorted(set(expected) - set(stored))
        audit.extra[symbol] = sorted(set(stored) - set(expected))
        both = set(expected) & set(stored)
        audit.differing[symbol] = sorted(id for id in both if expected[id] != stored[id])
    return audit


def expected_trades(symbol: str) -> dict[int, Trade]:
    """Every trade by id, from the catalogue's own extract."""
    path = captured(f"captures/spot/expected/{symbol}-spot-trades.csv.gz")
    with gzip.open(path, "rt") as file:
        return {
            int(row["t"]): (float(row["p"]), float(row["q"]), int(row["T"]), row["m"] == "True")
            for row in csv.DictReader(file)
        }


def stored_trades(
    database: Database[dict[str, Any]], symbol: str
) -> dict[int, tuple[float, float, int, bool]]:
    """The same of the stored ticks."""
    number = database["counters"].find({"_id": f"symbol:{symbol}"})[0]["number"]
    found = database["ticks"].find({"_id": {"$gte": number << 44, "$lt": (number + 1) << 44}})
    return {
        row["_id"] & ID_MASK: (
            row["price"],
            row["quantity"],
            round(row["traded_at"].timestamp() * 1000),
            row["buyer_is_maker"],
        )
        for row in found
    }


def expected_minutes(symbol: str) -> list[dict[str, Any]]:
    """The twelve minutes of the catalogue."""
    with captured(f"captures/spot/expected/{symbol}-spot-1m-expected.csv").open() as file:
        return [
            {
                "start": datetime.fromtimestamp(int(row["b"]) / 1000, UTC),
                **{name: float(row[name[0]]) for name in ("open", "high", "low", "close", "volume")},
                "trades": int(row["n"]),
            }
            for row in csv.DictReader(file)
        ]


def stored_minutes(database: Database[dict[str, Any]], symbol: str) -> list[dict[str, Any]]:
    """The stored minutes, oldest first."""
    return list(database["bars"].find({"symbol": symbol, "timeframe": "1m"}, sort=[("start", 1)]))


def bars_are_complete(database: Database[dict[str, Any]]) -> bool:
    """Whether every trade of the recording is in a minute, and every minute final."""
    minutes = list(database["bars"].find({"timeframe": "1m"}))
    marks = [row["built_until"] for row in database["progress"].find()]
    all_built = sum(bar["trades"] for bar in minutes) == TRADES and len(marks) == 2 and min(marks) > END
    return all_built and all(bar["is_final"] for bar in minutes)


def check_minutes(database: Database[dict[str, Any]]) -> None:
    """Open, high, low, close and the count of trades exactly, volume to 1e-9."""
    for symbol in SYMBOLS:
        expected, stored = expected_minutes(symbol), stored_minutes(database, symbol)
        assert [bar["start"] for bar in stored] == [bar["start"] for bar in expected]
        for wanted, got in zip(expected, stored, strict=True):
            for name in ("open", "high", "low", "close", "trades"):
                assert got[name] == wanted[name], (symbol, wanted["start"], name)
            assert isclose(got["volume"], wanted["volume"], rel_tol=1e-9)
        assert {bar["source"] for bar in stored[1:-1]} == {"ticks"}
