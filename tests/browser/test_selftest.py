"""The Self-test page: planted beside found, luck, a run with its progress, and what is not planted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from analytics.records.selftest import FalsePositives, Finding, PairFindings, PlantedPair
from analytics.records.snapshots import Completeness
from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.market_seed import seed_processes
from tests.integration.web.web_process import WebProcess
from workers.jobs import JOBS
from workers.messages.envelope import JSON
from workers.messages.selftest import self_test_json
from workers.settings import Settings
from workers.store.database import collection
from workers.store.jobs import claim_job, end_job, load_jobs, note_progress
from workers.store.results import result_key, save_result

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WHOLE = Completeness(expected=576, present=576, final=575, open_gaps=0)
ALWAYS = PlantedPair("ETHUSDT", "BTCUSDT", 1.2, 12.0, 0.0018)
BREAKING = PlantedPair(
    "DOTUSDT",
    "LINKUSDT",
    0.95,
    15.0,
    0.003,
    holds_from=NOW - timedelta(hours=30),
    breaks_at=NOW - timedelta(hours=8),
    mends_at=NOW + timedelta(hours=6),
)
LUCK = FalsePositives(2_000, 1_440, 1, 0.05, 104, 0.035, 0.065)
BREAK = (NOW - timedelta(hours=8)).timestamp()
DEFAULTS = {name: rule.default for name, rule in JOBS["self_test"].parameters.items()}
KEY = result_key("self_test", DEFAULTS, "newest")


def _findings(found_beta: float) -> list[Finding]:
    return [
        Finding("beta", "", 1.2, found_beta, 1.11, 1.29, 1.11 <= found_beta <= 1.29, "within 3 errors"),
        Finding("half-life", "min", 12.0, 11.4, 9.0, 15.1, True, "inside the interval found"),
        Finding("spread deviation", "", 0.0018, 0.00178, 0.0013, 0.0023, True, "within 3 errors"),
        Finding("Engle-Granger p", "", None, 0.00002, 0.0, 0.05, True, "below 0.05"),
    ]


def _result(found_beta: float = 1.219, reason: str | None = None) -> JSON:
    broken = [*_findings(1.2), Finding("break", "UTC", BREAK, BREAK - 2_100, None, None, True, "within 2 h")]
    pairs = [
        PairFindings(ALWAYS, "5m", 576, NOW, WHOLE, _findings(found_beta)),
        PairFindings(BREAKING, "5m", 576, NOW, WHOLE, broken),
        PairFindings(ALWAYS, "5m", 0, None, None, [], "AVAXUSDT or SOLUSDT is not captured"),
    ]
    planted = [] if reason else pairs
    return self_test_json(
        planted, LUCK, source="SIMULATED", seed=1, reason=reason, computed_at=datetime.now(UTC)
    )


@pytest.fixture(autouse=True)
def _processes(web_settings: Settings, market: MovingMarket) -> None:
    seed_processes(datetime.now(UTC))
    for name in ("results", "jobs"):
        collection(name).delete_many({})


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_what_was_planted_stands_beside_what_was_found(
    open_page: OpenPage, web: WebProcess, complaints: list[str], pictures: Path, width: int, scheme: str
) -> None:
    save_result(KEY, _result())
    page = open_page(web.url + "/self-test", width=width, scheme=scheme)
    expect(page.locator("#verdict")).to_have_text(
        "All 9 planted figures are found; luck finds 5.2\u202f% where 5.0\u202f% is promised; "
        "1 of 3 pairs cannot be judged yet."
    )
    beta = page.locator("tr", has=page.get_by_role("rowheader", name="beta")).first
    expect(beta).to_contain_text("1.2001.219+1.6\u202f%✓")
    expect(page.locator("#pairs")).to_contain_text("AVAXUSDT or SOLUSDT is not captured")
    row = page.locator("tr", has=page.get_by_role("rowheader", name="break"))
    expect(row).to_contain_text("2026-11-22 04:002026-11-22 03:25−35 min✓")
    expect(page.locator("#luck")).to_contain_text("104 of 2\u202f000 pairs")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.screenshot(path=pictures / f"selftest-{width}-{scheme}.png", full_page=True)
    assert complaints == []


def test_a_look_that_came_too_early_is_taken_again(open_page: OpenPage, web: WebProcess) -> None:
    save_result(KEY, {**_result(), "computed_at": "2026-11-22T12:00:00.000Z"})
    page = open_page(web.url + "/self-test")
    expect(page.locator("#verdict")).to_contain_text("cannot be judged yet")
    expect(page.locator("#progress-text")).to_have_text("waiting for its turn")


def test_what_is_not_found_gets_a_cross_and_is_counted(open_page: OpenPage, web: WebProcess) -> None:
    save_result(KEY, _result(found_beta=1.4))
    page = open_page(web.url + "/self-test")
    expect(page.locator("#verdict")).to_contain_text("8 of 9 planted figures are found")
    assert page.locator(".mark[data-passed='no']").count() == 1


def test_where_nothing_is_planted_the_page_says_so_and_luck_remains(
    open_page: OpenPage, web: WebProcess, pictures: Path
) -> None:
    save_result(KEY, _result(reason="On the real market nothing is planted."))
    page = open_page(web.url + "/self-test")
    expect(page.locator("#state")).to_contain_text("Nothing planted here")
    expect(page.locator("#verdict")).to_have_text("Luck finds 5.2\u202f% where 5.0\u202f% is promised.")
    page.screenshot(path=pictures / "selftest-nothing.png")


def test_without_a_result_it_runs_tells_its_progress_and_shows_what_came(
    open_page: OpenPage, web: WebProcess, pictures: Path
) -> None:
    page = open_page(web.url + "/self-test")
    expect(page.locator("#progress-text")).to_have_text("waiting for its turn")
    expect(page.locator("#run")).to_be_disabled()
    job = claim_job(load_jobs(limit=1)[0].id, "this test")
    assert job is not None
    note_progress(job.id, "this test", done=700, total=2_000, text="random walks")
    expect(page.locator("#progress-text")).to_have_text("700 of 2000 · random walks", timeout=10_000)
    page.screenshot(path=pictures / "selftest-running.png")
    save_result(job.result_key, _result())
    end_job(job, "done")
    expect(page.locator("#verdict")).to_contain_text("All 9", timeout=10_000)
    expect(page.locator("#progress")).to_be_hidden()
    expect(page.locator("#run")).to_be_enabled()


def test_a_result_that_cannot_be_read_is_said_and_asked_for_again(
    open_page: OpenPage, web: WebProcess, pictures: Path
) -> None:
    save_result(KEY, _result())
    page = open_page(web.url + "/quality")
    page.route("**/api/self_test", lambda route: route.abort())
    page.goto(web.url + "/self-test")
    expect(page.locator("#state")).to_contain_text("The self-test could not be read")
    page.screenshot(path=pictures / "selftest-error.png")
    page.unroute("**/api/self_test")
    page.locator("#state button").click()
    expect(page.locator("#verdict")).to_contain_text("All 9")


def test_a_run_that_cannot_be_asked_for_says_why(
    open_page: OpenPage, web: WebProcess, pictures: Path
) -> None:
    collection("heartbeats").delete_many({"process": "asked"})
    page = open_page(web.url + "/self-test")
    expect(page.locator("#state")).to_contain_text("The self-test did not run")
    expect(page.locator("#state")).to_contain_text("(asked) is not running")
    page.screenshot(path=pictures / "selftest-no-worker.png")
