"""The pages as the server gives them."""

import dataclasses

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.vendor import FILES
from tests.integration.web.market_seed import seed_symbols
from workers.settings import BadSetting, Settings, use_settings


@pytest.mark.parametrize("path", ["/", "/market/BTCUSDT", "/market/BTCUSDT?tf=1h", "/system"])
def test_every_page_says_where_its_numbers_come_from(client: FlaskClient, path: str) -> None:
    seed_symbols()
    text = client.get(path).text
    assert 'badge-simulated" id="source-badge"' in text
    assert "<title>[SIMULATED] " in text
    for name in ("Overview", "Market", "System"):
        assert f">{name}</a>" in text


def test_no_page_holds_an_inline_script_or_style(client: FlaskClient) -> None:
    seed_symbols()
    for path in ("/", "/market/BTCUSDT", "/system", "/nowhere"):
        text = client.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert all("src=" in tag.split(">")[0] for tag in text.split("<script")[1:])


def test_a_symbol_is_spelled_as_it_is_stored(client: FlaskClient) -> None:
    seed_symbols()
    answer = client.get("/market/btcusdt?tf=5m")
    assert answer.headers["Location"].endswith("/market/BTCUSDT?tf=5m")
    assert client.get("/market/btcusdt").headers["Location"].endswith("/market/BTCUSDT")


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("/market/btcusdt", "/market/BTCUSDT"), ("/pairs/ethusdt/btcusdt", "/pairs/ETHUSDT/BTCUSDT")],
)
def test_another_spelling_of_an_address_keeps_what_was_asked(
    client: FlaskClient, asked: str, stored: str
) -> None:
    seed_symbols()
    query = "?tf=5m&method=tls&from=2026-11-22T08:00:00Z&overlays=ema,bands&_external=1&_scheme=ftp"
    assert client.get(asked + query).headers["Location"] == stored + query


def test_market_without_a_symbol_is_the_first_of_the_watch_list(client: FlaskClient) -> None:
    assert client.get("/market").headers["Location"] == "/"
    seed_symbols(["ETHUSDT", "BTCUSDT"])
    assert client.get("/market").headers["Location"] == "/market/ETHUSDT"


@pytest.mark.parametrize(
    ("path", "status"), [("/market/NOSUCH", 404), ("/market/BTCUSDT?tf=7m", 400), ("/nowhere", 404)]
)
def test_an_error_is_a_page_in_words(client: FlaskClient, path: str, status: int) -> None:
    seed_symbols()
    answer = client.get(path)
    assert answer.status_code == status
    assert "text/html" in answer.headers["Content-Type"]
    assert "Try again" in answer.text


def test_a_symbol_cannot_smuggle_markup(client: FlaskClient) -> None:
    answer = client.get("/market/<script>alert(1)<%2Fscript>")
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_every_file_a_page_names_is_there(client: FlaskClient) -> None:
    seed_symbols()
    text = client.get("/market/BTCUSDT").text + client.get("/").text + client.get("/system").text
    named = {part.split('"')[0] for key in ('src="', 'href="/static') for part in text.split(key)[1:]}
    addresses = {name if name.startswith("/") else f"/static{name}" for name in named}
    addresses = {
        address if "/static" in address or "/vendor" in address else f"/static{address}"
        for address in addresses
    }
    assert len(addresses) > len(FILES)
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_without_a_secret_key_the_web_does_not_start(settings: Settings) -> None:
    with (
        use_settings(dataclasses.replace(settings, secret_key="")),
        pytest.raises(BadSetting, match="SECRET_KEY"),
    ):
        create_app(message_queue=False, background=False)


def test_a_live_source_is_not_marked_as_anything_else(settings: Settings) -> None:
    with use_settings(dataclasses.replace(settings, source="LIVE")):
        text = create_app(message_queue=False, background=False).test_client().get("/").text
    assert "badge-live" in text
    assert "SIMULATED" not in text
    assert "<title>Overview" in text
