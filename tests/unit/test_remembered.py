"""A long run goes on where it was interrupted, unless the code has changed."""

from pathlib import Path

from tests.remembered import CODE, Remembered, code_version


def test_what_passed_is_known_to_the_next_run_of_the_same_code_alone(tmp_path: Path) -> None:
    path = tmp_path / "somewhere" / "passed"
    assert "test_a" not in Remembered(path, "code1")
    Remembered(path, "code1").add("test_a")
    assert "test_a" in Remembered(path, "code1")
    assert "test_b" not in Remembered(path, "code1")
    assert "test_a" not in Remembered(path, "code2")


def test_a_changed_line_is_other_code(tmp_path: Path) -> None:
    for folder in CODE:
        (tmp_path / folder).mkdir(parents=True)
    file = tmp_path / CODE[0] / "part.py"
    file.write_text("a = 1")
    before = code_version(tmp_path)
    assert code_version(tmp_path) == before
    file.write_text("a = 2")
    assert code_version(tmp_path) != before
