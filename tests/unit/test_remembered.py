"""A long run goes on where it was interrupted, unless the code has changed."""

import re
from pathlib import Path

import pytest

from tests.remembered import ROOT, Remembered, code_files, code_version


def test_what_passed_is_known_to_the_next_run_of_the_same_code_alone(tmp_path: Path) -> None:
    path = tmp_path / "somewhere" / "passed"
    assert "test_a" not in Remembered(path, "code1")
    Remembered(path, "code1").add("test_a")
    assert "test_a" in Remembered(path, "code1")
    assert "test_b" not in Remembered(path, "code1")
    assert "test_a" not in Remembered(path, "code2")


@pytest.mark.parametrize("name", ["workers/part.py", "app/static/js/part.js", "tests/part.py", "Procfile"])
def test_a_changed_line_is_other_code(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("a = 1")
    before = code_version(tmp_path)
    assert code_version(tmp_path) == before
    file.write_text("a = 2")
    assert code_version(tmp_path) != before


def test_every_long_test_and_all_that_it_runs_is_covered() -> None:
    covered = {str(path.relative_to(ROOT)) for path in code_files()}
    long = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py") if _is_long(path)}
    assert len(long) > 20
    assert long <= covered
    assert {"app/__init__.py", "app/templates/base.html", "celeryconfig.py", "tests/product.py"} <= covered
    assert not any("node_modules" in name for name in covered)


def _is_long(path: Path) -> bool:
    return path.parent.parent.name != "unit" and bool(re.search(r"mark\.soak\b", path.read_text()))
