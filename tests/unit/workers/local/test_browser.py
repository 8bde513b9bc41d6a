"""A browser for the tests: the one named, else one that is here, else advice."""

from pathlib import Path

import pytest

from workers.local import browser
from workers.local.errors import CannotStart


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser anywhere."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(browser, "USUAL_PLACES", ())
    monkeypatch.setattr(browser, "PLAYWRIGHT_FOLDER", Path("/nowhere"))


@pytest.mark.usefixtures("bare_machine")
def test_without_any_browser_the_test_says_what_to_install() -> None:
    with pytest.raises(CannotStart, match=r"apt-get install chromium .* CHROMIUM"):
        browser.find_chromium()


@pytest.mark.usefixtures("bare_machine")
def test_who_may_not_install_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    with pytest.raises(CannotStart, match="apt-get install chromium"):
        browser.main()


@pytest.mark.usefixtures("bare_machine")
def test_a_chrome_on_the_path_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chrome = tmp_path / "google-chrome"
    chrome.write_text("#!/bin/sh\n")
    chrome.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.find_chromium() == chrome


@pytest.mark.parametrize("known", [["chromium-headless-shell", "chromium"], ["chromium"]])
def test_the_first_package_that_there_is_gets_installed(
    known: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = []

    def apt_get(*command: str) -> str:
        if command[0] == "install" and command[-1] not in known:
            return f"E: Unable to locate package {command[-1]}"
        installed.append(command[-1])
        return ""

    monkeypatch.setattr(browser, "_apt_get", apt_get)
    browser._install_chromium()
    assert installed == ["update", known[0]]


def test_without_any_package_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_apt_get", lambda *command: "E: no network")
    with pytest.raises(CannotStart, match=r"no network.*apt-get install chromium"):
        browser._install_chromium()


@pytest.mark.usefixtures("bare_machine")
def test_a_browser_that_is_named_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(CannotStart, match="CHROMIUM"):
        browser.find_chromium()
