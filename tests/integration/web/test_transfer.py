"""How answers travel: a second time not at all, and small where that pays."""

import gzip

import brotli
import pytest
from backports import zstd
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.web.market_seed import seed_market, wandering_bars
from workers.store.bars import save_bars
from workers.store.market_clock import load_market_clock

OHLC = "/api/get_ohlc?symbol=BTCUSDT"
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}


@pytest.fixture(autouse=True)
def _market(client: FlaskClient) -> None:
    seed_market()


def test_what_the_client_has_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(OHLC)
    etag = first.headers["ETag"]
    again = client.get(OHLC, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag
    assert client.get(OHLC, headers={"If-None-Match": '"another"'}).data == first.data


def test_what_has_changed_is_sent(client: FlaskClient) -> None:
    etag, clock = client.get(OHLC).headers["ETag"], load_market_clock()
    assert clock is not None
    save_bars(wandering_bars("BTCUSDT", "1m", newest=clock, count=1, seed=8))
    assert client.get(OHLC, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("accepted", ["gzip", "br", "zstd"])
def test_a_long_answer_is_packed_as_the_client_can_unpack_it(client: FlaskClient, accepted: str) -> None:
    plain = client.get(OHLC)
    packed = client.get(OHLC, headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == accepted
    assert UNPACK[accepted](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]


@pytest.mark.parametrize("accepted", ["", "identity", "lzma"])
def test_who_cannot_unpack_gets_it_plain(client: FlaskClient, accepted: str) -> None:
    answer = client.get(OHLC, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert answer.json


def test_the_same_etag_holds_in_every_encoding(client: FlaskClient) -> None:
    etag = client.get(OHLC, headers={"Accept-Encoding": "br"}).headers["ETag"]
    for accepted in ("gzip", "zstd", "identity"):
        headers = {"Accept-Encoding": accepted, "If-None-Match": etag}
        assert client.get(OHLC, headers=headers).status_code == 304


def test_a_short_answer_and_a_page_are_not_packed(client: FlaskClient) -> None:
    for path in ("/api/health", "/"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers, path


def test_an_error_and_a_change_have_no_etag(client: FlaskClient, app: Flask) -> None:
    assert "ETag" not in client.get("/api/ohlc").headers
    body = {"symbols": ["BTCUSDT", "ETHUSDT"], "tf": "1m"}
    assert "ETag" not in client.post("/api/corr_heatmap", json=body).headers
