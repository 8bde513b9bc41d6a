"""The Import page: a file is dropped, looked into, imported, and seen done; and what is refused is told."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from pymongo import MongoClient

from tests.browser.conftest import OpenPage
from tests.factories import at, random_ticks
from tests.integration.imports.importing import agg_trade_lines, written
from tests.integration.web.market_seed import seed_market
from tests.integration.web.web_process import WebProcess
from workers.imports.uploads import upload_folder
from workers.settings import Settings, settings_from, use_settings
from workers.store.indexes import ensure_indexes
from workers.store.ticks import load_ticks
from workers.tasks.imports import run_imports

DROP = """([target, name, text]) => {
  const held = new DataTransfer();
  held.items.add(new File([text], name));
  document.querySelector(target).dispatchEvent(
    new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def web_settings(
    web_environ: dict[str, str],
    mongo_client: MongoClient[dict[str, object]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    """Files lie in a folder of this test."""
    folder = tmp_path_factory.mktemp("uploads")
    web_environ |= {"UPLOAD_DIR": str(folder), "UPLOAD_MB": "2", "SEED": uuid.uuid4().hex[:12]}
    with use_settings(settings_from(web_environ)) as settings:
        ensure_indexes()
        seed_market({"1m": 100})
        yield settings
        mongo_client.drop_database(settings.database)


def collected(symbol: str, *bad: str) -> str:
    """Lines of a collector, the last ones as given."""
    lines = [
        json.dumps(
            {"symbol": symbol, "ts": at(n / 2).isoformat(), "price": 100 + n / 8, "size": 0.25 * (n + 1)}
        )
        for n in range(200)
    ]
    return "\n".join([*lines, *bad]) + "\n"


def choose(page: Page, path: Path) -> None:
    page.locator("#file").set_input_files(path)


def test_a_dropped_file_is_seen_imported_and_gone(
    open_page: OpenPage, web: WebProcess, complaints: list[str], pictures: Path
) -> None:
    page = open_page(web.url + "/import")
    expect(page.locator("#imports-state")).to_contain_text("No file was imported yet")
    page.evaluate(DROP, ["#drop", "../dropped <b>.ndjson", collected("dropusdt", '{"symbol": "<i>x</i>"}')])
    expect(page.locator("#look-title")).to_have_text("dropped__b_.ndjson")
    expect(page.locator("#look-facts")).to_contain_text("NDJSON of a collector")
    expect(page.locator("#look-facts")).to_contain_text("2024-08-08 00:00:00 to 2024-08-08 00:01:39")
    expect(page.locator("#look-warnings")).to_contain_text("The exchange does not offer DROPUSDT.")
    expect(page.locator("#look-rows tr")).to_have_count(12)
    expect(page.locator("#look-unreadable")).to_contain_text("Line 201: price: expected")
    expect(page.locator("#look-unreadable i")).to_have_count(0)
    assert load_ticks("DROPUSDT", after_id=-1) == []
    page.screenshot(path=pictures / "import-look-dark-1440.png", full_page=True)

    page.get_by_role("button", name="Import", exact=True).click()
    row = page.locator("#imports tr", has_text="dropped__b_.ndjson")
    expect(row).to_contain_text("waiting for its turn")
    expect(page.locator("#look")).to_be_hidden()
    run_imports()
    expect(row.locator(".state-cell")).to_have_text("done")
    expect(row.locator("td.number")).to_have_text(["201", "200", "0", "1"])
    assert len(load_ticks("DROPUSDT", after_id=-1)) == 200
    assert list(upload_folder().iterdir()) == []
    page.screenshot(path=pictures / "import-done-dark-1440.png", full_page=True)
    assert complaints == []


def test_what_must_be_said_is_asked_for(
    open_page: OpenPage, web: WebProcess, tmp_path: Path, complaints: list[str], pictures: Path
) -> None:
    """First of which symbol; then, as the simulated market trades it, whether it comes from there."""
    page = open_page(web.url + "/import")
    choose(page, written(tmp_path / "mine.csv", agg_trade_lines(random_ticks(1, 30))))
    expect(page.locator("#look-obstacle")).to_contain_text("Of which symbol?")
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    page.get_by_label("Symbol", exact=True).fill("btcusdt")
    page.keyboard.press("Enter")
    expect(page.locator("#look-obstacle")).to_contain_text("a simulated market that trades BTCUSDT")
    expect(page.locator("#look-rows tr")).to_have_count(12)
    page.screenshot(path=pictures / "import-asks-dark-1440.png", full_page=True)
    page.get_by_label("It was recorded from this simulated market").check()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#imports tr", has_text="mine.csv")).to_have_count(0)
    assert complaints == []


def test_what_is_not_understood_or_too_large_is_told(
    open_page: OpenPage, web: WebProcess, tmp_path: Path, pictures: Path
) -> None:
    page = open_page(web.url + "/import")
    choose(page, written(tmp_path / "letter.txt", ["dear diary"]))
    expect(page.get_by_role("alert")).to_contain_text("letter.txt: line 1: expected NDJSON")
    page.screenshot(path=pictures / "import-refused-dark-1440.png", full_page=True)
    (tmp_path / "large.csv").write_bytes(b"1" * 2_000_001)
    expect(page.locator("#largest")).to_have_text(", up to 2 MB")
    choose(page, tmp_path / "large.csv")
    expect(page.get_by_role("alert")).to_contain_text("at most 2 MB are taken")
    expect(page.locator("#look")).to_be_hidden()


def test_an_import_that_waits_is_cancelled(open_page: OpenPage, web: WebProcess, tmp_path: Path) -> None:
    page = open_page(web.url + "/import")
    (tmp_path / "waits.ndjson").write_text(collected("waitusdt"))
    choose(page, tmp_path / "waits.ndjson")
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name="Cancel waits.ndjson").click()
    expect(page.locator("#imports tr", has_text="waits.ndjson")).to_contain_text("cancelled")
    assert load_ticks("WAITUSDT", after_id=-1) == []


def test_buttons_can_be_held_while_something_waits(
    open_page: OpenPage, web: WebProcess, tmp_path: Path
) -> None:
    """The list is read each second then: neither focus nor a press is lost, nor a start asked for twice."""
    page = open_page(web.url + "/import")
    (tmp_path / "held.ndjson").write_text(collected("heldusdt"))
    (tmp_path / "next.ndjson").write_text(collected("nextusdt"))
    choose(page, tmp_path / "held.ndjson")
    page.get_by_role("button", name="Import", exact=True).click()
    cancel = page.get_by_role("button", name="Cancel held.ndjson")
    expect(cancel).to_be_visible()

    choose(page, tmp_path / "next.ndjson")
    held: list[Route] = []
    page.route("**/api/imports/*/start", lambda route: held.append(route))
    start = page.get_by_role("button", name="Import", exact=True)
    start.click()
    _read_again(page)
    expect(start).to_be_disabled()
    held[0].continue_()
    expect(page.locator("#look")).to_be_hidden()

    box = cancel.bounding_box()
    assert box is not None
    cancel.focus()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    _read_again(page)
    expect(cancel).to_be_focused()
    page.mouse.up()
    expect(page.locator("#imports tr", has_text="held.ndjson")).to_contain_text("cancelled")


def _read_again(page: Page) -> None:
    """The list comes twice: what came first is drawn by then."""
    for _ in range(2):
        with page.expect_response("**/api/imports"):
            pass


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_fits(
    open_page: OpenPage,
    web: WebProcess,
    tmp_path: Path,
    complaints: list[str],
    pictures: Path,
    scheme: str,
    width: int,
) -> None:
    page = open_page(web.url + "/import", width=width, height=844, scheme=scheme)
    (tmp_path / "fits.ndjson").write_text(collected("fitsusdt", "{", '{"symbol": "fitsusdt", "ts": "noon"}'))
    choose(page, tmp_path / "fits.ndjson")
    expect(page.locator("#look-rows tr")).to_have_count(12)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.screenshot(path=pictures / f"import-{scheme}-{width}.png", full_page=True)
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#look")).to_be_hidden()
    assert complaints == []
