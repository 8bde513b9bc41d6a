"""A long series in pages: each answer leads to the older rest, and together they are the whole."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.web.market_seed import seed_indicators, seed_symbols, wandering_bars
from workers.messages.times import iso
from workers.store.bars import save_bars

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
COUNT = 130


@pytest.fixture
def starts(client: FlaskClient) -> list[str]:
    """Starts of the minutes in the store, oldest first."""
    seed_symbols()
    bars = wandering_bars("BTCUSDT", "1m", newest=NOON, count=COUNT, forming=False)
    save_bars(bars)
    seed_indicators(bars)
    return [iso(each.start) for each in bars]


def _starts_in(answer: Any) -> list[str]:
    return answer["ts"] if isinstance(answer, dict) else [row["ts"] for row in answer]


@pytest.mark.parametrize("path", ["/api/get_ohlc", "/api/indicators"])
@pytest.mark.parametrize("limit", [40, 65, COUNT - 1])
def test_the_pages_together_are_the_whole(
    client: FlaskClient, starts: list[str], path: str, limit: int
) -> None:
    address, found = f"{path}?symbol=BTCUSDT&tf=1m&limit={limit}", []
    while address:
        answer = client.get(address)
        page = _starts_in(answer.json)
        found = page + found
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("Link", ""))
        address = link[1] if link else ""
    assert found == starts


@pytest.mark.parametrize("path", ["/api/get_ohlc", "/api/indicators", "/api/book/seconds"])
def test_what_is_short_leads_nowhere(client: FlaskClient, starts: list[str], path: str) -> None:
    assert "Link" not in client.get(f"{path}?symbol=BTCUSDT&limit=500").headers
    assert "Link" not in client.get(f"{path}?symbol=ETHUSDT&limit=1").headers
