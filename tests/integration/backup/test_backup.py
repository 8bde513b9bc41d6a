"""Backup and restore: every document as it was, or nothing changed and a sentence."""

import dataclasses
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson import Int64
from bson.raw_bson import RawBSONDocument

from tests.factories import MIDNIGHT, at, bar, gap, random_ticks
from workers.backup.archive import read_manifest, verify
from workers.backup.errors import BackupRefused
from workers.backup.restore import restore
from workers.backup.save import back_up
from workers.settings import Settings, use_settings
from workers.store import schema
from workers.store.bars import load_bars, save_bars
from workers.store.database import collection, database
from workers.store.gaps import save_gaps
from workers.store.heartbeats import Heartbeat, save_heartbeat
from workers.store.indexes import ensure_indexes
from workers.store.market_clock import save_market_clock
from workers.store.quarantine import Quarantined, save_quarantined
from workers.store.raw import living_processes
from workers.store.schema import SchemaRefused, load_schema_version
from workers.store.ticks import load_ticks, save_ticks

Documents = dict[str, dict[Any, bytes]]


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """A database with documents of every BSON type that occurs, received just now."""
    ensure_indexes()
    now = datetime.now(UTC)
    save_ticks([dataclasses.replace(tick, received_at=now) for tick in random_ticks(3, 3_000)])
    save_bars([bar(at(60 * n)) for n in range(500)])
    save_gaps([gap(5, 90, missing=((5, 6), (80, 90)))])
    save_market_clock(MIDNIGHT)
    save_quarantined([Quarantined(now, "not JSON", b"\x00\xff{")])
    odd = {"_id": "odd", "whole": Int64(3), "small": 3, "none": None, "text": "ü", "flags": [True, 1.5]}
    collection("quality").insert_one(odd | {"when": now, "deep": {"a": {"b": []}}})
    return settings


def documents() -> Documents:
    """Every document of the database, byte for byte, but for signs of life."""
    names = set(database().list_collection_names()) - {"heartbeats"}
    return {name: {repr(row["_id"]): row.raw for row in _raw(name)} for name in names}


def _raw(name: str) -> Iterator[RawBSONDocument]:
    options = collection(name).codec_options.with_options(document_class=RawBSONDocument)
    yield from collection(name).with_options(codec_options=options).find()  # type: ignore[misc, arg-type]  # raw


def indexes() -> dict[str, list[str]]:
    return {name: sorted(collection(name).index_information()) for name in sorted(documents())}


def test_every_document_comes_back_byte_for_byte_with_its_indexes(filled: Settings, tmp_path: Path) -> None:
    before, before_indexes = documents(), indexes()
    manifest = back_up(tmp_path / "a.backup.zip")
    assert manifest.documents == sum(len(rows) for rows in before.values())
    database().client.drop_database(filled.database)
    restore(tmp_path / "a.backup.zip", replace=False)
    after = documents()
    del before["meta"], after["meta"]  # when the version was written
    assert after == before
    assert indexes() == before_indexes
    assert len(load_ticks("BTCUSDT", after_id=-1)) == 3_000
    assert len(load_bars("BTCUSDT", "1m")) == 500
    assert load_schema_version() == schema.SCHEMA_VERSION


def test_the_types_are_kept(filled: Settings, tmp_path: Path) -> None:
    back_up(tmp_path / "a.backup.zip")
    restore(tmp_path / "a.backup.zip", replace=True)
    row = collection("quality").find({"_id": "odd"})[0]
    assert (type(row["whole"]), type(row["small"]), row["none"], row["text"]) == (Int64, int, None, "ü")
    assert row["when"].tzinfo is not None
    assert collection("quarantine").find()[0]["raw"] == b"\x00\xff{"


def test_two_backups_of_the_same_data_have_the_same_checksums(filled: Settings, tmp_path: Path) -> None:
    one, two = back_up(tmp_path / "a.backup.zip"), back_up(tmp_path / "b.backup.zip")
    assert one.collections == two.collections


def test_its_members_are_what_mongorestore_reads(filled: Settings, tmp_path: Path) -> None:
    back_up(tmp_path / "a.backup.zip")
    with zipfile.ZipFile(tmp_path / "a.backup.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert json.loads(archive.read("manifest.json"))["database"] == filled.database
    assert names[-1] == "manifest.json"
    assert names.index("cursors.bson") < names.index("ticks.bson") if "cursors.bson" in names else True
    assert names.index("gaps.bson") < names.index("ticks.bson") < names.index("bars.bson")


@pytest.mark.parametrize("damage", ["flipped", "cut", "other"])
def test_a_damaged_backup_changes_nothing(filled: Settings, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.backup.zip"
    back_up(path)
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 2] ^= 1
    path.write_bytes({"cut": content[: len(content) // 2], "other": b"PK but no zip"}.get(damage, content))
    before = documents()
    with pytest.raises(BackupRefused, match=r"a\.backup\.zip"):
        restore(path, replace=True)
    assert documents() == before


def test_a_document_more_than_the_manifest_says_is_noticed(filled: Settings, tmp_path: Path) -> None:
    """A zip that is whole, and yet not what was written."""
    path, changed = tmp_path / "a.backup.zip", tmp_path / "b.backup.zip"
    back_up(path)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content + content if name == "gaps.bson" else content)
    with pytest.raises(BackupRefused, match="gaps does not fit its checksum"):
        verify(changed)
    assert verify(path).documents > 0


def test_a_database_that_holds_something_is_not_overwritten_unless_told(
    filled: Settings, tmp_path: Path
) -> None:
    back_up(tmp_path / "a.backup.zip")
    collection("gaps").delete_many({})
    collection("later").insert_one({"_id": 1})
    with pytest.raises(BackupRefused, match="is not empty; --replace"):
        restore(tmp_path / "a.backup.zip", replace=False)
    assert collection("gaps").count_documents({}) == 0
    restore(tmp_path / "a.backup.zip", replace=True)
    assert collection("gaps").count_documents({}) == 1
    assert "later" not in database().list_collection_names()


def test_while_the_product_runs_nothing_is_restored(filled: Settings, tmp_path: Path) -> None:
    back_up(tmp_path / "a.backup.zip")
    now = datetime.now(UTC)
    save_heartbeat(Heartbeat("stream", "host", 1, now, now - timedelta(seconds=3), {}))
    with pytest.raises(BackupRefused, match=r"product is running .* \(stream@host\): stop it first"):
        restore(tmp_path / "a.backup.zip", replace=True)
    save_heartbeat(Heartbeat("stream", "host", 1, now, now - timedelta(minutes=1), {}))
    assert living_processes() == []
    restore(tmp_path / "a.backup.zip", replace=True)


def test_a_backup_of_another_database_is_refused(
    filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(tmp_path / "a.backup.zip")
    monkeypatch.setattr("workers.backup.restore.database_name", lambda: "gemscap_live_spot_aggtrade")
    with pytest.raises(BackupRefused, match="each source has a database of its own"):
        restore(tmp_path / "a.backup.zip", replace=True)


def test_a_backup_of_a_newer_schema_is_refused_and_an_older_one_migrated(
    filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(schema, "SCHEMA_VERSION", 2)
        newer.setattr(schema, "MIGRATIONS", {2: lambda: None})
        back_up(tmp_path / "new.backup.zip")
    with pytest.raises(BackupRefused, match="has schema version 2, this program knows 1"):
        restore(tmp_path / "new.backup.zip", replace=True)
    schema.set_schema_version(1)
    back_up(tmp_path / "old.backup.zip")
    assert read_manifest(tmp_path / "old.backup.zip").schema_version == 1
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)
    migration = {2: lambda: collection("gaps").update_many({}, {"$set": {"migrated": True}})}
    monkeypatch.setattr(schema, "MIGRATIONS", migration)
    restore(tmp_path / "old.backup.zip", replace=True)
    assert load_schema_version() == 2
    assert [row["migrated"] for row in collection("gaps").find()] == [True]


def test_a_restore_that_was_killed_leaves_a_database_nobody_uses_until_it_is_done(
    filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(tmp_path / "a.backup.zip")
    before = documents()

    def killed(*_saved: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(tmp_path / "a.backup.zip", replace=True, tell=killed)
    with pytest.raises(SchemaRefused, match="was not finished; run that again with --replace"):
        ensure_indexes()
    restore(tmp_path / "a.backup.zip", replace=True)
    ensure_indexes()
    assert documents()["ticks"] == before["ticks"]


def test_while_the_product_writes_a_mark_never_runs_ahead(settings: Settings, tmp_path: Path) -> None:
    """A writer as the stream is one: ticks, then the cursor that speaks for them."""
    ensure_indexes()
    stopping, written = threading.Event(), threading.Event()

    def write() -> None:
        ticks = random_ticks(4, 40_000)
        for first in range(0, len(ticks), 200):
            batch = ticks[first : first + 200]
            save_ticks(batch)
            mark = {"$max": {"last_id": batch[-1].id}}
            collection("cursors").update_one({"_id": "BTCUSDT"}, mark, upsert=True)
            written.set()
            if stopping.is_set():
                return

    with use_settings(settings):
        writer = threading.Thread(target=write)
        writer.start()
        assert written.wait(30)
        back_up(tmp_path / "a.backup.zip")
        stopping.set()
        writer.join(30)
    restore(tmp_path / "a.backup.zip", replace=True)
    mark = collection("cursors").find()[0]["last_id"]
    ids = [tick.id for tick in load_ticks("BTCUSDT", after_id=-1)]
    assert mark > 0
    assert ids[:mark] == list(range(1, mark + 1))


def test_a_backup_never_takes_the_place_of_a_file(filled: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.backup.zip").write_text("mine")
    with pytest.raises(BackupRefused, match="is there already"):
        back_up(tmp_path / "a.backup.zip")
    assert (tmp_path / "a.backup.zip").read_text() == "mine"


def test_an_empty_database_is_not_backed_up(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="is empty"):
        back_up(tmp_path / "a.backup.zip")
    assert list(tmp_path.glob("*.zip*")) == []


def test_a_backup_that_fails_leaves_no_file(
    filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_saved: object) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        back_up(tmp_path / "sub" / "a.backup.zip", broken)
    assert list((tmp_path / "sub").iterdir()) == []


def test_only_its_owner_can_read_it(filled: Settings, tmp_path: Path) -> None:
    back_up(tmp_path / "a.backup.zip")
    assert (tmp_path / "a.backup.zip").stat().st_mode & 0o077 == 0
