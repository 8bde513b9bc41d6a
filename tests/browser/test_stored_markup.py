"""Names that are scripts are shown as names, on every page, in a real browser (R40)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page

from app import create_app
from app.pages import NAVIGATION
from tests.browser.conftest import OpenPage
from tests.fault.measuring import Measured
from tests.integration.web.market_seed import seed_market, seed_processes
from tests.integration.web.web_process import WebProcess
from tests.stored_scans import load_scan
from workers.messages.scans import scan_json
from workers.settings import Settings
from workers.store.database import collection
from workers.store.imports import queue_import, save_import
from workers.store.jobs import claim_job, note_progress, open_job
from workers.store.pairs import add_pair
from workers.store.progress import BarProgress, save_progress
from workers.store.scans import save_scan
from workers.store.seams import HISTORY, Seam, save_seam
from workers.tasks.scan import compute_scans

# Each would say so in window.hit if a browser ran it.
MARKUP = [
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=2</script>",
    "<svg onload=window.hit=3>",
    "javascript:window.hit=4",
    "\"><iframe srcdoc='<script>parent.hit=5</script>'>",
    "{{constructor.constructor('window.hit=6')()}}",
    "<a href=javascript:window.hit=7 autofocus onfocus=window.hit=8 tabindex=0>x</a>",
]
FIRST = MARKUP[0]
PLANTED = ("watchlist", "instruments", "quarantine", "heartbeats", "audit", "api_tokens")
PLANTED += ("jobs", "imports", "pairs", "scans")
ON = {"/system": "jobs", "/import": "imports", "/": "pairs", "/scanner": "scan rows"}


@pytest.fixture(scope="module")
def poisoned(web_settings: Settings) -> Iterator[None]:
    """A store in which whatever somebody could have named is a script."""
    seed_market({"1m": 120, "5m": 120})
    seed_processes(datetime.now(UTC))
    now = datetime.now(UTC)
    watched = [{"_id": name, "position": 10 + place} for place, name in enumerate(MARKUP)]
    collection("watchlist").insert_many(watched)
    assets = {"base_asset": FIRST, "quote_asset": FIRST, "status": "TRADING"}
    steps = {"price_step": "0.01", "quantity_step": "0.01"}
    collection("instruments").insert_many([{"_id": name, **assets, **steps} for name in MARKUP])
    collection("instruments").update_many({}, {"$set": {"base_asset": FIRST}})
    collection("quarantine").insert_many(
        [
            {"_id": f"q{place}", "received_at": now, "reason": text, "raw": text.encode(), "size": len(text)}
            for place, text in enumerate(MARKUP)
        ]
    )
    beat = {"process": FIRST, "host": FIRST, "pid": 1, "started_at": now, "beat_at": now}
    beats = [{"_id": f"h{place}", **beat, "figures": {"a": text}} for place, text in enumerate(MARKUP)]
    collection("heartbeats").insert_many(beats)
    collection("gaps").update_many({}, {"$set": {"reason": FIRST}})
    collection("audit").insert_many(
        [
            {"at": now, "who": text, "address": text, "action": text, "target": text, "details": text,
             "status": 200, "outcome": "done", "left_out": 0}
            for text in MARKUP
        ]
    )  # fmt: skip
    collection("api_tokens").insert_many(
        [
            {"_id": text, "hash": text, "can_change": True, "made_at": now, "expires_at": None,
             "last_used_at": None}
            for text in MARKUP
        ]
    )  # fmt: skip
    _poison_work()
    yield
    for name in PLANTED:
        collection(name).delete_many({})


def _poison_work() -> None:
    """Jobs, files, pairs, and the scan: whatever somebody asked for, sent or watched."""
    for place, text in enumerate(MARKUP):
        job, _ = open_job("recompute_indicators", {"symbol": text}, text)
        claim_job(job.id, text)
        note_progress(job.id, text, done=1, total=2, text=text)
        file = queue_import(f"{place:064x}", 1_000 + place, f"/files/{text}", {"symbol": text})
        save_import(replace(file, state="failed", reason=text, format=text, symbols=[text]))
        add_pair((text, MARKUP[place - 1]))
    now = datetime.now(UTC)
    for symbol in ("BTCUSDT", "ETHUSDT"):
        save_progress(BarProgress(symbol, 1, now))
        save_seam(Seam(symbol, HISTORY, now, now, None))
    compute_scans()
    scan = load_scan("1m")
    assert scan is not None
    model, others = scan.scores[0], MARKUP[1:] + MARKUP[:1]
    scores = [replace(model, y=y, x=x) for y, x in zip(MARKUP, others, strict=True)]
    save_scan(replace(scan, symbols=MARKUP, scores=scores))


@pytest.fixture(scope="module")
def web_app(web_settings: Settings) -> Flask:
    return create_app(web_settings, message_queue=False, background=False)


def _settled(page: Page) -> None:
    """Until a quarter of a second has passed in which nothing was drawn."""
    page.evaluate(
        """() => new Promise((done) => {
          let timer = setTimeout(done, 250);
          const watcher = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 250); });
          watcher.observe(document.body, { subtree: true, childList: true });
          setTimeout(done, 2_000);
        })"""
    )


def _violations(complaints: list[str]) -> list[str]:
    return [text for text in complaints if "Content Security Policy" in text or "Refused to" in text]


def test_no_stored_name_is_run_on_any_page(
    open_page: OpenPage,
    web: WebProcess,
    web_app: Flask,
    poisoned: None,
    complaints: list[str],
    measured: Measured,
) -> None:
    with web_app.test_request_context():
        known = [link.endpoint for link in NAVIGATION if link.endpoint in web_app.view_functions]
        paths = [web_app.url_for(endpoint) for endpoint in known]
    paths += ["/access", "/market/BTCUSDT", "/pairs/ETHUSDT/BTCUSDT", f"/market/{FIRST}", f"/nowhere/{FIRST}"]
    paths += [f"/sign-in?next={FIRST}", "/quality?symbol=<svg onload=window.hit=10>"]
    page, shown, by_page = open_page("about:blank"), set(), dict[str, set[str]]()
    scan = load_scan("1m")
    assert scan is not None
    body = scan_json(scan) | {"total": len(MARKUP), "offset": 0}  # the API itself refuses such symbols
    page.route("**/api/scan/columns?*", lambda route: route.fulfill(json=body))
    for path in paths:
        page.goto(web.url + path)
        _settled(page)
        assert page.evaluate("() => window.hit") is None, path
        by_page[path] = {text for text in MARKUP if text in page.locator("body").inner_text()}
        shown |= by_page[path]
    assert len(shown) == len(MARKUP), "what was planted was looked at"
    assert {what for path, what in ON.items() if not by_page[path]} == set()
    assert _violations(complaints) == []
    found = f"nothing ran, 0 violations of the policy on {len(paths)} addresses"
    measured("R40", injected=f"{len(MARKUP)} names that are scripts", demanded="nothing runs", found=found)


def test_the_browser_would_have_run_them(open_page: OpenPage, web: WebProcess) -> None:
    """The negative control: without a policy and with innerHTML they run."""
    page = open_page("about:blank")
    for text in (MARKUP[0], MARKUP[4]):
        page.goto("about:blank")
        page.evaluate("(text) => { document.body.innerHTML = text; }", text)
        page.wait_for_function("() => window.hit", timeout=5_000)


def test_the_policy_stops_what_our_own_code_would_let_through(
    open_page: OpenPage, web: WebProcess, complaints: list[str]
) -> None:
    """The second wall: even set as HTML on a page of ours, an inline handler does not run."""
    page = open_page(web.url + "/system")
    page.evaluate("(text) => { document.querySelector('main').innerHTML = text; }", FIRST)
    _settled(page)
    assert page.evaluate("() => window.hit") is None
    assert _violations(complaints) != []
