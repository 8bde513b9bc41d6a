"""The long tests that passed for this very code, kept in a file so that an interrupted run can go on."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REMEMBERED = ROOT / ".local" / "soak-passed"
FOLDERS = ("analytics", "workers", "app", "tests/fault", "tests/integration", "tests/browser")
BESIDE = ("*.py", "Procfile", "requirements.txt", "pyproject.toml", "tests/*.py")
SUFFIXES = {".py", ".html", ".js", ".css", ".json"}  # .json: the pinned packages of the pages
INSTALLED = "node_modules"


class Remembered:
    """Names of tests that passed; those of other code do not count."""

    def __init__(self, path: Path, code: str) -> None:
        self._path = path
        self._code = code

    def __contains__(self, name: str) -> bool:
        return self._path.exists() and f"{self._code} {name}" in self._path.read_text().splitlines()

    def add(self, name: str) -> None:
        """Note that a test passed."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(f"{self._code} {name}\n")


def code_version(root: Path = ROOT) -> str:
    """A digest of all code that runs in a soak; another one when a line has changed."""
    digest = hashlib.sha256()
    for path in sorted(code_files(root)):
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def code_files(root: Path = ROOT) -> Iterator[Path]:
    """The product, the tests that take long, and what they stand on."""
    for pattern in BESIDE:
        yield from root.glob(pattern)
    for folder in FOLDERS:
        for found, folders, names in os.walk(root / folder):
            folders[:] = [name for name in folders if name != INSTALLED]
            yield from (Path(found, name) for name in names if Path(name).suffix in SUFFIXES)
