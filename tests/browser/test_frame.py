"""The frame of every page: its links on a screen and on a phone, and what is being computed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analytics.records.jobs import AskedJob
from app import create_app
from app.pages import NAVIGATION
from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.market_seed import seed_processes
from tests.integration.web.web_process import WebProcess
from workers.settings import Settings
from workers.store.jobs import claim_job, end_job, load_jobs, note_progress
from workers.store.results import save_result

RUN = """async ([job, parameters]) => {
  const frame = document.querySelector("link[href*='js/frame.js']").href;
  const { runTask } = await import(frame.replace("frame.js", "tasks.js"));
  window.told = [];
  const onProgress = (task) => window.told.push(task.state);
  window.outcome = runTask(job, parameters, { title: 'Indicators', onProgress }).then(
    (result) => ({ result }),
    ({ code, message, details }) => ({ code, message, details }),
  );
}"""
JOB = ["recompute_indicators", {"symbol": "BTCUSDT"}]


@pytest.fixture
def names(web_settings: Settings) -> list[str]:
    """The pages there are."""
    app = create_app(web_settings, message_queue=False, background=False)
    return [link.text for link in NAVIGATION if link.endpoint in app.view_functions]


def test_all_pages_stand_in_one_row(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, names: list[str], pictures: Path
) -> None:
    page = open_page(web.url)
    assert page.locator("nav.pages a:visible").all_inner_texts() == names
    boxes = [link.bounding_box() for link in page.locator("nav.pages a").all()]
    assert len({box["y"] for box in boxes if box}) == 1
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 1440
    page.screenshot(path=pictures / "frame-wide.png")


@pytest.mark.parametrize("width", [1180, 960, 720])
def test_no_width_is_too_narrow_for_the_head(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, width: int
) -> None:
    page = open_page(web.url + "/system", width=width)
    status, links = page.locator(".status").bounding_box(), page.locator("nav.pages").bounding_box()
    assert status is not None
    assert links is not None
    assert status["x"] + status["width"] <= width
    assert links["x"] + links["width"] <= status["x"] + 1


def test_a_phone_has_a_bar_of_five_and_the_rest_behind_more(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, names: list[str], pictures: Path
) -> None:
    page = open_page(web.url + "/system", width=390, height=844)
    bar = page.locator("nav.pages > a:visible, nav.pages > button:visible").all_inner_texts()
    assert bar[-1] == "More"
    assert len(bar) <= 5
    rest = page.locator("#more-pages a")
    expect(rest.first).to_be_hidden()
    page.locator("#more").click()
    assert bar[:-1] + rest.all_inner_texts() == names
    expect(page.locator("#more")).to_have_attribute("aria-expanded", "true")
    page.screenshot(path=pictures / "frame-phone.png")
    page.keyboard.press("Escape")
    expect(rest.first).to_be_hidden()
    page.locator("#more").click()
    rest.get_by_text("Quality").click()
    page.wait_for_url("**/quality")


def _ask(page: Page) -> None:
    seed_processes(datetime.now(UTC))  # without a sign of life of a worker nothing is asked
    page.evaluate(RUN, JOB)


def _begun(page: Page) -> AskedJob:
    _ask(page)
    page.wait_for_function("() => window.told.length > 0")
    job = claim_job(load_jobs(limit=1)[0].id, "this test")
    assert job is not None
    return job


def test_a_task_is_followed_to_its_result(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, pictures: Path
) -> None:
    page = open_page(web.url)
    job = _begun(page)
    note_progress(job.id, "this test", done=2, total=5, text="BTCUSDT 5m")
    panel = page.locator("#tasks .task")
    expect(panel).to_contain_text("2 of 5 · BTCUSDT 5m", timeout=10_000)
    assert page.evaluate("() => document.querySelector('#tasks progress').value") == 2
    page.screenshot(path=pictures / "frame-task.png")
    save_result(job.result_key, {"snapshots": 7})
    end_job(job, "done")
    assert page.evaluate("() => window.outcome") == {"result": {"snapshots": 7}}
    expect(panel).to_have_count(0)


def test_a_task_that_fails_says_why(open_page: OpenPage, web: WebProcess, market: MovingMarket) -> None:
    page = open_page(web.url)
    job = _begun(page)
    error = {"code": "not_enough_data", "message": "needs 100 observations, has 7", "have": 7, "need": 100}
    end_job(job, "failed", error=error)
    outcome = page.evaluate("() => window.outcome")
    assert outcome == {"code": error["code"], "message": error["message"], "details": error}


def test_a_task_is_cancelled_at_the_panel(open_page: OpenPage, web: WebProcess, market: MovingMarket) -> None:
    page = open_page(web.url)
    _ask(page)
    page.get_by_role("button", name="Cancel").click()
    assert page.evaluate("() => window.outcome.then((told) => told.code)") == "cancelled"
    assert load_jobs(limit=1)[0].state == "cancelled"


def test_without_a_worker_asking_fails_in_words(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str]
) -> None:
    page = open_page(web.url)
    page.evaluate(RUN, ["magic", {}])
    outcome = page.evaluate("() => window.outcome")
    assert outcome["code"] == "unknown_job"
    assert all("404" in told for told in complaints)
