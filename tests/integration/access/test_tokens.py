"""Tokens of programs: made, used, read-only, ended, revoked, never shown again."""

import dataclasses
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.pages import sign_in
from tests.integration.access.people import ORIGIN, PASSWORD, own
from tests.integration.web.market_seed import seed_symbols
from tests.integration.web.web_process import ROOT
from workers.access.passwords import is_password
from workers.access.tokens import make_token
from workers.settings import BadSetting, Settings, use_settings
from workers.store.audit import load_entries
from workers.store.database import collection, database
from workers.store.indexes import create_indexes


def _bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def _run(settings: Settings, *words: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "MONGO_URL": settings.mongo_url, "SOURCE": "SIMULATED", **more}
    environ |= {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}
    command = [sys.executable, "-m", "workers.access", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environ, input=given, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_program_reads_and_changes_with_its_token(stranger: FlaskClient) -> None:
    seed_symbols(["BTCUSDT", "ETHUSDT", "DOGEUSDT"])
    text, _ = make_token("laptop")
    assert stranger.get("/api/watchlist", headers=_bearer(text)).status_code == 200
    assert stranger.delete("/api/watchlist/DOGEUSDT", headers=_bearer(text)).status_code == 200
    assert stranger.get("/api/caller", headers=_bearer(text)).json == {
        "kind": "token",
        "name": "token laptop",
        "can_change": True,
    }


def test_another_site_cannot_use_it_either(stranger: FlaskClient) -> None:
    text, _ = make_token("laptop")
    headers = {**_bearer(text), "Origin": "http://evil.example"}
    assert stranger.delete("/api/watchlist/DOGEUSDT", headers=headers).status_code == 403


def test_a_token_that_may_read_changes_nothing(stranger: FlaskClient) -> None:
    text, _ = make_token("dashboard", can_change=False)
    assert stranger.get("/api/watchlist", headers=_bearer(text)).status_code == 200
    refused = stranger.delete("/api/watchlist/DOGEUSDT", headers=_bearer(text))
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "read_only")  # type: ignore[index] # JSON


def test_a_token_makes_no_second_one(stranger: FlaskClient) -> None:
    text, _ = make_token("laptop")
    for method, path in (
        ("POST", "/api/tokens"),
        ("DELETE", "/api/tokens/laptop"),
        ("DELETE", "/api/sign_ins"),
    ):
        body = {"name": "another"} if method == "POST" else None
        answer = stranger.open(path, method=method, json=body, headers=_bearer(text))
        assert (answer.status_code, answer.json["error"]["code"]) == (403, "people_only")  # type: ignore[index]


@pytest.mark.parametrize("wrong", ["", "gemscap_", "x" * 51, "' || 1==1", "é" * 20, "a" * 5_000])
def test_a_wrong_token_opens_nothing_also_where_none_is_needed(
    stranger: FlaskClient, settings: Settings, wrong: str
) -> None:
    plain = create_app(settings, message_queue=False, background=False).test_client()
    for client in (stranger, plain):
        answer = client.get("/api/watchlist", headers=_bearer(wrong))
        assert answer.status_code == 401
    assert plain.get("/api/watchlist").status_code == 200


def test_a_token_ends_by_its_day_and_by_being_revoked(stranger: FlaskClient, person: FlaskClient) -> None:
    short, _ = make_token("short", days=1)
    long, _ = make_token("long")
    past = {"$set": {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}}
    collection("api_tokens").update_one({"_id": "short"}, past)
    assert stranger.get("/api/watchlist", headers=_bearer(short)).status_code == 401
    assert stranger.get("/api/watchlist", headers=_bearer(long)).status_code == 200
    assert person.delete("/api/tokens/long", headers=own(person)).json == {"name": "long"}
    assert stranger.get("/api/watchlist", headers=_bearer(long)).status_code == 401
    assert person.delete("/api/tokens/long", headers=own(person)).status_code == 404


def test_a_token_is_shown_once_and_kept_as_a_hash(person: FlaskClient) -> None:
    body = {"name": "laptop", "can_change": False, "days": 30}
    answer = person.post("/api/tokens", json=body, headers=own(person))
    assert answer.status_code == 201
    text = str(answer.json["token"])  # type: ignore[index] # JSON
    assert text.startswith("gemscap_")
    assert len(text) == 51
    assert text not in str(list(collection("api_tokens").find()))
    listed = person.get("/api/access").json
    assert listed is not None
    assert [row["name"] for row in listed["tokens"]] == ["laptop"]
    assert text not in str(listed)
    assert person.post("/api/tokens", json=body, headers=own(person)).status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [({"name": "a/b"}, 422), ({"name": "<img src=x>"}, 422), ({"name": "x" * 41}, 422),
     ({"name": {"$gt": ""}}, 400), ({}, 400), ({"name": "a", "days": 0}, 422),
     ({"name": "a", "admin": True}, 400)],
)  # fmt: skip
def test_a_token_that_cannot_be_made_is_refused(person: FlaskClient, body: object, status: int) -> None:
    assert person.post("/api/tokens", json=body, headers=own(person)).status_code == status
    assert collection("api_tokens").count_documents({}) == 0


def test_the_command_makes_lists_and_revokes(settings: Settings, mongo_client: object) -> None:
    seed = {"SEED": "commands-" + os.urandom(4).hex()}
    try:
        made = _run(settings, "add", "cron job", "--days", "7", **seed)
        assert made.returncode == 0, made.stderr
        text = made.stdout.strip()
        assert len(text) == 51
        assert "only time" in made.stderr
        listed = _run(settings, "list", **seed)
        assert "cron job" in listed.stdout
        assert text not in listed.stdout
        assert _run(settings, "add", "cron job", **seed).returncode == 1
        assert _run(settings, "revoke", "cron job", **seed).returncode == 0
        assert _run(settings, "revoke", "cron job", **seed).returncode == 1
    finally:
        database().client.drop_database(f"gemscap_simulated_spot_aggtrade_{seed['SEED']}")
    assert _run(settings, "list", MONGO_URL="mongodb://127.0.0.1:1").returncode == 4


def test_the_command_keeps_the_hash_of_a_password_and_nothing_else(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "secrets" / "sign-in"
    weak = _run(settings, "password", "--file", str(path), given="short\n")
    assert (weak.returncode, path.exists()) == (1, False)
    done = _run(settings, "password", "--file", str(path), given=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert PASSWORD not in done.stdout + done.stderr + path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert is_password(path.read_text().strip(), PASSWORD)
    assert not is_password(path.read_text().strip(), PASSWORD + " ")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::"])
def test_beyond_this_machine_the_web_starts_only_with_a_password_or_a_token(
    settings: Settings, password_file: Path, host: str
) -> None:
    beyond = dataclasses.replace(settings, host=host)
    with use_settings(beyond):
        with pytest.raises(BadSetting, match=r"HOST: .* a password is needed"):
            create_app(message_queue=False, background=False)
        make_token("the only way in")
        client = create_app(message_queue=False, background=False).test_client()
        assert client.get("/api/watchlist").status_code == 401
        assert "No password is set" in client.get("/sign-in").text
        assert client.post("/sign-in", data={"password": ""}).status_code == 409
    with use_settings(dataclasses.replace(beyond, password_file=str(password_file))):
        assert create_app(message_queue=False, background=False).test_client().get("/").status_code == 302


def test_nor_behind_a_proxy_nor_while_nobody_can_say_whether_there_is_a_token(settings: Settings) -> None:
    for changed in (
        {"trusted_proxies": ("127.0.0.1",)},
        {"host": "0.0.0.0", "mongo_url": "mongodb://127.0.0.1:1"},
    ):
        other = dataclasses.replace(settings, **changed)  # type: ignore[arg-type]
        with use_settings(other), pytest.raises(BadSetting, match="a password is needed"):
            create_app(message_queue=False, background=False)


@pytest.mark.parametrize("content", [None, "", "correct horse battery staple", "scrypt:1:2", "md5:a$b$c"])
def test_a_password_file_that_holds_no_hash_stops_the_web(
    settings: Settings, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_text(content)
    with (
        use_settings(dataclasses.replace(settings, password_file=str(path))),
        pytest.raises(BadSetting, match=r"^PASSWORD_FILE: ") as refused,
    ):
        create_app(message_queue=False, background=False)
    assert not content or content not in str(refused.value)


def test_every_change_is_in_the_audit_log(person: FlaskClient, stranger: FlaskClient) -> None:
    seed_symbols(["BTCUSDT", "ETHUSDT", "DOGEUSDT"])
    text, _ = make_token("laptop")
    headers = _bearer(text) | {"User-Agent": "cron"}
    stranger.delete("/api/watchlist/DOGEUSDT", headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.5"})
    person.post("/api/watchlist", json={"symbol": "DOGEUSDT"}, headers=own(person))
    person.delete("/api/watchlist/DOGEUSDT", headers={"Origin": "http://evil.example"})
    stranger.post("/sign-in", data={"password": "wrong one"})
    answer = person.get("/api/audit").json
    assert answer is not None
    found = [
        (row["who"], row["action"], row["target"], row["status"], row["outcome"], row["address"])
        for row in answer["entries"]
    ]
    assert found == [
        ("nobody", "POST /sign-in", "/sign-in", 401, "refused", "127.0.0.1"),
        (
            "password",
            "DELETE /api/watchlist/<symbol>",
            "/api/watchlist/DOGEUSDT",
            403,
            "refused",
            "127.0.0.1",
        ),
        ("password", "POST /api/watchlist", "/api/watchlist", 201, "done", "127.0.0.1"),
        (
            "token laptop",
            "DELETE /api/watchlist/<symbol>",
            "/api/watchlist/DOGEUSDT",
            200,
            "done",
            "203.0.113.5",
        ),
        ("password", "POST /sign-in", "/sign-in", 303, "done", "127.0.0.1"),
    ]
    assert answer["entries"][2]["details"] == '{"symbol":"DOGEUSDT"}'
    assert "wrong one" not in str(answer)
    page = person.get(f"/api/audit?limit=2&before={answer['entries'][1]['at']}").json
    assert page is not None
    assert [row["status"] for row in page["entries"]] == [201, 200]
    assert page["older"] is True


def test_a_flood_of_refusals_pushes_nothing_out_of_the_log(
    person: FlaskClient, stranger: FlaskClient
) -> None:
    for _ in range(150):
        stranger.post("/api/watchlist", json={})
    person.delete("/api/sign_ins", headers=own(person))
    entries = load_entries(limit=1_000)
    assert 50 <= sum(entry.status == 401 for entry in entries) <= 70
    assert entries[0].outcome == "done"
    assert entries[0].left_out + len(entries) == 150 + 2  # the sign-in and the last one


def test_nor_does_a_flood_of_failures_that_a_stranger_causes(
    person: FlaskClient, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> float:
        raise RuntimeError("the attempts cannot be counted")

    monkeypatch.setattr(sign_in, "count_attempt", broken)
    statuses = {stranger.post("/sign-in", data={"password": PASSWORD}).status_code for _ in range(150)}
    assert statuses == {500}
    assert 50 <= sum(entry.status == 500 for entry in load_entries(limit=1_000)) <= 70


def test_the_log_is_capped_also_when_it_began_otherwise(app: Flask, person: FlaskClient) -> None:
    assert not collection("audit").options().get("capped")
    for _ in range(2):
        create_indexes()
        assert collection("audit").options()["capped"] is True
    assert len(load_entries()) == 1


def test_processes_that_cap_the_log_at_the_same_moment_agree(person: FlaskClient) -> None:
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: create_indexes(), range(6))) == [None] * 6
    assert collection("audit").options()["capped"] is True
    assert len(load_entries()) == 1


def test_computing_is_no_change(person: FlaskClient) -> None:
    before = len(load_entries())
    person.post("/api/corr_heatmap", json={"symbols": ["BTCUSDT"]}, headers={"Origin": ORIGIN})
    assert len(load_entries()) == before
