"""Signing in and out, and what a session is worth (R46)."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from app import create_app
from app.access.proxies import KnownProxies
from app.access.sessions import COOKIE
from tests.fault.measuring import Measured
from tests.integration.access.people import ORIGIN, PASSWORD, enter, own, signed_in, token_of
from workers.settings import Settings, use_settings
from workers.store.database import collection
from workers.store.sign_in_attempts import FREE_ATTEMPTS


def _cookie(answer: TestResponse) -> str:
    [found] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{COOKIE}=")]
    return found


def _id(answer: TestResponse) -> str:
    return _cookie(answer).split(";")[0].partition("=")[2]


def _aged(**times: timedelta) -> None:
    """As if all sessions had been begun, made or used earlier."""
    for row in collection("sessions").find():
        earlier = {name: row[name] - by for name, by in times.items()}
        collection("sessions").update_one({"_id": row["_id"]}, {"$set": earlier})


def test_a_page_leads_to_the_sign_in_and_from_there_back(stranger: FlaskClient) -> None:
    refused = stranger.get("/quality?x=1")
    assert (refused.status_code, refused.headers["Location"]) == (302, "/sign-in?next=/quality%3Fx%3D1")
    answer = enter(stranger, target="/quality?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/quality?x=1")
    assert stranger.get("/quality").status_code == 200


def test_a_program_is_told_and_not_led(stranger: FlaskClient) -> None:
    answer = stranger.get("/api/watchlist")
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "not_signed_in")  # type: ignore[index] # JSON
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert stranger.get("/api/health").status_code == 200


def test_without_a_password_nothing_is_asked_of_this_machine(settings: Settings) -> None:
    client = create_app(message_queue=False, background=False).test_client()
    assert client.get("/api/watchlist").status_code == 200
    answer = client.get("/system")
    assert answer.status_code == 200
    assert COOKIE not in str(answer.headers)
    assert "Sign out" not in answer.text


def test_without_a_password_no_other_machine_is_answered_wherever_the_web_listens(settings: Settings) -> None:
    client = create_app(message_queue=False, background=False).test_client()
    outside = {"REMOTE_ADDR": "203.0.113.5"}
    for path in ("/", "/api/watchlist", "/api/health", "/static/0/css/tokens.css"):
        answer = client.get(path, environ_base=outside)
        assert answer.status_code == 403, path
        assert "only this machine" in answer.text


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(stranger: FlaskClient) -> None:
    parts = {part.strip() for part in _cookie(enter(stranger)).split(";")[1:]}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert "Secure" not in parts


@pytest.mark.parametrize(
    ("trusted", "proto", "secure"),
    [(("127.0.0.1",), "https", True), (("127.0.0.1",), "http", False), (("10.0.0.0/8",), "https", False)],
)
def test_under_tls_the_cookie_is_secure_if_a_proxy_we_know_says_so(
    closed: Settings, trusted: tuple[str, ...], proto: str, secure: bool
) -> None:
    with use_settings(dataclasses.replace(closed, trusted_proxies=trusted)):
        client = create_app(message_queue=False, background=False).test_client()
        answer = enter(client, **{"X-Forwarded-Proto": proto, "X-Forwarded-For": "203.0.113.9"})
    assert ("Secure" in _cookie(answer).split("; ")) is secure
    [session] = collection("sessions").find()
    assert session["address"] == ("203.0.113.9" if trusted == ("127.0.0.1",) else "127.0.0.1")


def test_the_id_that_a_browser_brings_is_never_the_id_it_is_given(app: Flask, measured: Measured) -> None:
    planted = "a" * 43
    browser = app.test_client()
    browser.set_cookie(COOKIE, planted)
    first = _id(enter(browser))
    second = _id(enter(browser))
    assert len({planted, first, second}) == 3
    thief = app.test_client()
    thief.set_cookie(COOKIE, planted)
    assert thief.get("/system").status_code == 302
    measured("R46", injected="a planted session id", demanded="a new id at sign-in", found="a new id")


def test_the_store_holds_no_id_that_opens(person: FlaskClient, app: Flask) -> None:
    [session] = collection("sessions").find()
    assert PASSWORD not in str(session)
    thief = app.test_client()
    for stolen in (session["_id"], session["sign_in"]):
        thief.set_cookie(COOKIE, stolen)
        assert thief.get("/system").status_code == 302


def test_an_id_is_renewed_each_hour_and_the_old_one_ends_a_minute_later(app: Flask) -> None:
    browser, thief = app.test_client(), app.test_client()
    old = _id(enter(browser))
    _aged(made_at=timedelta(minutes=61))
    answer = browser.get("/system")
    assert answer.status_code == 200
    assert _id(answer) != old
    thief.set_cookie(COOKIE, old)
    assert thief.get("/api/watchlist").status_code == 200  # requests that were under way
    _aged(expires_at=timedelta(seconds=61))
    assert thief.get("/api/watchlist").status_code == 401
    assert browser.get("/api/watchlist").status_code == 200


def test_a_session_ends_when_it_was_not_used(person: FlaskClient, closed: Settings) -> None:
    _aged(expires_at=timedelta(hours=closed.session_hours))
    assert person.get("/system").status_code == 302


def test_use_puts_the_end_off_but_not_beyond_a_week(person: FlaskClient, closed: Settings) -> None:
    _aged(expires_at=timedelta(hours=11), seen_at=timedelta(hours=11))
    assert person.get("/api/watchlist").status_code == 200
    [row] = collection("sessions").find()
    assert row["expires_at"] > datetime.now(UTC) + timedelta(hours=closed.session_hours - 0.1)
    _aged(signed_in_at=timedelta(days=7), seen_at=timedelta(minutes=2))
    person.get("/api/watchlist")
    assert person.get("/api/watchlist").status_code == 401


def test_an_open_page_is_used_also_when_its_id_is_an_hour_old(person: FlaskClient, closed: Settings) -> None:
    """It asks the API and opens no other page for more hours than a session lasts unused."""
    for _ in range(3):
        passed = timedelta(hours=closed.session_hours * 0.4)
        _aged(signed_in_at=passed, made_at=passed, seen_at=passed, expires_at=passed)
        assert person.get("/api/watchlist").status_code == 200


def test_the_cookie_outlives_the_first_hours_of_use(stranger: FlaskClient) -> None:
    [expires] = re.findall("Expires=([^;]+)", _cookie(enter(stranger)))
    assert parsedate_to_datetime(expires) > datetime.now(UTC) + timedelta(days=6.9)


def test_use_of_an_id_that_was_replaced_does_not_revive_it(app: Flask) -> None:
    browser, thief = app.test_client(), app.test_client()
    old = _id(enter(browser))
    _aged(made_at=timedelta(minutes=61))
    browser.get("/system")
    _aged(seen_at=timedelta(minutes=2))
    thief.set_cookie(COOKIE, old)
    assert thief.get("/api/watchlist").status_code == 200
    _aged(expires_at=timedelta(seconds=61))
    assert thief.get("/api/watchlist").status_code == 401


def test_signing_out_ends_it_on_the_server(app: Flask) -> None:
    browser = app.test_client()
    id = _id(enter(browser))
    form = {"form_token": token_of(browser.get("/access").text)}
    answer = browser.post("/sign-out", data=form, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    browser.set_cookie(COOKIE, id)
    assert browser.get("/system").status_code == 302


def test_another_password_ends_every_session(closed: Settings, tmp_path: Path) -> None:
    path = tmp_path / "sign-in"
    path.write_text(generate_password_hash(PASSWORD, method="pbkdf2:sha256:1000"))
    with use_settings(dataclasses.replace(closed, password_file=str(path))):
        browser = signed_in(create_app(message_queue=False, background=False).test_client())
        path.write_text(generate_password_hash("an entirely new one", method="pbkdf2:sha256:1000"))
        assert browser.get("/system").status_code == 302
        path.unlink()  # by mistake: who is outside stays outside
        assert browser.get("/system").status_code == 302


def test_a_hundred_wrong_passwords_are_ten_attempts(app: Flask, measured: Measured) -> None:
    browser = app.test_client()
    answers = [enter(browser, f"wrong password {number}") for number in range(100)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * FREE_ATTEMPTS + [429] * (100 - FREE_ATTEMPTS)
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 31
    assert "Too many attempts" in answers[-1].text
    assert enter(browser, PASSWORD).status_code == 429, (
        "while it is closed the right one is not looked at either"
    )
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert enter(elsewhere).status_code == 303
    found = f"{statuses.count(401)} looked at, {statuses.count(429)} refused"
    measured("R46", injected="100 wrong passwords", demanded="back-off after 10", found=found)


def test_each_further_attempt_waits_twice_as_long_and_the_right_one_forgives(stranger: FlaskClient) -> None:
    for _ in range(FREE_ATTEMPTS):
        enter(stranger, "wrong")
    for expected in (60, 120, 240, 480, 900, 900):
        past = {"$set": {"closed_until": datetime.now(UTC)}}
        collection("sign_in_attempts").update_many({}, past)
        assert enter(stranger, "wrong").status_code == 401
        [row] = collection("sign_in_attempts").find()
        wait = (row["closed_until"] - datetime.now(UTC)).total_seconds()
        assert wait == pytest.approx(expected, abs=3)
    collection("sign_in_attempts").update_many({}, past)
    assert enter(stranger, PASSWORD).status_code == 303
    assert collection("sign_in_attempts").count_documents({}) == 0


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)",
     "\\\\evil.example", "/sign-out", "/%0d%0aSet-Cookie:x=1\r\nX: y", "http:evil.example", " //evil.example",
     "///evil.example"],
)  # fmt: skip
def test_no_link_leads_elsewhere_after_signing_in(app: Flask, target: str) -> None:
    answer = enter(app.test_client(), target=target)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


def test_the_sign_in_page_asks_for_its_token_where_an_origin_is_named(stranger: FlaskClient) -> None:
    form = {"password": PASSWORD}
    assert stranger.post("/sign-in", data=form, headers={"Origin": ORIGIN}).status_code == 403
    assert stranger.post("/sign-in", data=form, headers={"Origin": "http://evil.example"}).status_code == 403


def test_what_was_shown_is_kept_by_nobody(person: FlaskClient) -> None:
    assert person.get("/system").headers["Cache-Control"] == "no-store"
    answer = person.get("/api/watchlist")
    assert "private" in answer.headers["Cache-Control"]
    assert "Cookie" in answer.headers["Vary"]


def test_the_page_of_another_sign_in_can_change_nothing(app: Flask) -> None:
    browser = signed_in(app.test_client())
    old = own(browser)
    signed_in(browser)
    answer = browser.delete("/api/sign_ins", headers=old)
    assert (answer.status_code, answer.json["error"]["code"]) == (403, "no_form_token")  # type: ignore[index] # JSON
    assert browser.delete("/api/sign_ins", headers=own(browser)).json == {"ended": 1}


def test_a_forwarded_address_is_believed_of_known_proxies_only() -> None:
    seen: list[dict[str, object]] = []

    def inner(environ: dict[str, object], _start: object) -> list[bytes]:
        seen.append(environ)
        return []

    guard = KnownProxies(inner, ["10.0.0.1", "192.168.0.0/16"])  # type: ignore[arg-type]
    said = {
        "HTTP_X_FORWARDED_FOR": "203.0.113.5",
        "HTTP_X_FORWARDED_PROTO": "https",
        "wsgi.url_scheme": "http",
    }
    for address in ("10.0.0.1", "192.168.7.7", "10.0.0.2", "", "unix"):
        guard({**said, "REMOTE_ADDR": address}, None)  # type: ignore[arg-type]
    assert [environ["REMOTE_ADDR"] for environ in seen] == [
        "203.0.113.5",
        "203.0.113.5",
        "10.0.0.2",
        "",
        "unix",
    ]
    assert [environ["wsgi.url_scheme"] for environ in seen] == ["https", "https", "http", "http", "http"]
    assert all("HTTP_X_FORWARDED_PROTO" not in environ for environ in seen[2:])
