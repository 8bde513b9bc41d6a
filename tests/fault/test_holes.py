"""Holes in the ids: real ones are filled, ids that never existed are proved absent, with few requests."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for

REQUESTS_PER_ABSENT_HOLE = 4


@pytest.fixture(params=[10, pytest.param(50, marks=pytest.mark.soak)])
def holes(request: pytest.FixtureRequest) -> int:
    """How many of each kind."""
    return int(request.param)


@pytest.fixture
def patchy(worlds: Worlds) -> Iterator[Streaming]:
    """An exchange whose ids are not all there."""
    with worlds.another(options=("--absent-ids", "0.004")) as world:
        yield world


def by_state(world: Streaming, state: str) -> list[dict[str, Any]]:
    return list(world.store["gaps"].find({"state": state}))


def asked_for(world: Streaming, row: dict[str, Any]) -> int:
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
    wait_for(lambda: len(by_state(patchy, "filled")) >= holes * 0.8, 20 + holes, "filled holes")
    patchy.control.off()
    wait_for(lambda: len(by_state(patchy, "verified_absent")) >= holes, 40 + holes, "ids proved absent")
    last_ids = {row["_id"]: row["last_id"] for row in patchy.store["cursors"].find()}
    wait_for(lambda: patchy.audited(last_ids).unproved == [], 30, "every absent id proved")
    audit = patchy.audited(last_ids)
    assert not audit.missing, audit
    assert not audit.extra, audit
    assert not audit.differing, audit
    assert not audit.denied, audit
    rows = by_state(patchy, "verified_absent")
    most = max(asked_for(patchy, row) for row in rows)
    measured(
        "R19",
        injected=f"{holes} holes, and ids that never existed",
        demanded=f"filled and proved, <= {REQUESTS_PER_ABSENT_HOLE} requests for an absent one",
        found=f"{len(by_state(patchy, 'filled'))} filled, {len(rows)} proved, at most {most} requests",
    )
    assert most <= REQUESTS_PER_ABSENT_HOLE
