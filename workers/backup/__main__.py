"""`python -m workers.backup save [FILE]`, `... restore FILE [--replace]`, `... verify FILE`.

Exit codes: 0 done, 1 refused or damaged, 2 wrong usage, 4 the database does not answer.
"""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from workers.backup.archive import Manifest, SavedCollection, verify
from workers.backup.errors import BackupRefused
from workers.backup.restore import restore
from workers.backup.save import back_up
from workers.logs import set_up_logging
from workers.settings import load_settings
from workers.store.errors import StoreDown
from workers.store.schema import SchemaRefused

DONE, REFUSED, AWAY = 0, 1, 4


def main() -> int:
    """Does what the command line says; the exit code."""
    arguments = _parser().parse_args()
    set_up_logging(level=40)
    try:
        if arguments.action == "save":
            path = arguments.file or default_path()
            done, word = back_up(path, _tell), "saved to"
        elif arguments.action == "restore":
            path = arguments.file
            done, word = restore(path, replace=arguments.replace, tell=_tell), "restored from"
        else:
            path = arguments.file
            done, word = verify(path), "is whole:"
    except (BackupRefused, SchemaRefused) as problem:
        _say(str(problem))
        return REFUSED
    except StoreDown as problem:
        _say(f"MongoDB does not answer: {type(problem).__name__}. Is MONGO_URL right?")
        return AWAY
    _say(f"{done.database}: {done.documents:,} documents {word} {path}{_size(path, done)}")
    return DONE


def default_path() -> Path:
    """A new file below LOCAL_DIR that says of which database and when."""
    folder = Path(os.path.dirname(load_settings().spool_dir) or ".") / "backups"
    return folder / f"{load_settings().database}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup.zip"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.backup", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("save").add_argument("file", nargs="?", type=Path)
    given = actions.add_parser("restore")
    given.add_argument("file", type=Path)
    given.add_argument("--replace", action="store_true", help="remove what the database holds")
    actions.add_parser("verify").add_argument("file", type=Path)
    return parser


def _tell(saved: SavedCollection) -> None:
    if saved.documents:
        _say(f"  {saved.name:<14} {saved.documents:>12,} documents")


def _size(path: Path, done: Manifest) -> str:
    packed, plain = path.stat().st_size, sum(one.bytes for one in done.collections)
    return f" ({packed / 1e6:,.1f} MB for {plain / 1e6:,.1f} MB, schema version {done.schema_version})"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
