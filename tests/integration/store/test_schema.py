"""The version of what is stored: written, migrated step by step, or refused with a sentence."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workers.settings import Settings
from workers.store import schema
from workers.store.database import collection
from workers.store.indexes import ensure_indexes
from workers.store.schema import SchemaRefused, ensure_schema, load_schema_version

ROOT = Path(__file__).resolve().parents[3]


def with_migrations(monkeypatch: pytest.MonkeyPatch, migrations: dict[int, Callable[[], None]]) -> None:
    """As if the code were of a later version."""
    monkeypatch.setattr(schema, "MIGRATIONS", migrations)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", max(migrations))


def rename_price() -> None:
    """What a migration does: a field of every tick gets another name."""
    collection("ticks").update_many({"price": {"$exists": True}}, {"$rename": {"price": "paid"}})


def add_unit() -> None:
    collection("ticks").update_many({"paid": {"$exists": True}}, {"$set": {"unit": "USDT"}})


def test_every_version_has_its_migration() -> None:
    assert sorted(schema.MIGRATIONS) == list(range(schema.FIRST_VERSION + 1, schema.SCHEMA_VERSION + 1))


def test_a_new_database_gets_the_version_of_the_code(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_migrations(monkeypatch, {2: rename_price, 3: add_unit})
    ensure_indexes()
    assert load_schema_version() == 3


def test_a_database_from_before_there_were_versions_is_migrated_from_the_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection("ticks").insert_many([{"_id": 1, "price": 10.0}, {"_id": 2, "price": 11.0}])
    with_migrations(monkeypatch, {2: rename_price, 3: add_unit})
    ensure_indexes()
    assert list(collection("ticks").find(sort=[("_id", 1)])) == [
        {"_id": 1, "paid": 10.0, "unit": "USDT"},
        {"_id": 2, "paid": 11.0, "unit": "USDT"},
    ]
    assert load_schema_version() == 3


def test_nothing_changes_where_the_version_is_right(settings: Settings) -> None:
    collection("ticks").insert_one({"_id": 1, "price": 10.0})
    ensure_indexes()
    ensure_indexes()
    assert load_schema_version() == schema.SCHEMA_VERSION
    assert list(collection("ticks").find()) == [{"_id": 1, "price": 10.0}]


def test_a_migration_that_was_killed_is_done_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection("ticks").insert_many([{"_id": 1, "price": 10.0}, {"_id": 2, "price": 11.0}])

    def killed() -> None:
        collection("ticks").update_one({"_id": 1}, {"$rename": {"price": "paid"}})
        raise KeyboardInterrupt

    with_migrations(monkeypatch, {2: killed})
    with pytest.raises(KeyboardInterrupt):
        ensure_schema()
    assert load_schema_version() == 1
    with_migrations(monkeypatch, {2: rename_price})
    ensure_schema()
    assert [row["paid"] for row in collection("ticks").find(sort=[("_id", 1)])] == [10.0, 11.0]


def test_two_processes_do_not_migrate_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    collection("ticks").insert_one({"_id": 1, "price": 10.0})
    at_work, most = [], []

    def slow() -> None:
        at_work.append(1)
        most.append(len(at_work))
        time.sleep(0.3)
        at_work.pop()

    with_migrations(monkeypatch, {2: slow})
    monkeypatch.setattr(schema, "LOOK_AGAIN_SECONDS", 0.05)
    threads = [threading.Thread(target=ensure_schema) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == [1]
    assert load_schema_version() == 2


def test_a_newer_database_is_refused_with_a_sentence(settings: Settings) -> None:
    collection("meta").insert_one({"_id": "schema", "version": 99})
    with pytest.raises(SchemaRefused, match=r"has schema version 99, this program knows 1; start the newer"):
        ensure_indexes()
    assert load_schema_version() == 99
    assert set(collection("meta").database.list_collection_names()) == {"meta"}


def test_a_half_restored_database_is_refused_with_a_sentence(settings: Settings) -> None:
    schema.note_restore("some.backup.zip")
    with pytest.raises(SchemaRefused, match=r"restore from some\.backup\.zip was not finished"):
        ensure_schema()
    schema.note_restored()
    ensure_schema()


@pytest.mark.parametrize("hold_stream", [False, True])
def test_a_worker_on_a_newer_database_ends_with_the_sentence(
    mongo_url: str, redis_url: str, mongo_client: object, tmp_path: Path, hold_stream: bool
) -> None:
    name = "gemscap_replay_spot_aggtrade_schematest"
    database = mongo_client[name]  # type: ignore[index]  # a MongoClient
    database["meta"].insert_one({"_id": "schema", "version": 99})
    environ = {"MONGO_URL": mongo_url, "REDIS_URL": redis_url, "SOURCE": "REPLAY", "CAPTURE": "schematest"}
    exchange = {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}
    environ |= exchange | {"PATH": os.environ["PATH"], "SPOOL_DIR": str(tmp_path)}
    words = ["-Q", "nothing", "--pool", "solo", *(["--hold-stream"] if hold_stream else [])]
    command = [sys.executable, "-m", "celery", "-A", "workers.celery_app", "worker", "-n", "t@%h", *words]
    try:
        run = subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        assert run.returncode != 0
        assert "has schema version 99" in run.stdout + run.stderr
        assert database["ticks"].index_information() == {}
    finally:
        mongo_client.drop_database(name)  # type: ignore[attr-defined]  # a MongoClient
