"""Redis dies and comes back empty: pages say that they are stale, then show what is new."""

import os
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.fault.measuring import Measured
from tests.integration.web.web_process import WebProcess
from tests.product import wait_for
from workers.coordination import redis_client
from workers.coordination.errors import CoordinationDown
from workers.local.redis_server import RedisServer

DRAWN = "() => document.getElementById('chart')?.dataset.drawMs"
STALE_SECONDS, FRESH_SECONDS = 10.0, 15.0


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that may be killed."""
    server = RedisServer(tmp_path_factory.mktemp("redis") / "data")
    server.start()
    _forget_clients()
    yield server
    server.stop()
    _forget_clients()


def _forget_clients() -> None:
    """The clients of this process belong to one Redis: the next use makes new ones."""
    redis_client._client.cache_clear()


@pytest.fixture(scope="module")
def redis_url(redis: RedisServer) -> str:
    return redis.url


def is_stale(page: Page, market: MovingMarket) -> bool:
    """Whether the page says so while the exchange's clock goes on in the store."""
    market.live()
    return bool(page.evaluate("() => document.body.classList.contains('stale')"))


def shows(page: Page, market: MovingMarket, price: str) -> bool:
    """Whether the page is fresh and shows a price."""
    return not is_stale(page, market) and page.locator("#last-price").inner_text() == price


@pytest.mark.parametrize("away_seconds", [2.0, pytest.param(30.0, marks=pytest.mark.soak)])
def test_pages_say_that_they_are_stale_and_come_back(
    open_page: OpenPage,
    web: WebProcess,
    market: MovingMarket,
    redis: RedisServer,
    away_seconds: float,
    measured: Measured,
) -> None:
    market.live()
    page = open_page(web.url + "/market/BTCUSDT")
    page.wait_for_function(DRAWN)
    wait_for(lambda: not is_stale(page, market), 15, "a page that is fresh")
    assert redis._process is not None
    assert redis._process.pid is not None
    os.kill(redis._process.pid, signal.SIGKILL)
    stale = wait_for(lambda: is_stale(page, market), STALE_SECONDS, "the page to say that it is stale")
    assert "No live updates since" in page.locator("#notice").inner_text()
    with pytest.raises(AssertionError):
        wait_for(lambda: not is_stale(page, market), away_seconds, "a page that is wrongly fresh")
    price = 61_000.25 + away_seconds
    with pytest.raises(CoordinationDown):
        market.trade("BTCUSDT", price)  # stored, and nobody can be told
    redis.start()
    shown = f"{price:,.2f}".replace(",", "\u202f")
    fresh = wait_for(lambda: shows(page, market, shown), FRESH_SECONDS, "what was traded meanwhile")
    measured(
        "R6",
        injected=f"Redis killed for {away_seconds:.0f} s beyond that, a page open (no audit)",
        demanded=f"stale <= {STALE_SECONDS:.0f} s, fresh <= {FRESH_SECONDS:.0f} s after the return",
        found=f"stale after {stale:.1f} s, fresh {fresh:.1f} s after the return",
    )
    market.trade("BTCUSDT", price + 1)
    shown = f"{price + 1:,.2f}".replace(",", "\u202f")
    wait_for(lambda: shows(page, market, shown), FRESH_SECONDS, "live prices again")
