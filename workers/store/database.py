"""One MongoDB client per process, and the list of collections.

| collection   | one document is                                    | file            |
|--------------|----------------------------------------------------|-----------------|
| ticks        | one trade message, keyed by symbol number and id   | ticks.py        |
| bars         | one bar, keyed by symbol, timeframe and start      | bars.py         |
| book         | the last bid and ask of one symbol and second      | book.py         |
| gaps         | one hole in the ids of a symbol                    | gaps.py         |
| cursors      | up to which id a symbol's ledger is complete       | cursors.py      |
| fences       | whose word on one shard's ledger counts            | fences.py       |
| rebuilds     | one second whose bar must be made again            | rebuilds.py     |
| progress     | how far the bars of one symbol have come           | progress.py     |
| seams        | one stretch taken from the exchange's history      | seams.py        |
| indicators   | one indicator snapshot, keyed like its bar         | indicators.py   |
| divergences  | one divergence of price and RSI                    | divergences.py  |
| summaries    | where one symbol stands against the last day       | summaries.py    |
| quality      | how whole the last day of one symbol is            | quality.py      |
| instruments  | one symbol as the exchange describes it            | instruments.py  |
| watchlist    | one symbol that is captured                        | watchlist.py    |
| correlations | the newest correlations of one timeframe and window | correlations.py |
| pairs        | one pair that is watched                           | pairs.py        |
| pair_snapshots | the newest figures of one pair and timeframe    | pair_snapshots.py |
| scans        | the newest scan of one timeframe                   | scans.py        |
| watermarks   | how far one stage has come for one symbol          | watermarks.py   |
| quarantine   | one malformed message, kept with its reason        | quarantine.py   |
| clock        | the newest time of the exchange, known to all or to a shard | market_clock.py |
| heartbeats   | one process, its last sign of life and its figures | heartbeats.py   |
| imports      | one file, and how far its import has come          | imports.py      |
| jobs         | one asked job, and how far it has come             | jobs.py         |
| results      | what came of an asked job, for a while             | results.py      |
| stretches    | a run of ids of one symbol that came from files    | stretches.py    |
| meta         | the version of what is stored                      | schema.py       |
| sessions     | one id of one sign-in                              | sessions.py     |
| sign_in_attempts | how often one address tried the password       | sign_in_attempts.py |
| api_tokens   | one program's token, as a hash                     | api_tokens.py   |
| audit        | one change: who, what, when, from where, outcome   | audit.py        |
| preferences  | how the pages are wanted                           | preferences.py  |
| counters     | symbol numbers, and the newest fencing token       | ticks.py        |
"""

import os
from functools import cache
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.write_concern import WriteConcern

from workers.settings import load_settings

Document = dict[str, Any]  # a MongoDB document: any BSON value under each name

DUPLICATE_KEY = 11_000  # MongoDB's code for "is there already"

# What was acknowledged must survive a kill -9 of mongod.
DURABLE = WriteConcern(w=1, j=True)


def database() -> Database[Document]:
    """The database of this source, over the one client of this process."""
    return _client(os.getpid())[load_settings().database]


def collection(name: str, *, durable: bool = False) -> Collection[Document]:
    """A collection; `durable` waits for the journal on every write."""
    found = database()[name]
    return found.with_options(write_concern=DURABLE) if durable else found


def ping_database() -> None:
    """Ask the server for a sign of life; raises `pymongo.errors.PyMongoError` without one."""
    database().command("ping")


@cache
def _client(_process_id: int) -> MongoClient[Document]:
    # Keyed by process: a client must not cross a fork.
    return MongoClient(
        load_settings().mongo_url,
        tz_aware=True,
        serverSelectionTimeoutMS=2_000,
        connectTimeoutMS=2_000,
        socketTimeoutMS=10_000,
        maxPoolSize=20,
        appname="gemscap",
    )
