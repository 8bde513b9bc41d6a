"""A folder below SPOOL_DIR for each shard; what another number of shards left is carried over."""

import fcntl
import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from workers.coordination.shards import Shard
from workers.settings import load_settings
from workers.stream.spool_folder import SpoolFolder, dead_folders, free_folder

log = logging.getLogger(__name__)


def spool_root(shard: Shard) -> Path:
    """The folder of a shard; that of all symbols bears the database's name alone."""
    database = load_settings().database
    return _spool_dir() / (database if shard.count == 1 else f"{database}-{shard}")


def carry_over(count: int) -> None:
    """Give what dead processes left under another number of shards to each of the `count` there are now.

    Every shard finds all of it, takes the messages of its symbols and passes over the others'.

    Raises
    ------
    OSError
        A folder cannot be made, read or linked; what was not given to all lies where it lay.
    """
    _spool_dir().mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(_spool_dir()):
        roots = [spool_root(Shard(number, count)) for number in range(count)]
        for other in _roots_of_database():
            if other not in roots:
                for left in dead_folders(other):
                    _give(left, roots)
                with suppress(OSError):
                    other.rmdir()


def _spool_dir() -> Path:
    return Path(load_settings().spool_dir).expanduser()


def _roots_of_database() -> list[Path]:
    name = re.compile(rf"{re.escape(load_settings().database)}(-\d+of\d+)?")
    return [path for path in _spool_dir().iterdir() if name.fullmatch(path.name) and path.is_dir()]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: who comes second finds the work done, not half of it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _give(left: SpoolFolder, roots: Sequence[Path]) -> None:
    """Link each segment into a free folder below every root, then remove it here."""
    with ExitStack() as held:
        held.callback(left.release)
        segments = left.segments()
        targets = [free_folder(root) for root in roots] if segments else []
        for target in targets:
            held.callback(target.release)
        for segment in segments:
            for target in targets:
                with suppress(FileExistsError):  # linked before a crash
                    (target.path / segment.path.name).hardlink_to(segment.path)
            segment.path.unlink()
        if segments:
            log.warning("spool of another number of shards is carried over from=%s segments=%d",
                        left.path.parent.name, len(segments))  # fmt: skip
