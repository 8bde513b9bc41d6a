"""`/metrics`, read by the parser of Prometheus' own library: the figures of the System page."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families

from analytics.records.market import Gap
from tests.factories import gap
from tests.integration.web.market_seed import seed_market
from workers.coordination.canary import note_canary
from workers.coordination.queues import QUEUES
from workers.coordination.redis_client import redis_client
from workers.coordination.task_times import note_run
from workers.settings import Settings, use_settings
from workers.store.gaps import save_gaps
from workers.store.heartbeats import Heartbeat, save_heartbeat

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "deployment.md"
Samples = dict[tuple[str, ...], float]


@pytest.fixture(autouse=True)
def market(settings: Settings) -> Iterator[datetime]:
    redis_client().delete(*QUEUES)  # what tests before this one have left there
    yield seed_market()
    for key in redis_client().keys(f"{settings.database}:*"):
        redis_client().delete(key)


def _samples(client: FlaskClient) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_every_figure_the_guide_sets_an_alarm_on_is_told(client: FlaskClient, market: datetime) -> None:
    for queue in QUEUES:
        note_canary(queue)
    note_run("bars.build_bars", 0.02, failed=False)
    save_gaps([gap(5, 16, symbol="BTCUSDT")])
    save_heartbeat(Heartbeat("stream", "there", 5_000, market, market, {"trade_to_stored_ms_p99": 40.0}))
    section = GUIDE.read_text().partition("\n## Watching it\n")[2].partition("\n## ")[0]
    watched = re.findall(r"^\| `(\w+)(?:\{(.+?)\})?` \|", section, re.M)
    assert len(watched) > 5
    told = _samples(client)
    for name, labels in watched:
        values = re.findall(r'="(.+?)"', labels)
        assert any(key[0] == name and set(values) <= set(key[1:]) for key in told), (name, labels)


def test_queues_canaries_and_tasks_are_told(client: FlaskClient) -> None:
    note_canary("bars")
    for seconds, failed in ((0.02, False), (0.3, False), (70.0, True)):
        note_run("bars.build_bars", seconds, failed=failed)
    told = _samples(client)
    assert told["gemscap_queue_waiting", "batch"] == 0
    assert 0 <= told["gemscap_canary_age_seconds", "bars"] < 5
    assert ("gemscap_canary_age_seconds", "batch") not in told
    assert told["gemscap_task_failures_total", "bars.build_bars"] == 1
    assert told["gemscap_task_seconds_count", "bars.build_bars"] == 3
    assert told["gemscap_task_seconds_sum", "bars.build_bars"] == pytest.approx(70.32)
    buckets = {
        limit: told["gemscap_task_seconds_bucket", limit, "bars.build_bars"]
        for limit in ("0.05", "0.5", "60")
    }
    assert buckets == {"0.05": 1, "0.5": 2, "60": 2}


def test_gaps_are_told_by_state(client: FlaskClient) -> None:
    now = datetime.now(UTC)
    hole = Gap("BTCUSDT", 10, 12, "open", now, None, None)
    save_gaps([hole, dataclasses.replace(hole, first_id=20, last_id=21, state="expired")])
    told = _samples(client)
    assert told["gemscap_gaps", "open"] == 1
    assert told["gemscap_gaps", "expired"] == 1


def test_delays_and_processes_are_told_in_seconds_and_bytes(client: FlaskClient) -> None:
    now = datetime.now(UTC)
    figures: dict[str, float | int | str | None] = {
        "memory_mb": 88.4,
        "ticks_stored": 1_234,
        "clients": 7,
        "trade_to_drawn_ms_p99": 120.0,
        "trade_to_drawn_ms_p50": None,
        "shards": "0 of 2",
    }
    save_heartbeat(Heartbeat("web", "there", 77, now - timedelta(hours=1), now, figures))
    told = _samples(client)
    assert told["gemscap_trade_delay_seconds", "0.99", "drawn"] == pytest.approx(0.12)
    assert ("gemscap_trade_delay_seconds", "0.5", "drawn") not in told
    assert told["gemscap_process_memory_bytes", "77", "there", "web"] == pytest.approx(88.4e6)
    assert told["gemscap_ticks_stored_total", "77", "there", "web"] == 1_234
    assert told["gemscap_clients", "77", "there", "web"] == 7


def test_the_page_tells_the_same(client: FlaskClient) -> None:
    note_canary("bars")
    note_run("bars.build_bars", 0.25, failed=False)
    page, told = client.get("/api/system").json or {}, _samples(client)
    assert page["queues"]["batch"] == told["gemscap_queue_waiting", "batch"]
    assert page["canaries"]["bars"]["state"] == "ok"
    assert page["canaries"]["batch"]["state"] == "unknown"
    assert {"task": "bars.build_bars", "runs": 1, "failures": 0, "mean_ms": 250.0, "last_ms": 250.0} in page[
        "tasks"
    ]
    stored = page["servers"]["mongodb"]["stored_mb"] * 1e6
    assert told["gemscap_mongodb_stored_bytes",] == pytest.approx(stored, rel=0.01)


def test_who_asks_for_openmetrics_gets_it(client: FlaskClient) -> None:
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.content_type.startswith("application/openmetrics-text")
    assert [family.name for family in open_metrics(answer.text)]


def test_without_its_servers_it_says_what_is_down(client: FlaskClient, settings: Settings) -> None:
    nowhere = dataclasses.replace(
        settings,
        mongo_url="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200",
        redis_url="redis://127.0.0.1:1",
    )
    with use_settings(nowhere):
        import workers.coordination.redis_client as redis_module
        import workers.store.database as database_module

        redis_module._client.cache_clear()
        database_module._client.cache_clear()
        try:
            told = _samples(client)
        finally:
            redis_module._client.cache_clear()
            database_module._client.cache_clear()
    assert told["gemscap_part_up", "mongodb"] == 0
    assert told["gemscap_part_up", "redis"] == 0
    assert not any(name == "gemscap_queue_waiting" for name, *_ in told)


def test_a_canary_that_is_late_is_named(client: FlaskClient, settings: Settings) -> None:
    parts = (client.get("/api/ready").json or {})["parts"]
    assert "queue bars" not in parts
    note_canary("bars")
    assert (client.get("/api/ready").json or {})["parts"]["queue bars"] == {"ok": True}
    redis_client().hset(f"{settings.database}:canaries", "bars", datetime.now(UTC).timestamp() - 31)
    part = (client.get("/api/ready").json or {})["parts"]["queue bars"]
    assert not part["ok"]
    assert part["reason"].startswith("its canary came through 31 s ago")
