"""A file of the archive is held against the checksum beside it, when there is one."""

import hashlib
from pathlib import Path

import pytest

from workers.imports.checksum import is_checksum, refuse_unlike_checksum
from workers.imports.errors import ImportRefused

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, example of one block


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "BTCUSDT-aggTrades-2024-08-08.zip"
    path.write_bytes(b"abc")
    return path


def says(archive: Path, words: str) -> None:
    archive.with_name(archive.name + ".CHECKSUM").write_text(words)


def test_without_a_checksum_nothing_is_compared(archive: Path) -> None:
    refuse_unlike_checksum(archive, ABC)


@pytest.mark.parametrize("words", [f"{ABC}  BTCUSDT-aggTrades-2024-08-08.zip\n", ABC.upper(), f" {ABC}\r\n"])
def test_a_file_is_taken_when_it_is_what_the_checksum_says(archive: Path, words: str) -> None:
    says(archive, words)
    refuse_unlike_checksum(archive, hashlib.sha256(archive.read_bytes()).hexdigest())


def test_another_is_refused_and_both_sums_are_named(archive: Path) -> None:
    says(archive, f"{'0' * 64}  {archive.name}")
    with pytest.raises(ImportRefused, match=f"SHA-256 is {ABC}, expected {'0' * 64}"):
        refuse_unlike_checksum(archive, ABC)


@pytest.mark.parametrize("words", ["", "damaged", ABC[:-1], ABC + "0"])
def test_what_is_no_checksum_is_not_taken_for_one(archive: Path, words: str) -> None:
    says(archive, words)
    with pytest.raises(ImportRefused, match="expected the SHA-256 of"):
        refuse_unlike_checksum(archive, ABC)


def test_a_checksum_is_nothing_to_import() -> None:
    assert is_checksum(Path("a/BTCUSDT-1m-2021-01.zip.CHECKSUM"))
    assert not is_checksum(Path("BTCUSDT-1m-2021-01.zip"))
