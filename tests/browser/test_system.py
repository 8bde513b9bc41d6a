"""The System page: the flow, the latency strip, and the work that was asked for."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.web_process import WebProcess
from tests.product import wait_for
from workers.coordination.canary import note_canary
from workers.coordination.redis_client import redis_client
from workers.coordination.task_times import note_run
from workers.settings import Settings
from workers.store.heartbeats import Heartbeat, save_heartbeat
from workers.store.jobs import claim_job, load_job, note_progress, open_job

ARROWS = 6


@pytest.fixture(autouse=True)
def stream(market: MovingMarket) -> None:
    """A stream process that told its delays, in a market that lives."""
    market.live()
    now = datetime.now(UTC)
    figures: dict[str, float | int | str | None] = {
        "trades_per_second": 61.2,
        "messages_waiting": 0,
        "trade_to_received_ms_p50": 4.0,
        "trade_to_stored_ms_p50": 31.0,
        "trade_to_stored_ms_p95": 90.0,
        "trade_to_stored_ms_p99": 140.0,
    }
    save_heartbeat(Heartbeat("stream", "there", 4_711, now - timedelta(hours=1), now, figures))


@pytest.fixture(autouse=True)
def _no_canaries_after(web_settings: Settings) -> Iterator[None]:
    yield
    redis_client().delete(f"{web_settings.database}:canaries")


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_flow_has_figures_on_every_arrow(
    open_page: OpenPage, web: WebProcess, complaints: list[str], pictures: Path, width: int, height: int
) -> None:
    note_canary("bars")
    note_run("bars.build_bars", 0.25, failed=True)
    page = open_page(web.url + "/system", width=width, height=height)
    expect(page.locator("#flow .arrow")).to_have_count(ARROWS)
    expect(page.locator("#flow .arrow").first).to_contain_text("122 /s")  # of both stream processes
    expect(page.locator("#delays tr[data-step=stored]")).to_contain_text("31 ms90 ms140 ms")
    expect(page.locator("#times")).to_contain_text(re.compile("bars.build_bars\\d+250\u00a0ms"))
    expect(page.locator("#servers")).to_contain_text("MongoDB6.0")
    expect(page.locator("#queues")).to_contain_text("canary")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert complaints == []
    page.screenshot(path=pictures / f"system-flow-{width}.png", full_page=True)


def test_what_this_page_drew_comes_back_as_figures_of_all_screens(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = open_page(web.url + "/system")
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good")
    drawn = page.locator("#delays tr[data-step=drawn] td").first

    def moved() -> bool:
        market.trade("BTCUSDT", 61_800.0 + datetime.now(UTC).second)
        page.wait_for_timeout(200)
        return drawn.inner_text() != "–"

    wait_for(moved, 40, "the delays that this page reported")
    expect(page.locator("#feed-delay")).not_to_have_text("–")
    page.locator("#feed").click()
    expect(page.locator("#latency-facts")).to_contain_text("p50 · p95 · p99")


def test_asked_work_is_followed_and_cancelled(open_page: OpenPage, web: WebProcess, pictures: Path) -> None:
    job, _ = open_job("recompute_indicators", {"symbol": "BTCUSDT"}, "of this test")
    claim_job(job.id, "this test")
    note_progress(job.id, "this test", done=2, total=5, text="BTCUSDT 5m")
    page = open_page(web.url + "/system")
    row = page.locator("#asked tr", has_text="Recompute indicators").first
    expect(row).to_contain_text("2 of 5 · BTCUSDT 5m")
    page.screenshot(path=pictures / "system-asked.png", full_page=True)
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_contain_text("stopping")
    known = load_job(job.id)
    assert known is not None
    assert known.cancel_wanted


def test_a_queue_that_is_not_worked_off_is_seen(
    open_page: OpenPage, web: WebProcess, web_settings: Settings
) -> None:
    long_ago = datetime.now(UTC).timestamp() - 300
    redis_client().hset(f"{web_settings.database}:canaries", "bars", long_ago)
    page = open_page(web.url + "/system")
    expect(page.locator("#flow .arrow").nth(2).locator(".dot")).to_have_attribute("data-state", "bad")
    expect(page.locator("#parts")).to_contain_text("its canary came through")
