"""Files that were sent over HTTP, and lie here until they are imported.

    UPLOAD_DIR/<database>/5f0c.../BTCUSDT-aggTrades-2024-08-09.csv

Each has a folder of its own, so that its name, which may say symbol and day, is
kept as far as it is harmless. Only this user may read them.
"""

import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from workers.settings import load_settings

KEPT = timedelta(days=1)  # what nobody imports
LONGEST_NAME = 120
NAMELESS = "file"


def harmless_name(text: str) -> str:
    """What is kept of the name that a client gives a file.

    >>> harmless_name("../../etc/passwd"), harmless_name("C:\\\\data\\\\BTCUSDT-1m-2021-11.zip")
    ('passwd', 'BTCUSDT-1m-2021-11.zip')
    >>> harmless_name(".."), harmless_name("a\\x00b c\\n.csv")
    ('file', 'a_b_c_.csv')
    """
    last = re.split(r"[/\\]", text)[-1]
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", last).lstrip(".")
    return plain[:LONGEST_NAME] or NAMELESS


def upload_folder() -> Path:
    """Where the files for this database lie; made if it is not there."""
    root = Path(load_settings().upload_dir).resolve()
    folder = root / load_settings().database
    for one in (root, folder):
        one.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def new_upload(name: str) -> Path:
    """A place for a file, in a folder of its own."""
    folder = upload_folder() / uuid4().hex
    folder.mkdir(mode=0o700)
    return folder / harmless_name(name)


def count_held_bytes() -> int:
    """How much lies here, files that are still coming included."""
    return sum(file.stat().st_size for file in upload_folder().glob("*/*") if file.is_file())


def remove_upload(path: str | Path) -> None:
    """Remove a file that was sent, and its folder; any other path is left alone."""
    folder = Path(path).resolve().parent
    if folder.parent == upload_folder():
        shutil.rmtree(folder, ignore_errors=True)


def sweep_uploads(in_use: Iterable[str]) -> int:
    """Remove what was sent a day ago and is not in use; how many files."""
    before = (datetime.now(UTC) - KEPT).timestamp()
    kept = {Path(path).parent for path in in_use}
    old = [folder for folder in upload_folder().iterdir() if folder.stat().st_mtime < before]
    swept = [folder for folder in old if folder not in kept]
    for folder in swept:
        shutil.rmtree(folder, ignore_errors=True)
    return len(swept)
