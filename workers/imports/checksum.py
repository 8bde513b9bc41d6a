"""The checksum that lies beside a file of Binance's archive: FILE.CHECKSUM, `<SHA-256 in hex>  <name>`."""

import re
from pathlib import Path

from workers.imports.errors import ImportRefused

ENDING = ".CHECKSUM"
_LINE = re.compile(r"\s*([0-9a-fA-F]{64})\s")
_LONGEST = 4_096  # bytes: it is one line


def is_checksum(path: Path) -> bool:
    """Whether a file is such a checksum, and nothing to import."""
    return path.name.endswith(ENDING)


def refuse_unlike_checksum(path: Path, digest: str) -> None:
    """Compare the SHA-256 of a file with the checksum beside it; without one nothing is compared.

    Raises
    ------
    ImportRefused
        They differ, or the checksum cannot be read.
    """
    beside = path.with_name(path.name + ENDING)
    try:
        with beside.open("rb") as file:
            found = _LINE.match(file.read(_LONGEST).decode(errors="replace") + "\n")
    except FileNotFoundError:
        return
    except OSError as problem:
        raise ImportRefused(f"{beside}: cannot be read: {problem.strerror}") from problem
    if found is None:
        raise ImportRefused(f"{beside}: expected the SHA-256 of {path.name} as 64 hex digits")
    if found[1].lower() != digest:
        raise ImportRefused(
            f"{path}: damaged or not whole: its SHA-256 is {digest}, expected {found[1].lower()}"
        )
