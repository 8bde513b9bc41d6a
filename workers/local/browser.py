"""Finds a Chromium for the browser tests, and installs Debian's when it may.

`python -m workers.local.browser` makes sure there is one.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from workers.local.errors import CannotStart

# The headless shell first: the same engine without windows does the tests with 0.6 of the processor's time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
USUAL_PLACES = (
    "/usr/lib/chromium/chromium",
    "/opt/google/chrome/chrome",
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGES = ("chromium-headless-shell", "chromium")  # of Debian; older ones have the second alone
PLAYWRIGHT_FOLDER = Path("~/.cache/ms-playwright").expanduser()
WHAT_TO_INSTALL = (
    "the browser tests need Chromium or Chrome and none was found: "
    "apt-get install chromium (Debian), snap install chromium (Ubuntu), "
    "or install Google Chrome, or set CHROMIUM to the program's path"
)


def find_chromium() -> Path:
    """The browser named by CHROMIUM, else the first one found.

    Raises
    ------
    CannotStart
        There is none; the message says what to install.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise CannotStart(f"CHROMIUM: {named} is not a program that can be started")
        return Path(named)
    on_path = [Path(found) for name in NAMES if (found := shutil.which(name))]
    from_playwright = sorted(PLAYWRIGHT_FOLDER.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    for place in (*on_path, *map(Path, USUAL_PLACES), *from_playwright):
        if os.access(place, os.X_OK):
            return place
    raise CannotStart(WHAT_TO_INSTALL)


def _install_chromium() -> None:
    """Raises CannotStart with what apt-get said last when none of the packages can be had."""
    print(f"Installing Chromium for the browser tests (apt-get install {PACKAGES[0]}) ...", flush=True)
    _apt_get("update")
    for package in PACKAGES:
        reason = _apt_get("install", "-y", "--no-install-recommends", package)
        if not reason:
            return
    raise CannotStart(f"apt-get install {PACKAGES[-1]} failed ({reason}); {WHAT_TO_INSTALL}")


def _apt_get(*command: str) -> str:
    """Why it failed; nothing when it did not."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    words = ["apt-get", "-qq", *command]
    result = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    return (result.stderr.strip().splitlines() or ["no message"])[-1] if result.returncode else ""


def main() -> None:
    """Makes sure there is a browser; says what to install when it cannot."""
    try:
        find_chromium()
    except CannotStart:
        may_install = os.geteuid() == 0 and shutil.which("apt-get") and Path("/etc/debian_version").exists()
        if not may_install:
            raise
        _install_chromium()
        find_chromium()


if __name__ == "__main__":
    try:
        main()
    except CannotStart as problem:
        sys.exit(str(problem))
