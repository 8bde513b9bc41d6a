"""`python -m workers.local.install run|develop`: makes `.venv` and the front end's packages.

Runs on the system's Python, before anything is installed: standard library only. What was installed
is remembered by the hash of the files that ask for it, so a second call returns at once.
"""

import hashlib
import importlib.util
import platform
import subprocess
import sys
import time
import venv
from pathlib import Path

from workers.local.errors import CannotStart
from workers.local.folder import PROJECT
from workers.local.frontend import install_frontend
from workers.local.kernels import compile_in
from workers.local.logged_command import run_logged
from workers.local.terminal import complain, dotted, say

VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOG = VENV / "install.log"
DEVELOP_MARK = "# --- to develop"


def main() -> int:
    """Installs what is missing; the exit code is 1 when that is not possible."""
    develop = sys.argv[1:] == ["develop"]
    try:
        install_packages(develop=develop)
        compile_in(VENV)
        install_frontend(PROJECT / "app", VENV, develop=develop)
    except CannotStart as problem:
        complain(str(problem))
        return 1
    except KeyboardInterrupt:
        complain("\nInterrupted; the next call goes on from here.")
        return 130
    return 0


def install_packages(*, develop: bool) -> None:
    """Brings the virtual environment to what requirements.txt asks for."""
    wanted = requirements(develop=develop)
    if is_installed(wanted):
        return
    started = time.monotonic()
    make_venv()
    file = VENV / "requirements-wanted.txt"
    file.write_text(wanted)
    say(f"Installing Python packages, once; this takes a minute or two (log: {LOG})")
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    try:
        run_logged([*command, "-r", str(file)], LOG, title="Python packages")
    except CannotStart as problem:
        raise CannotStart(f"the Python packages could not be installed: {problem}") from None
    remember(wanted)
    say(f"{dotted('Python packages')}ready ({time.monotonic() - started:.0f} s)")


def requirements(*, develop: bool) -> str:
    """The text of requirements.txt; without `develop`, up to the group that runs need not have."""
    text = (PROJECT / "requirements.txt").read_text()
    return text if develop else text.partition(DEVELOP_MARK)[0]


def is_installed(wanted: str) -> bool:
    """Whether the virtual environment holds all of it, and stands where it was made."""
    return VENV_PYTHON.exists() and _stamp(wanted).exists()


def remember(wanted: str) -> None:
    """Notes that it is installed, and with it the smaller group it contains."""
    for stale in VENV.glob("installed-*"):
        stale.unlink()
    for text in {wanted, requirements(develop=False)}:
        _stamp(text).touch()


def _stamp(wanted: str) -> Path:
    # Scripts hold the folder's path: a copied or moved environment does not count.
    facts = "\n".join((wanted, str(VENV), sys.version))
    return VENV / f"installed-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"


def make_venv() -> None:
    """A virtual environment; one of another Python or another place is made anew.

    Raises
    ------
    CannotStart
        The system's Python lacks what it takes, or nobody may write here.
    """
    if _fits():
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise CannotStart(f"this Python cannot make a virtual environment: {_venv_advice()}")
    try:
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        raise CannotStart(f"{VENV} could not be made ({error}): {_venv_advice()}") from error
    except OSError as error:
        raise CannotStart(
            f"cannot write in {PROJECT} ({error.strerror}): use a folder this user may write to"
        ) from error


def _venv_advice() -> str:
    return f"apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _fits() -> bool:
    """Whether there is one, made here (its scripts hold the path) by this version of Python."""
    notes = VENV / "pyvenv.cfg"
    if not (VENV_PYTHON.exists() and notes.exists()):
        return False
    lines = [line.strip() for line in notes.read_text().splitlines()]
    made_here = any(line.startswith("command") and line.endswith(f" {VENV}") for line in lines)
    return made_here and f"version = {platform.python_version()}" in lines


if __name__ == "__main__":
    sys.exit(main())
