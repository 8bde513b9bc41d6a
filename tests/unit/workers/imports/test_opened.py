"""Files that were made to wear out who reads them."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from workers.imports.errors import ImportRefused
from workers.imports.opened import opened


def zipped(path: Path, members: int, *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for place in range(members):
            archive.writestr(f"{place:08}.csv", "1\n2\n")
    return path


def lines(path: Path, **options: float) -> list[bytes]:
    with opened(path, **options) as file:  # type: ignore[arg-type]  # bytes
        return list(iter(file.line, b""))


def test_the_only_file_of_a_zip_is_read(tmp_path: Path) -> None:
    assert lines(zipped(tmp_path / "a.zip", 1)) == [b"1\n", b"2\n"]


def test_a_zip_of_several_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="expected a zip with one file in it, got 3"):
        lines(zipped(tmp_path / "a.zip", 3))


def test_a_zip_with_a_huge_list_of_contents_is_refused_before_the_list_is_read(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="list of contents is too long"):
        lines(zipped(tmp_path / "a.zip", 20_000, method=zipfile.ZIP_STORED))


def test_a_zip_that_is_packed_in_a_way_that_needs_much_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="packed in another way"):
        lines(zipped(tmp_path / "a.zip", 1, method=zipfile.ZIP_LZMA))


def test_an_endless_line_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A bomb of 100 KB that holds 100 MB; beside it a long line that ends."""
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"1" * 100_000_000, 9))
    with pytest.raises(ImportRefused, match="a line is longer than 64 MB"):
        lines(path)
    path.write_bytes(gzip.compress(b"1" * 3_000_000 + b"\n2\n", 9))
    assert [len(line) for line in lines(path)] == [1 << 20, 2]


def test_of_a_bomb_of_short_lines_no_more_is_unpacked_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(10):
            file.write(b"1,2,3\n" * 1_000_000)
    with opened(path, most_bytes=6_000) as read:
        assert len(list(iter(read.line, b""))) == 1_000
        assert read.bytes_read < 100_000


def test_a_line_that_begins_within_the_limit_is_whole(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"123\n456\n789\n")
    assert lines(tmp_path / "a.csv", most_bytes=5) == [b"123\n", b"456\n"]


@pytest.mark.parametrize("cut", [40, 5])
def test_a_damaged_zip_is_refused(tmp_path: Path, cut: int) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.csv", "1\n" * 50)
    (tmp_path / "a.zip").write_bytes(held.getvalue()[:-cut])
    with pytest.raises(ImportRefused, match="cannot be read"):
        lines(tmp_path / "a.zip")
