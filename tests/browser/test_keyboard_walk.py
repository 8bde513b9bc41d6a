"""The main tasks with a keyboard alone: no mouse, and the focus always in sight."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.lively_web import OpenInside, drawn, lively, open_inside, signed_in, web_settings
from tests.browser.test_import import collected
from tests.product import wait_for
from workers.store.jobs import load_job, open_job

__all__ = ["lively", "open_inside", "signed_in", "web_settings"]

MOST_TABS = 90
# What has the focus shows it by an outline.
IN_SIGHT = """() => {
  const held = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(held);
  return held !== document.body && outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus; everything on the way must show that it has it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(IN_SIGHT), page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{MOST_TABS} times Tab did not lead to {selector}")


def test_a_symbol_is_found_opened_and_looked_at(open_inside: OpenInside) -> None:
    page = open_inside("/")
    page.keyboard.press("/")
    page.keyboard.type("SOL")
    tab_to(page, "#rows tr")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/market/SOLUSDT"))
    drawn(page)
    page.keyboard.press("3")
    expect(page.locator("button[data-timeframe='5m']")).to_have_attribute("aria-pressed", "true")
    tab_to(page, "#follow")
    page.keyboard.press("Enter")
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")


def test_a_pair_is_found_opened_and_asked_for_another_window(open_inside: OpenInside) -> None:
    page = open_inside("/")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("/scanner"))
    drawn(page)
    tab_to(page, "th[data-column='zscore'] button")
    page.keyboard.press("Enter")
    expect(page.locator("th[data-column='zscore']")).to_have_attribute("aria-sort", "descending")
    tab_to(page, "#rows tr")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/pairs/"))
    tab_to(page, "select#window")
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile("window="))
    page.go_back()  # the browser's own key, which a browser without a window does not have
    expect(page).to_have_url(re.compile("/scanner"))


def test_a_symbol_is_removed_and_added_again(open_inside: OpenInside) -> None:
    page = open_inside("/")
    row = page.locator("tr[data-symbol='LINKUSDT']")
    page.keyboard.press("/")
    page.keyboard.type("LINK")
    tab_to(page, "tr[data-symbol='LINKUSDT'], tr[data-symbol='LINKUSDT'] a")
    page.keyboard.press("Delete")
    expect(row).to_have_count(0)
    page.keyboard.press("a")
    page.keyboard.type("LINK")
    expect(page.get_by_role("option")).to_have_text(["LINKUSDT"])
    page.keyboard.press("Enter")
    expect(row).to_have_count(1)


def test_a_file_is_looked_at_imported_and_taken_back(open_inside: OpenInside, tmp_path: Path) -> None:
    file = tmp_path / "by-keyboard.ndjson"
    file.write_text(collected("dropusdt"))
    page = open_inside("/import")
    page.on("filechooser", lambda _: None)  # from here on the browser hands the choice to the test
    tab_to(page, "#file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(file)
    expect(page.locator("#look")).to_be_focused()
    tab_to(page, "#start")
    page.keyboard.press("Enter")
    row = page.locator("#imports tr", has_text=file.name)
    expect(row).to_contain_text("waiting for its turn")
    tab_to(page, "#imports button")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("cancelled")


def test_what_is_on_the_screen_is_exported(open_inside: OpenInside) -> None:
    page = open_inside("/scanner")
    page.keyboard.press("e")
    expect(page.locator("#export [data-format='csv']")).to_be_focused()
    tab_to(page, "#export [data-format='json']")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".json")


def test_a_gap_is_asked_for_again(open_inside: OpenInside) -> None:
    page = open_inside("/quality")
    tab_to(page, "#gaps button")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("1 gap is asked for again")
    expect(page.locator("#gaps button", has_text="Repairing")).to_have_count(1)


def test_what_was_asked_for_is_cancelled(open_inside: OpenInside) -> None:
    job, _ = open_job("recompute_indicators", {"symbol": "ETHUSDT"}, "by keyboard")
    page = open_inside("/system")
    tab_to(page, f"#asked button[data-task='{job.id}']")
    page.keyboard.press("Enter")
    wait_for(lambda: load_job(job.id).state == "cancelled", 10, "the end of the job")  # type: ignore[union-attr] # it is there
    expect(page.locator(f"#asked button[data-task='{job.id}']")).to_have_count(0)


def test_dialogs_give_the_focus_back(open_inside: OpenInside) -> None:
    page = open_inside("/")
    tab_to(page, "#rows tr")
    held = page.evaluate("() => document.activeElement.textContent")
    for key, dialog in (("?", "#keys"), (",", "#settings"), ("Control+k", "#palette")):
        page.keyboard.press(key)
        expect(page.locator(dialog)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        assert page.evaluate("() => document.activeElement.textContent") == held, dialog
