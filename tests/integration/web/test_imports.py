"""Files sent to be imported: looked into first, stored only when somebody starts them, gone afterwards."""

import dataclasses
import gzip
import json
import os
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient

from analytics.records.market import Instrument
from app.imports import receiving
from tests.factories import MIDNIGHT, at, random_ticks
from tests.integration.imports.importing import agg_trade_lines
from workers.imports.uploads import upload_folder
from workers.settings import Settings, use_settings
from workers.store.audit import load_entries
from workers.store.bars import load_bars
from workers.store.imports import load_imports
from workers.store.indexes import ensure_indexes
from workers.store.instruments import save_instruments
from workers.store.ticks import load_ticks
from workers.store.watchlist import add_symbol
from workers.tasks.imports import run_imports, sweep_sent_files

BTC = "BTCUSDT"
DAY_FILE = "BTCUSDT-aggTrades-2024-08-08.csv"
KLINE = "1637971200000,0.2,0.4,0.1,0.3,36.2,1637971259999,1.03,79,19.5,0.55,0"


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    ensure_indexes()


@pytest.fixture
def small(settings: Settings) -> Iterator[Settings]:
    """At most a megabyte may be sent."""
    with use_settings(dataclasses.replace(settings, upload_mb=1.0)) as changed:
        yield changed


def text_of(lines: list[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def collected(second: float, **more: object) -> str:
    moment = at(second).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"symbol": "btcusdt", "ts": moment, "price": 100.0, "size": 1.0} | more)


def send(client: FlaskClient, name: str, body: bytes, **query: str) -> Any:
    given = {"name": name, **query}
    return client.post("/api/imports", query_string=given, data=body, content_type=receiving.MEDIA_TYPE)


def held() -> list[Path]:
    return [path for path in upload_folder().glob("*/*") if path.is_file()]


def packed(body: bytes, way: str, tmp_path: Path) -> bytes:
    if way == "gz":
        return gzip.compress(body)
    if way == "zip":
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.csv", body)
        return (tmp_path / "a.zip").read_bytes()
    return body


@pytest.mark.parametrize("way", ["", "gz", "zip"])
@pytest.mark.parametrize("unit", [1, 1_000])
def test_a_day_of_the_archive_is_shown_and_then_stored(
    client: FlaskClient, tmp_path: Path, way: str, unit: int
) -> None:
    ticks = random_ticks(1, 40)
    body = packed(text_of(agg_trade_lines(ticks, unit=unit)), way, tmp_path)
    answer = send(client, DAY_FILE, body)
    assert answer.status_code == 201
    told, preview = answer.json["import"], answer.json["preview"]
    assert (told["state"], told["name"], told["size"]) == ("uploaded", DAY_FILE, len(body))
    assert (preview["format"], preview["symbols"]) == ("archive of aggTrade", [BTC])
    assert preview["time_units"] == ["microseconds" if unit > 1 else "milliseconds"]
    assert preview["columns"][:3] == ["agg_trade_id", "price", "quantity"]
    assert preview["rows"][0] == {
        "symbol": BTC,
        "time": preview["since"],
        "id": 1,
        "price": ticks[0].price,
        "size": ticks[0].quantity,
        "side": "sell" if ticks[0].buyer_is_maker else "buy",
    }
    assert (answer.json["needs"], answer.json["obstacle"], preview["warnings"]) == (None, "", [])
    run_imports()
    assert load_ticks(BTC, after_id=-1) == []

    assert client.post(f"/api/imports/{told['id']}/start", json={}).status_code == 202
    run_imports()
    done = client.get("/api/imports").json["imports"][0]
    assert (done["state"], done["rows"], done["stored"], done["refused"], done["share"]) == (
        "done", 40, 40, 0, 1.0,
    )  # fmt: skip
    assert [tick.id for tick in load_ticks(BTC, after_id=-1)] == [tick.id for tick in ticks]
    assert held() == []
    assert list(upload_folder().iterdir()) == []


def test_klines_ask_for_a_symbol_and_are_stored_as_the_exchange_s_bars(client: FlaskClient) -> None:
    answer = send(client, "klines.csv", KLINE.encode())
    assert (answer.json["preview"], answer.json["needs"]) == (None, "symbol")
    address = f"/api/imports/{answer.json['import']['id']}"
    refused = client.post(f"{address}/start", json={})
    assert (refused.status_code, refused.json["error"]["field"]) == (422, "symbol")
    assert client.get(f"{address}?symbol=not+a+name").status_code == 422
    seen = client.get(f"{address}?symbol=adabtc").json
    assert (seen["preview"]["format"], seen["preview"]["symbols"], seen["needs"]) == (
        "archive of kline", ["ADABTC"], None,
    )  # fmt: skip
    assert seen["preview"]["rows"][0]["timeframe"] == "1m"
    assert client.post(f"{address}/start", json={"symbol": "adabtc"}).status_code == 202
    run_imports()
    assert [bar.source for bar in load_bars("ADABTC", "1m")] == ["exchange"]


def test_lines_of_a_collector_and_those_that_cannot_be_read(client: FlaskClient) -> None:
    lines = [collected(0), collected(1, price=-1), "{", collected(2)]
    answer = send(client, "ticks.ndjson", text_of(lines)).json
    preview = answer["preview"]
    assert (preview["format"], preview["time_units"]) == ("NDJSON of a collector", ["ISO 8601"])
    assert (preview["refused"], [one["line"] for one in preview["unreadable"]]) == (2, [2, 3])
    assert preview["unreadable"][0]["reason"].startswith("price: expected a positive number")
    assert "no ids" in preview["warnings"][0]
    assert (preview["since"], preview["until"]) == ("2024-08-08T00:00:00.000Z", "2024-08-08T00:00:02.000Z")
    client.post(f"/api/imports/{answer['import']['id']}/start", json={})
    run_imports()
    done = client.get("/api/imports").json["imports"][0]
    assert (done["state"], done["stored"], done["refused"]) == ("done", 2, 2)


def test_a_table_with_a_header_says_what_it_warns_of(client: FlaskClient) -> None:
    """Two units of time, a moment to come, and a symbol that the exchange does not offer."""
    save_instruments([Instrument("ETHUSDT", "ETH", "USDT", "TRADING", 0.01, 0.001)])  # type: ignore[arg-type]
    ahead = datetime.now(UTC) + timedelta(days=2)
    rows = ["ts,price,size", "1723161255342,1.5,2", f"{int(ahead.timestamp() * 1_000_000)},1.6,2"]
    preview = send(client, "mine.csv", text_of(rows), symbol="dogeusdt").json["preview"]
    assert (preview["format"], preview["columns"]) == ("CSV of a collector", ["ts", "price", "size"])
    assert preview["time_units"] == ["milliseconds", "microseconds"]
    assert "ambiguous" in preview["warnings"][0]
    assert f"of the future: {ahead:%Y-%m-%d}" in preview["warnings"][1]
    assert preview["warnings"][2] == "The exchange does not offer DOGEUSDT."


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"\n\ndear diary\n", "letter.csv: line 3: expected NDJSON of a collector"),
        (b'{"a": 1}\n{"a": 2}\n', "letter.csv: line 1: symbol: expected a name"),
        (b"ts,price,size,symbol\n", "line 1: expected a row below the header"),
        (b"\x1f\x8bnot gzip", "letter.csv: cannot be read"),
        (b"PK\x03\x04not a zip", "letter.csv: cannot be read"),
        (gzip.compress(b"0" * 80_000_000), "a line is longer than 64 MB"),
        (b"", "the file is empty"),
    ],
)
def test_what_is_not_understood_is_refused_by_line_and_gone(
    client: FlaskClient, settings: Settings, body: bytes, words: str
) -> None:
    answer = send(client, "letter.csv", body)
    assert answer.status_code == 422
    assert words in answer.json["error"]["message"]
    assert settings.upload_dir not in answer.text
    assert (list(upload_folder().iterdir()), load_imports()) == ([], [])


def test_real_trades_do_not_come_among_simulated_ones(client: FlaskClient) -> None:
    add_symbol(BTC)
    answer = send(client, DAY_FILE, text_of(agg_trade_lines(random_ticks(1, 5)))).json
    assert answer["needs"] == "synthetic"
    assert "holds a simulated market that trades BTCUSDT" in answer["obstacle"]
    address = f"/api/imports/{answer['import']['id']}"
    refused = client.post(f"{address}/start", json={})
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "does_not_fit")
    assert client.get(f"{address}?synthetic=true").json["obstacle"] == ""
    assert client.post(f"{address}/start", json={"synthetic": True}).status_code == 202


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/cron.d/x.csv", "x.csv"),
        ("..\\..\\win.csv", "win.csv"),
        ("/etc/passwd", "passwd"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("a\x00\r\nb<script>.csv", "a___b_script_.csv"),
        ("x" * 5_000 + ".csv", "x" * 120),
    ],
)
def test_the_name_leads_nowhere(client: FlaskClient, name: str, kept: str) -> None:
    answer = send(client, name, collected(0).encode())
    assert (answer.status_code, answer.json["import"]["name"]) == (201, kept)
    (path,) = held()
    assert path.parent.parent == upload_folder()
    assert [oct(one.stat().st_mode)[-3:] for one in (path, path.parent, upload_folder())] == [
        "600",
        "700",
        "700",
    ]


def test_what_is_too_large_is_refused_and_not_kept(client: FlaskClient, small: Settings) -> None:
    answer = send(client, "a.csv", b"1" * 1_000_001)
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")
    assert "a file may have 1 MB" in answer.json["error"]["message"]
    assert held() == []
    assert send(client, "a.ndjson", text_of([collected(n / 10) for n in range(9_000)])).status_code == 201


def test_what_waits_takes_so_much_room_and_no_more(client: FlaskClient, small: Settings) -> None:
    folder = upload_folder() / "old"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"1" * 3_999_990)
    answer = send(client, "b.ndjson", collected(0).encode())
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "no_room")


def test_so_many_come_at_once_and_no_more(client: FlaskClient) -> None:
    for _ in range(receiving.MOST_COMING):
        assert receiving._coming.acquire(blocking=False)
    try:
        assert send(client, "a.ndjson", collected(0).encode()).status_code == 429
    finally:
        receiving._coming.release(receiving.MOST_COMING)
    assert send(client, "a.ndjson", collected(0).encode()).status_code == 201


def test_a_disk_without_room_is_told(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.imports.receiving.LEAST_FREE_GB", 1e9)
    answer = send(client, "a.ndjson", collected(0).encode())
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "disk_nearly_full")


def test_only_bytes_are_taken(client: FlaskClient) -> None:
    for kind in ("application/json", "text/csv", "multipart/form-data", "application/x-www-form-urlencoded"):
        answer = client.post("/api/imports?name=a.csv", data=b"{}", content_type=kind)
        assert answer.status_code == 415
    assert client.post("/api/imports", data=b"1", content_type=receiving.MEDIA_TYPE).status_code == 400


def test_no_other_address_takes_so_much(client: FlaskClient) -> None:
    body = b'{"symbols": ["' + b"A" * 1_100_000 + b'"]}'
    assert client.post("/api/corr_heatmap", data=body, content_type="application/json").status_code == 413
    taken = send(client, "a.ndjson", text_of([collected(n / 10) for n in range(15_000)]))
    assert taken.status_code == 201
    assert taken.json["import"]["size"] > 1_100_000


def test_the_same_file_again_adds_nothing(client: FlaskClient) -> None:
    body = text_of([collected(n) for n in range(3)])
    first = send(client, "a.ndjson", body).json["import"]
    again = send(client, "b.ndjson", body)
    assert (again.status_code, again.json["import"]["id"], len(held())) == (201, first["id"], 1)
    client.post(f"/api/imports/{first['id']}/start", json={})
    assert client.post(f"/api/imports/{first['id']}/start", json={}).status_code == 409
    assert send(client, "c.ndjson", body).status_code == 200
    run_imports()
    answer = send(client, "d.ndjson", body)
    assert (answer.status_code, answer.json["import"]["state"], held()) == (200, "done", [])


def test_what_was_not_started_is_taken_back(client: FlaskClient) -> None:
    told = send(client, "a.ndjson", collected(0).encode()).json["import"]
    answer = client.delete(f"/api/imports/{told['id']}")
    assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
    assert (held(), load_imports()) == ([], [])
    assert client.delete(f"/api/imports/{told['id']}").status_code == 404


def test_what_waits_is_cancelled_at_once_and_what_has_ended_is_not(client: FlaskClient) -> None:
    told = send(client, "a.ndjson", collected(0).encode()).json["import"]
    client.post(f"/api/imports/{told['id']}/start", json={})
    answer = client.delete(f"/api/imports/{told['id']}")
    assert (answer.status_code, answer.json["state"], held()) == (200, "cancelled", [])
    run_imports()
    assert load_ticks(BTC, after_id=-1) == []
    assert client.delete(f"/api/imports/{told['id']}").status_code == 409


def test_what_runs_stops_after_its_batch_and_leaves_no_file(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.imports.batches.LINES_AT_ONCE", 5)
    monkeypatch.setattr("workers.tasks.imports.RUN_SECONDS", -1.0)
    clock = SimpleNamespace(monotonic=iter(range(1_000)).__next__, sleep=time.sleep)
    monkeypatch.setattr("workers.imports.run.time", clock)
    told = send(client, "a.ndjson", text_of([collected(n) for n in range(40)])).json["import"]
    client.post(f"/api/imports/{told['id']}/start", json={})
    run_imports()
    assert client.get("/api/imports").json["imports"][0]["state"] == "running"
    assert client.delete(f"/api/imports/{told['id']}").status_code == 202
    monkeypatch.setattr("workers.tasks.imports.RUN_SECONDS", 1_000.0)
    run_imports()
    assert (client.get("/api/imports").json["imports"][0]["state"], held()) == ("cancelled", [])


def test_what_nobody_imports_goes_after_a_day(client: FlaskClient) -> None:
    told = send(client, "old.ndjson", collected(0).encode()).json["import"]
    (old,) = held()
    send(client, "new.ndjson", collected(1).encode())
    sweep_sent_files()
    assert len(held()) == 2
    yesterday = datetime.now(UTC).timestamp() - 90_000
    os.utime(old.parent, (yesterday, yesterday))
    sweep_sent_files()
    assert [path.name for path in held()] == ["new.ndjson"]
    assert [row.path for row in load_imports()] == [str(held()[0])]
    assert client.get(f"/api/imports/{told['id']}").status_code == 404


def test_every_step_is_in_the_audit_log(client: FlaskClient) -> None:
    told = send(client, "a.ndjson", collected(0).encode()).json["import"]
    client.post(f"/api/imports/{told['id']}/start", json={})
    client.delete(f"/api/imports/{told['id']}")
    actions = [entry.action for entry in load_entries(limit=3)]
    assert actions == ["DELETE /api/imports/<id>", "POST /api/imports/<id>/start", "POST /api/imports"]


def test_a_file_that_begins_at_midnight_is_told_so(client: FlaskClient) -> None:
    told = send(client, DAY_FILE, text_of(agg_trade_lines(random_ticks(1, 5)))).json["preview"]
    assert told["since"].startswith(MIDNIGHT.date().isoformat())
