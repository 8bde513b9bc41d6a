"""The disk in front of the database: what lies there survives the stream, damage, and a disk that is full."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fault.doomed import CAUGHT_UP_SECONDS, Doomed, doomed
from tests.fault.injections import damage, fill_disk
from tests.fault.measuring import Measured
from tests.fault.readiness import asked, seconds_until_ready, web_of
from tests.fault.streaming import HASTE
from tests.product import wait_for
from workers.stream.segment import records

HELD_MESSAGES = 3_000  # in memory; the product holds 100,000


@pytest.fixture(scope="module")
def repaired(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Doomed]:
    """The stream and what repairs it, for the tests that kill both ends."""
    with doomed(tmp_path_factory.mktemp("repaired"), redis_url, "stream", "batch") as found:
        yield found


def test_the_stream_is_killed_while_mongod_is_away(repaired: Doomed) -> None:
    """What it had taken is on disk: only what was traded while it was dead comes from REST."""
    kill_both(repaired)
    kept = spooled_ids(repaired)
    repaired.mongo.start()
    repaired.world.start_worker("stream")
    newest = {symbol: max(ids) for symbol, ids in kept.items()}
    wait_for(lambda: repaired.world.is_stored(newest), CAUGHT_UP_SECONDS, "what was spooled")
    for row in repaired.world.store["gaps"].find():
        assert not kept[row["symbol"]] & set(range(row["first_id"], row["last_id"] + 1)), row
    wait_until_repaired(repaired)
    repaired.assert_nothing_lost()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 12))
def test_the_spool_is_damaged_between_death_and_restart(
    repaired: Doomed, seed: int, measured: Measured
) -> None:
    words, rows = repaired.world.words("stream").count("spool damaged"), known_holes(repaired)
    kill_both(repaired)
    damage(repaired.spool, Random(seed))
    repaired.mongo.start()
    repaired.world.start_worker("stream")
    wait_for(lambda: known_holes(repaired) > rows, 60, "holes on record")
    wait_until_repaired(repaired)
    assert repaired.world.words("stream").count("spool damaged") > words, f"seed {seed}"
    repaired.assert_nothing_lost()
    measured(
        "R9",
        injected=f"spool cut off and a byte flipped, seed {seed}",
        demanded="noticed, refilled by REST, no crash",
        found="noticed, 0 lost",
    )


def known_holes(found: Doomed) -> int:
    """How many rows the ledger of holes has."""
    return found.world.store["gaps"].count_documents({})


def spooled_ids(found: Doomed) -> dict[str, set[int]]:
    """The ids on disk, by symbol."""
    ids: dict[str, set[int]] = {symbol: set() for symbol in found.world.symbols}
    for path in found.spool.rglob("*.spool"):
        for _, raw in records(path.read_bytes(), 0, at_most=10**7).messages:
            event = json.loads(raw).get("data", {})
            if event.get("e") == "aggTrade":
                ids[event["s"]].add(event["a"])
    return ids


def kill_both(found: Doomed) -> None:
    """First the store, then, when messages wait on disk, the stream."""
    found.signal_mongod(signal.SIGKILL)
    before = found.spooled()
    wait_for(lambda: found.spooled() > before + 600_000, 40, "a spool that grows")
    found.world.kill("stream")
    found.world._processes["stream"].wait(10)


def wait_until_repaired(found: Doomed) -> None:
    wait_for(lambda: found.world.unresolved() == 0, CAUGHT_UP_SECONDS, "the repair of what was missed")


@pytest.fixture
def narrow(tmp_path: Path, redis_url: str) -> Iterator[Doomed]:
    """All that captures, with little memory."""
    constants = HASTE | {"workers.stream.intake:MESSAGES_WAITING": HELD_MESSAGES}
    with doomed(tmp_path, redis_url, constants=constants) as found:
        yield found


@pytest.mark.soak
def test_neither_disk_nor_memory_takes_any_more(narrow: Doomed, measured: Measured) -> None:
    world, pid = narrow.world, narrow.stream_pid
    with web_of(world) as web:
        empty_disk = fill_disk(world)
        told = wait_for(
            lambda: asked(web, "/api/system")["spool_disk"]["state"] == "refuses", 30, "the alarm of the page"
        )
        narrow.signal_mongod(signal.SIGKILL)
        wait_for(lambda: "closed on purpose" in world.words("stream"), 60, "memory that is full")
        narrow.mongo.start()
        empty_disk()
        wait_for(lambda: known_holes(narrow) > 0, 60, "the hole on record")
        world.assert_clean(within=CAUGHT_UP_SECONDS)
        ready = seconds_until_ready(web, CAUGHT_UP_SECONDS)
        assert asked(web, "/api/system")["spool_disk"]["state"] != "refuses"
    assert world.pid_of("stream") == pid
    assert not world.is_dead("stream")
    rows = list(world.store["gaps"].find())
    fetched = sum(row["last_id"] - row["first_id"] + 1 for row in rows)
    measured(
        "R8",
        injected="no file may grow, mongod killed until memory is full too",
        demanded="said on every page, process alive, holes on record and repaired over REST, audit clean",
        found=f"said after {told:.1f} s, alive, {len(rows)} holes on record with {fetched} trades, all from "
        f"REST; /api/ready green {ready:.1f} s after the audit",
    )
    assert {row["state"] for row in rows} == {"filled"}
