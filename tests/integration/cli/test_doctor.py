"""`doctor`: everything well, and each thing that may be wrong."""

import json
import time
from datetime import UTC, datetime

import pytest

from tests.integration.cli.conftest import Cli
from tests.integration.exchange.running import Running
from workers.settings import Settings
from workers.store.database import collection
from workers.store.heartbeats import Heartbeat, save_heartbeat
from workers.store.schema import SCHEMA_VERSION, set_schema_version

NOWHERE = "127.0.0.1:1"
QUICK = ("--stream-seconds", "1")


def _states(said: str) -> dict[str, str]:
    return {row["part"]: row["state"] for row in json.loads(said)}


def _addresses(exchange: Running) -> dict[str, str]:
    return {"BINANCE_REST_URL": exchange.url, "BINANCE_WS_URL": exchange.ws_url}


def test_where_all_is_well_it_says_so(cli: Cli, exchange: Running, stored: Settings) -> None:
    set_schema_version(SCHEMA_VERSION)
    now = datetime.now(UTC)
    save_heartbeat(Heartbeat("stream", "here", 1, now, now, {}))
    code, said = cli("doctor", **_addresses(exchange))
    assert code == 0, said
    for words in (
        "SIMULATED spot aggTrade",
        "MongoDB",
        "answers in",
        "a trade after",
        "GB free",
        "stream live",
    ):
        assert words in said, said
    assert "BAD" not in said


def test_for_programs_it_speaks_json(shell: Cli, exchange: Running) -> None:
    code, said = shell("doctor", "--json", **_addresses(exchange))
    assert code == 0, said
    assert set(_states(said).values()) == {"ok"}
    assert len(_states(said)) == 9


def test_an_exchange_that_does_not_answer_is_named(cli: Cli) -> None:
    code, said = cli("doctor", *QUICK)
    assert code == 1
    assert "BAD  Exchange REST     http://127.0.0.1:1: /api/v3/time: no answer" in said
    assert "BAD  Exchange stream   ws://127.0.0.1:1" in said
    assert "cannot be reached" in said


@pytest.mark.parametrize(
    ("variable", "value", "bad", "skipped"),
    [
        ("MONGO_URL", f"mongodb://{NOWHERE}", "MongoDB", {"Schema", "Disks", "Processes"}),
        ("REDIS_URL", f"redis://{NOWHERE}", "Redis", {"Exchange REST", "Clock"}),
    ],
)
def test_a_server_that_does_not_answer_is_named_and_the_rest_is_looked_at(
    shell: Cli, exchange: Running, variable: str, value: str, bad: str, skipped: set[str]
) -> None:
    code, said = shell("doctor", "--json", **_addresses(exchange), **{variable: value})
    states = _states(said)
    assert code == 1
    assert {part for part, state in states.items() if state == "bad"} == {bad}
    assert {part for part, state in states.items() if state == "skipped"} == skipped


def test_a_database_of_a_newer_version_is_bad(cli: Cli, stored: Settings) -> None:
    set_schema_version(SCHEMA_VERSION + 1)
    code, said = cli("doctor", "--json", *QUICK)
    assert (code, _states(said)["Schema"]) == (1, "bad")
    assert collection("meta").count_documents({}) == 1  # looked at, not changed


@pytest.mark.parametrize(("key", "state"), [("", "bad"), ("short", "bad"), ("a" * 16, "ok")])
def test_a_secret_key_that_is_missing_or_short_is_bad_and_never_printed(
    cli: Cli, key: str, state: str
) -> None:
    _, said = cli("doctor", "--json", *QUICK, SECRET_KEY=key)
    assert _states(said)["Secret key"] == state
    assert not key or key not in said


def test_a_spool_larger_than_the_disk_is_bad(cli: Cli) -> None:
    _, said = cli("doctor", "--json", *QUICK, SPOOL_GB="10000")
    assert _states(said)["Disks"] == "bad"


def test_a_clock_that_is_an_hour_off_is_bad(
    cli: Cli, exchange: Running, monkeypatch: pytest.MonkeyPatch, stored: Settings
) -> None:
    from workers.cli import exchange_checks

    monkeypatch.setattr(
        exchange_checks, "load_exchange_time", lambda: datetime.fromtimestamp(time.time() + 3_600, UTC)
    )
    finding = exchange_checks.look_at_clock()
    assert finding.state == "bad"
    assert "3600000 ms behind the exchange's" in finding.text


def test_a_setting_that_is_wrong_is_told_by_its_name(shell: Cli) -> None:
    code, said = shell("doctor", SHARDS="none")
    assert (code, "SHARDS: expected a whole number" in said) == (1, True), said
