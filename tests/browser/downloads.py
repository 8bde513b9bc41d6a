"""What a page saves through its menu "Export"."""

from playwright.sync_api import Download, Page


def exported(page: Page, table: str, form: str) -> Download:
    """The file of one table in one format, taken from the menu."""
    if not page.locator("#export .export-list").is_visible():
        page.locator("#export summary").click()
    with page.expect_download() as download:
        page.get_by_role("group", name=table, exact=True).locator(f"[data-format='{form}']").click()
    return download.value
