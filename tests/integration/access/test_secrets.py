"""No secret stands where somebody may read it: logs, store, queues, answers, the list of processes (R44)."""

import base64
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app import create_app
from app.access.sessions import COOKIE
from tests.fault.measuring import Measured
from tests.integration.access.people import PASSWORD
from tests.integration.access.sentinels import (
    command_lines,
    found_in,
    password_in,
    stored_in_mongo,
    stored_in_redis,
)
from tests.integration.access.url_walk import address_of
from tests.integration.access.wires import ask, get, handshake, new_cookie
from tests.integration.web.market_seed import seed_market, seed_processes
from tests.integration.web.web_process import WebProcess
from workers.access.tokens import make_token
from workers.settings import Settings

WRONG = "not-the-password-but-somebody-s"
SECRET_KEY = "sentinel-secret-key-8c1f"


@pytest.fixture(scope="module")
def web_environ(web_environ: dict[str, str]) -> dict[str, str]:
    return web_environ | {"SECRET_KEY": SECRET_KEY}


def _walk(web: WebProcess, settings: Settings, headers: dict[str, str], question: str = "") -> bytes:
    """Everything that a GET is answered."""
    app = create_app(settings, message_queue=False, background=False)
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return b"".join(get(web, address_of(app, rule) + question, **headers)[1] for rule in rules)


def _sign_in(web: WebProcess, password: str) -> bytes:
    form = urllib.parse.urlencode({"password": password, "next": "/"}).encode()
    return ask(web, urllib.request.Request(f"{web.url}/sign-in", data=form, method="POST"))[1]


def _post(web: WebProcess, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    request = urllib.request.Request(web.url + path, data=body, method="POST", headers=headers)
    request.add_header("Content-Type", "application/json")
    return ask(web, request)[1]


def test_no_secret_is_left_anywhere(
    web: WebProcess, closed_settings: Settings, mongo_url: str, redis_url: str, measured: Measured
) -> None:
    seed_market()
    token, _ = make_token("sentinel")
    bearer, cookie = {"Authorization": f"Bearer {token}"}, new_cookie(closed_settings)
    secrets = {
        "MongoDB's password": password_in(mongo_url),
        "Redis' password": password_in(redis_url),
        "SECRET_KEY": SECRET_KEY,
        "the password": PASSWORD,
        "a wrong password": WRONG,
        "a token": token,
        "a session": cookie["Cookie"].removeprefix(f"{COOKIE}="),
    }
    bad = "?tf=%00&limit=x&symbol=%27&symbols=%27&y=%27&x=%27"
    answers = _walk(web, closed_settings, bearer) + _walk(web, closed_settings, cookie, bad)
    answers += _sign_in(web, WRONG) + _sign_in(web, PASSWORD)
    seed_processes(datetime.now(UTC))  # without a sign of life of a worker nothing is asked
    scan = b'{"symbols": ["BTCUSDT", "ETHUSDT"], "tf": "1m"}'
    answers += _post(web, "/api/tasks/scan", scan, bearer) + _post(web, "/api/tasks/scan", b"{", bearer)
    for headers in ({}, cookie, {"Authorization": f"Bearer {WRONG}"}):
        wire, said = handshake(web, **headers)
        wire.close()
        answers += said.encode()
    places = {
        "answers": answers,
        "the log": web.log_path.read_bytes(),
        "MongoDB": stored_in_mongo(mongo_url, closed_settings.database),
        "Redis": stored_in_redis(redis_url),
        "command lines": command_lines(),
    }
    assert b"scan_symbols" in places["Redis"], "a task's arguments were looked at"
    assert b"POST /api/tasks/<job>" in places["MongoDB"], "and so was the audit log"
    assert {name: found_in(text, secrets) for name, text in places.items()} == {name: [] for name in places}
    found = f"none of {len(secrets)} in {sum(map(len, places.values())) / 1e6:.1f} MB"
    measured("R44", injected="secrets in use", demanded="0 hits in any form", found=found)


def test_nor_on_a_page_that_fails(closed_settings: Settings, measured: Measured) -> None:
    app = create_app(closed_settings, message_queue=False, background=False)

    def fail(**_asked: object) -> None:
        raise RuntimeError(f"no connection as {SECRET_KEY}")

    pages = {"/": "overview.page", "/metrics": "metrics.metrics", "/api/symbols": "symbols.symbols"}
    token, _ = make_token("of a page that fails")
    with app.test_client() as reader:
        for path, endpoint in pages.items():
            app.view_functions[endpoint] = fail
            answer = reader.get(path, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 500
            assert found_in(answer.data, {"SECRET_KEY": SECRET_KEY, "a token": token}) == []
            assert b"Traceback" not in answer.data
            assert b"RuntimeError" not in answer.data
    measured("R44", injected=f"{len(pages)} views that fail over a secret", demanded="0 hits", found="0 hits")


@pytest.mark.parametrize("part", ["MONGO_URL", "REDIS_URL"])
def test_nor_when_a_server_is_away(
    web_environ: dict[str, str], tmp_path: Path, mongo_url: str, part: str
) -> None:
    secret = "sentinel/of@an:away-server"
    quoted = urllib.parse.quote(secret, safe="")
    away = {"MONGO_URL": f"mongodb://u:{quoted}@127.0.0.1:1", "REDIS_URL": f"redis://:{quoted}@127.0.0.1:1/0"}
    environ = web_environ | {part: away[part], "PASSWORD_FILE": "", "TRUSTED_PROXIES": ""}
    with WebProcess(environ, log_path=tmp_path / "web.log") as web:
        said = b"".join(get(web, path)[1] for path in ("/api/ready", "/api/system", "/market/BTCUSDT"))
        assert b"down" in said or b"does not answer" in said or b'"ok":false' in said
    assert found_in(said + web.log_path.read_bytes(), {"the address": secret}) == []
    assert found_in(said + web.log_path.read_bytes(), {"the address": quoted}) == []


def test_what_is_looked_for_would_be_found() -> None:
    """The negative control: in the plain, for an address, in hexadecimal, in base 64 at any place."""
    secrets = {"it": SECRET_KEY + "/+"}
    for before in ("", "a", "ab", "abc"):
        text = base64.b64encode((before + secrets["it"] + "tail").encode())
        assert found_in(b"..." + text, secrets) == ["it"]
    assert found_in(urllib.parse.quote(secrets["it"], safe="").encode(), secrets) == ["it"]
    assert found_in(secrets["it"].encode().hex().encode(), secrets) == ["it"]
    assert found_in(b"nothing", secrets) == []
