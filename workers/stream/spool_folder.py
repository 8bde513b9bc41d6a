"""The folder of one process for its spool; what a dead process left behind is taken over.

Below the folder of a database lie numbered folders. A process locks the first
that is free and keeps it for as long as it lives, however it ends; segments of
other folders whose process is gone are moved into its own.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workers.stream.segment import Segment

ENDING = ".spool"
MOST_FOLDERS = 1_000  # processes at once


@dataclass(frozen=True, slots=True)
class SpoolFolder:
    """A folder that is locked."""

    path: Path
    _descriptor: int

    def segments(self) -> list[Segment]:
        """What lies here, oldest first."""
        paths = [path for path in self.path.glob(f"*{ENDING}") if path.stem.isdigit()]
        return [Segment(path, path.stat().st_size) for path in sorted(paths, key=lambda path: int(path.stem))]

    def release(self) -> None:
        """Let it go, and remove it when it is empty."""
        with suppress(OSError):
            self.path.rmdir()
        os.close(self._descriptor)


def claimed_folder(root: Path) -> SpoolFolder:
    """A folder of our own below `root`, holding what dead processes left.

    Raises
    ------
    OSError
        It cannot be made or read.
    """
    mine = free_folder(root)
    for left in dead_folders(root):
        for segment in left.segments():
            segment.path.rename(mine.path / segment.path.name)
        left.release()
    return mine


def free_folder(root: Path) -> SpoolFolder:
    """The first numbered folder below `root` that no living process has; raises `OSError`."""
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(MOST_FOLDERS):
        free = _locked(root / str(number))
        if free is not None:
            return free
    raise FileExistsError(f"{MOST_FOLDERS} processes have a spool in {root}")


def dead_folders(root: Path) -> Iterator[SpoolFolder]:
    """Each folder below `root` whose process is gone, to be released; raises `OSError`."""
    for path in root.iterdir():
        if path.is_dir() and (left := _locked(path)):
            yield left


def _locked(path: Path) -> SpoolFolder | None:
    """The folder if no living process has it."""
    path.mkdir(exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):  # else it was removed before it was locked
            return SpoolFolder(path, descriptor)
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None
