"""A disk that is nearly full: from the figure in the store through the API to what every page says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pymongo import MongoClient

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.web_process import WebProcess
from workers.settings import Settings
from workers.store.heartbeats import Heartbeat, forget_heartbeat, save_heartbeat

PAGES = ("/", "/market/BTCUSDT", "/quality", "/system")
ROOMY, LITTLE = {"spool_disk_free_gb": 88.0}, {"spool_disk_free_gb": 1.5}
STREAM = ("stream", "here", 1)  # process, host, process id


@pytest.fixture(autouse=True)
def _alive(market: MovingMarket) -> Iterator[None]:
    market.live()
    yield
    forget_heartbeat(*STREAM)


@pytest.fixture
def small(web_environ: dict[str, str], web_settings: Settings, tmp_path: Path) -> Iterator[WebProcess]:
    """A web that takes every disk for nearly full."""
    application = "tests.browser.small_disks:application()"
    with WebProcess(web_environ, application=application, log_path=tmp_path / "web.log") as web:
        yield web


def tell(**figures: float) -> None:
    """The stream tells of the disk on which trades wait."""
    process, host, process_id = STREAM
    now = datetime.now(UTC)
    told = {"spool_disk_total_gb": 250.0, "spool_refuses": 0, **figures}
    save_heartbeat(Heartbeat(process, host, process_id, now, now, told))


def said(page: Page, words: str) -> None:
    """The page says this of the disks by itself, without being loaded again."""
    expect(page.locator("#disk-notice")).to_contain_text(words)


def test_the_disk_of_the_database_is_told_on_every_page(
    open_page: OpenPage, small: WebProcess, web_settings: Settings, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    figures = mongo_client[web_settings.database].command("dbStats")
    total_gb = round(figures["fsTotalSize"] / 1e9, 1)
    tell(**LITTLE | {"spool_disk_total_gb": total_gb})  # the same disk: it is told once
    page = open_page(small.url)
    for path in PAGES:
        page.goto(small.url + path)
        said(page, "The disk of the database is nearly full: ")
        said(page, f" GB of {total_gb:g} GB left.")
        expect(page.locator("#disk-notice")).not_to_contain_text("trades wait")


def test_the_disk_on_which_trades_wait_is_told_while_the_page_is_open(
    open_page: OpenPage, web: WebProcess
) -> None:
    tell(**ROOMY)
    page = open_page(web.url)
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good")
    assert page.locator("#disk-notice").is_hidden()
    tell(**LITTLE)
    said(page, "on which trades wait for the database is nearly full: 1.5 GB of 250 GB left.")
    tell(**ROOMY, spool_refuses=1)
    said(page, "on which trades wait for the database takes no more.")
    tell(**ROOMY)
    expect(page.locator("#disk-notice")).to_be_hidden()
