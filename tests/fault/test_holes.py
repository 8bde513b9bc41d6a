"""Holes in the ids: real ones are filled, ids that never existed are proved absent, with few requests."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for
from workers.local.waiting import wait_until

REQUESTS_PER_ABSENT_HOLE = 4
RESOLVED_SECONDS = 60.0  # a hole is proved absent by two answers six seconds apart

Row = dict[str, Any]  # of the ledger of holes


@pytest.fixture(params=[10, pytest.param(50, marks=pytest.mark.soak)])
def holes(request: pytest.FixtureRequest) -> int:
    """How many of each kind."""
    return int(request.param)


@pytest.fixture
def patchy(worlds: Worlds) -> Iterator[Streaming]:
    """An exchange whose ids are not all there."""
    with worlds.another(options=("--absent-ids", "0.004")) as world:
        yield world


def proved(world: Streaming, last_ids: Mapping[str, int]) -> list[Row]:
    """Holes that began by these ids and turned out to hold ids that never existed."""
    return [row for row in holes_until(world, last_ids) if row["state"] == "verified_absent"]


def holes_until(world: Streaming, last_ids: Mapping[str, int]) -> list[Row]:
    """The holes that began by these ids."""
    return [row for row in world.store["gaps"].find() if row["first_id"] <= last_ids[row["symbol"]]]


def filled_ids(row: Row) -> int:
    """How many ids of a hole the exchange had."""
    absent = (
        row["missing"] or [[row["first_id"], row["last_id"]]] if row["state"] == "verified_absent" else []
    )
    return row["last_id"] - row["first_id"] + 1 - sum(high - low + 1 for low, high in absent)


def asked_for(world: Streaming, row: Row) -> int:
    """How many requests began inside a hole."""
    found = 0
    for _, target, _ in world.control.requests():
        query = parse_qs(urlsplit(target).query)
        if query.get("symbol") == [row["symbol"]] and "fromId" in query:
            found += row["first_id"] <= int(query["fromId"][0]) <= row["last_id"]
    return found


def test_real_ones_are_filled_and_absent_ones_proved(
    patchy: Streaming, holes: int, measured: Measured
) -> None:
    patchy.control.on("drop", share=0.03, times=holes)
    wait_for(lambda: patchy.control.count("drop") == holes, 20 + holes, "messages that are dropped")
    wait_for(lambda: len(proved(patchy, patchy.newest())) >= holes, 40 + holes, "ids proved absent")
    last_ids = patchy.newest()
    wait_until(lambda: patchy.audited(last_ids).clean, RESOLVED_SECONDS)
    audit = patchy.audited(last_ids)
    assert audit.clean, audit
    rows = holes_until(patchy, last_ids)
    assert {row["state"] for row in rows} == {"filled", "verified_absent"}
    filled, absent = sum(map(filled_ids, rows)), proved(patchy, last_ids)
    most = max(asked_for(patchy, row) for row in absent)
    measured(
        "R19",
        injected=f"{holes} messages dropped, and ids that never existed",
        demanded=f"all filled or proved, <= {REQUESTS_PER_ABSENT_HOLE} requests for an absent one",
        found=f"{filled} filled, {len(absent)} holes proved, at most {most} requests",
    )
    assert filled == holes
    assert most <= REQUESTS_PER_ABSENT_HOLE
