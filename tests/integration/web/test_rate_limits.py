"""Who sends too much is told to wait, all processes count together, and Redis away refuses nobody."""

import dataclasses
import logging

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.rate_limits import LOCAL_TIMES
from tests.integration.web.documented import documented_client
from tests.integration.web.market_seed import seed_symbols
from workers.coordination.rate_limits import WINDOW_SECONDS, RequestLimits
from workers.local.ports import free_port
from workers.settings import Settings, use_settings

PER_MINUTE = 60.0
IN_WINDOW = int(PER_MINUTE * WINDOW_SECONDS / 60)
BOOK = "/api/book?symbol=BTCUSDT"


@pytest.fixture
def limited(settings: Settings) -> FlaskClient:
    """A client of a server that allows one request a second, fifty here."""
    seed_symbols()
    told = dataclasses.replace(settings, requests_per_minute=PER_MINUTE / LOCAL_TIMES)
    return documented_client(create_app(told, message_queue=False, background=False))


def test_who_sends_too_much_is_told_when_to_come_again(limited: FlaskClient) -> None:
    answers = [limited.get(BOOK) for _ in range(IN_WINDOW + 3)]
    assert [answer.status_code for answer in answers] == [200] * IN_WINDOW + [429] * 3
    refused = answers[-1]
    assert (refused.json or {})["error"]["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= WINDOW_SECONDS
    page = limited.get("/system")
    assert (page.status_code, page.mimetype) == (429, "text/html")


def test_an_address_is_one_client_however_it_is_spelled(limited: FlaskClient) -> None:
    spelled = ("203.0.113.5", "::ffff:203.0.113.5")  # not of this machine: one request in the window
    answers = [limited.get(BOOK, environ_overrides={"REMOTE_ADDR": address}) for address in spelled]
    assert answers[0].status_code != 429
    assert answers[1].status_code == 429


def test_the_sign_of_life_and_files_are_not_counted(limited: FlaskClient) -> None:
    for _ in range(IN_WINDOW + 3):
        assert limited.get("/api/health").status_code == 200
    assert limited.get(BOOK).status_code == 200


def test_one_client_does_not_use_up_what_another_has(settings: Settings) -> None:
    limits = RequestLimits(settings.redis_url, settings.database)
    assert [limits.seconds_to_wait("a", PER_MINUTE) for _ in range(IN_WINDOW)] == [0.0] * IN_WINDOW
    assert limits.seconds_to_wait("a", PER_MINUTE) > 0
    assert limits.seconds_to_wait("b", PER_MINUTE) == 0.0


def test_two_processes_count_together(settings: Settings) -> None:
    one, other = (RequestLimits(settings.redis_url, settings.database) for _ in range(2))
    for limits in (one, other):
        for _ in range(IN_WINDOW // 2):
            assert limits.seconds_to_wait("a", PER_MINUTE) == 0.0
    assert one.seconds_to_wait("a", PER_MINUTE) > 0
    assert other.seconds_to_wait("a", PER_MINUTE) > 0


def test_what_is_dear_counts_for_more(settings: Settings) -> None:
    limits = RequestLimits(settings.redis_url, settings.database)
    assert limits.seconds_to_wait("a", PER_MINUTE, cost=IN_WINDOW - 1) == 0.0
    assert limits.seconds_to_wait("a", PER_MINUTE, cost=2) > 0
    assert limits.seconds_to_wait("a", PER_MINUTE) == 0.0


def test_without_redis_each_process_counts_alone_and_says_so_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    away = RequestLimits(f"redis://127.0.0.1:{free_port()}/0", settings.database)
    with caplog.at_level(logging.WARNING):
        waits = [away.seconds_to_wait("a", PER_MINUTE) for _ in range(IN_WINDOW + 1)]
    assert waits[:-1] == [0.0] * IN_WINDOW
    assert waits[-1] > 0
    assert [row.message for row in caplog.records] == [
        "requests are counted by each process alone reason=ConnectionError"
    ]


def test_without_redis_requests_are_answered(settings: Settings) -> None:
    seed_symbols()
    told = dataclasses.replace(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    with use_settings(told):
        client = documented_client(create_app(told, message_queue=False, background=False))
        assert [client.get(BOOK).status_code for _ in range(20)] == [200] * 20
