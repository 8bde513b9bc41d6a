"""Finds the servers' programs: on the PATH, else inside the wheels of requirements.txt."""

import re
import shutil
import signal
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from workers.local.errors import CannotStart

# The package of Debian and Ubuntu that holds a library the wheels' programs are linked to.
PACKAGES = {"libcurl.so.4": "libcurl4", "libssl.so.3": "libssl3", "libcrypto.so.3": "libssl3"}
MISSING_LIBRARY = re.compile(r"error while loading shared libraries: (\S+):")
CHECK_SECONDS = 30.0


def find_program(name: str, wheel: str) -> Path | None:
    """The program on the PATH, else in the installed wheel."""
    on_path = shutil.which(name)
    return Path(on_path) if on_path else _in_wheel(name, wheel)


def _in_wheel(name: str, wheel: str) -> Path | None:
    try:
        files = distribution(wheel).files or []
    except PackageNotFoundError:
        return None
    found = [Path(str(file.locate())) for file in files if file.name == name]
    return next((path.resolve() for path in found if path.is_file()), None)


def check_program(program: Path, otherwise: str) -> str:
    """What the program says to `--version`.

    Raises
    ------
    CannotStart
        It does not run on this machine; the message ends with `otherwise`, what to do instead.
    """
    try:
        result = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=CHECK_SECONDS, check=False
        )
    except PermissionError:
        raise CannotStart(f"{program} may not be executed: chmod +x it; {otherwise}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotStart(f"{program} does not run on this system ({error}); {otherwise}") from error
    if result.returncode != 0:
        raise CannotStart(f"{_why_it_failed(program, result)}; {otherwise}")
    return result.stdout


def _why_it_failed(program: Path, result: subprocess.CompletedProcess[str]) -> str:
    missing = MISSING_LIBRARY.search(result.stderr)
    if missing:
        library = missing.group(1)
        return f"{program.name} needs {library}: apt-get install {PACKAGES.get(library, library)}"
    if result.returncode == -signal.SIGILL:
        return f"{program.name} needs a processor with AVX instructions, which this one lacks"
    last_line = (result.stderr.strip().splitlines() or ["no message"])[-1]
    return f"{program} does not run on this system ({last_line})"
