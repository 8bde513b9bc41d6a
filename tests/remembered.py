"""The long tests that passed for this very code, kept in a file so that an interrupted run can go on."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REMEMBERED = ROOT / ".local" / "soak-passed"
CODE = ("analytics", "workers", "tests/fault", "tests/integration/pipeline")


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
    for folder in CODE:
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
