"""Two of each process behind nginx: one web process ends, and no page misses an update."""

import json
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests.integration.deployment.installation import Installation
from tests.integration.deployment.reader import Reader
from tests.integration.exchange.running import running
from tests.product import wait_for
from workers.access.tokens import make_token
from workers.local.nginx import WHAT_TO_INSTALL, find_nginx
from workers.settings import Settings, settings_from, use_settings
from workers.store.bars import load_bars
from workers.store.heartbeats import Heartbeat, load_heartbeats
from workers.store.schema import ensure_schema

pytestmark = pytest.mark.skipif(find_nginx() is None, reason=WHAT_TO_INSTALL)

SYMBOL = "BTCUSDT"
READERS = 8  # that both web processes have some is then all but certain
WORKERS = ("stream", "stream2", "compute", "compute2", "batch", "beat")
UP_SECONDS = 120.0
GOES_ON = timedelta(seconds=8)


@pytest.fixture(scope="module")
def environ(mongo_url: str, redis_url: str) -> Iterator[dict[str, str]]:
    """What all processes are told; the two symbols fall into different shards."""
    with running("--synthetic", "--seed", "9") as exchange:
        yield {
            "MONGO_URL": mongo_url,
            "REDIS_URL": redis_url,
            "BINANCE_REST_URL": exchange.url,
            "BINANCE_WS_URL": exchange.ws_url,
            "SOURCE": "SIMULATED",
            "SEED": uuid.uuid4().hex[:12],
            "SYMBOLS": f"{SYMBOL},ETHUSDT",
            "SHARDS": "2",
            "BOOK_TICKER": "off",
            "SECRET_KEY": "the same for both web processes",
            "TRUSTED_PROXIES": "127.0.0.1",
            "LOG_FORMAT": "json",
        }


@pytest.fixture(scope="module")
def settings(environ: dict[str, str], mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Settings]:
    with use_settings(settings_from(environ)) as settings:
        yield settings
        mongo_client.drop_database(settings.database)


@pytest.fixture(scope="module")
def token(settings: Settings) -> str:
    """Behind a proxy somebody may come from anywhere: the pages are closed without one."""
    ensure_schema()
    return make_token("readers", can_change=False)[0]


@pytest.fixture(scope="module")
def installation(
    environ: dict[str, str], token: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Two of each, up and capturing."""
    folder: Path = tmp_path_factory.mktemp("installation")
    with Installation(folder, environ) as installation:
        for name in (*WORKERS, "web", "web2"):
            installation.start(name)
        ports = installation.web_ports.values()
        wait_for(lambda: all(map(installation.answers, ports)), UP_SECONDS, "both web processes")
        installation.start_nginx()
        wait_for(_captures, UP_SECONDS, "both stream workers hold symbols, both compute workers live")
        wait_for(lambda: len(load_bars(SYMBOL, "1s", limit=9)) == 9, UP_SECONDS, "bars of some seconds")
        yield installation


@pytest.fixture
def readers(installation: Installation, token: str) -> Iterator[list[Reader]]:
    readers = [Reader(installation.url, SYMBOL, token) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    yield readers
    for reader in readers:
        reader.stop()


def _living(process: str) -> list[Heartbeat]:
    since = datetime.now(UTC) - timedelta(seconds=15)
    return [beat for beat in load_heartbeats() if beat.process == process and beat.beat_at > since]


def _captures() -> bool:
    streams = _living("stream")
    held = [beat.figures.get("symbols") for beat in streams]
    return len(streams) == 2 and all(held) and len(_living("compute")) == 2


def _is_beyond(readers: list[Reader], moment: datetime) -> bool:
    return all(reader.newest is not None and reader.newest > moment for reader in readers)


def test_a_web_process_that_ends_costs_no_update(installation: Installation, readers: list[Reader]) -> None:
    wait_for(lambda: all(reader.updates > 3 for reader in readers), 60, "live updates through nginx")
    wait_for(lambda: min(_clients()) > 0, 30, f"pages at both web processes: {_clients()}")
    # Older bars the loading of history may still bring.
    first = max(reader.newest for reader in readers if reader.newest)
    before = [reader.updates for reader in readers]
    killed_at = datetime.now(UTC)
    installation.kill("web")
    wait_for(lambda: _is_beyond(readers, killed_at + GOES_ON), 60, "updates after the end of a web process")
    assert all(reader.updates > count for reader, count in zip(readers, before, strict=True))
    assert {reader.connects for reader in readers} == {1, 2}  # some were at the other one
    last = min(reader.newest for reader in readers if reader.newest)
    stored = {bar.start for bar in load_bars(SYMBOL, "1s", start=first, end=last)}
    assert len(stored) > 5
    for reader in readers:
        assert stored - reader.starts == set()


def _clients() -> list[int]:
    return [int(beat.figures.get("clients") or 0) for beat in _living("web")]


def test_the_cookie_keeps_a_browser_at_its_process(installation: Installation) -> None:
    address = f"{installation.url}/api/health"
    with urllib.request.urlopen(address, timeout=20) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("gemscap_web=")
    assert "HttpOnly" in cookie
    again = urllib.request.Request(address, headers={"Cookie": cookie.partition(";")[0]})
    with urllib.request.urlopen(again, timeout=20) as answer:
        assert answer.headers["Set-Cookie"] is None


def test_every_line_of_every_log_is_json(installation: Installation) -> None:
    for name in (*WORKERS, "web2"):
        lines = installation.log(name).splitlines()
        assert lines
        told = [json.loads(line) for line in lines if line.startswith("{")]
        assert len(told) >= len(lines) - _banner(lines), name
        assert {"at", "level", "event"} <= set(told[0])


def _banner(lines: list[str]) -> int:
    """Lines of Celery's picture at its start, which is no log."""
    return sum(not line.startswith("{") for line in lines[:60])
