"""The exchange is heard as long as its clock goes on."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.feed import SILENT_SECONDS, feed_state
from workers.settings import settings_from, use_settings

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
NOWHERE = {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}


@pytest.fixture(params=["SIMULATED", "REPLAY"])
def source(request: pytest.FixtureRequest) -> Iterator[str]:
    settings = settings_from({"SOURCE": request.param, **NOWHERE})
    with use_settings(dataclasses.replace(settings, database=uuid4().hex)):
        yield request.param


def test_before_the_first_word_the_feed_is_waited_for(source: str) -> None:
    assert feed_state(None, NOW).state == "waiting"


def test_a_clock_that_stands_still_is_silence(source: str) -> None:
    assert feed_state(NOW, NOW).state == "fresh"
    later = NOW + timedelta(seconds=SILENT_SECONDS + 1)
    assert feed_state(NOW, later).state == "stale"
    assert feed_state(NOW, later).heard_at == NOW


def test_a_clock_that_moves_again_is_heard_again(source: str) -> None:
    feed_state(NOW, NOW)
    later = NOW + timedelta(minutes=5)
    assert feed_state(NOW, later).state == "stale"
    assert feed_state(NOW + timedelta(milliseconds=1), later).state == "fresh"


def test_an_old_clock_is_silence_at_first_sight_but_not_in_a_replay(source: str) -> None:
    expected = "fresh" if source == "REPLAY" else "stale"
    assert feed_state(NOW - timedelta(days=800), NOW).state == expected
