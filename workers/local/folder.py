"""The folder of everything the demo keeps: data, logs, passwords, and files of the running servers."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from workers.local.errors import CannotStart

PROJECT = Path(__file__).resolve().parents[2]


class LocalFolder:
    """The folder named by LOCAL_DIR, `.local` in the project by default."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.logs = root / "logs"
        self.run = root / "run"
        self.secrets = root / "secrets"

    def prepare(self) -> None:
        """Makes the folders.

        Raises
        ------
        CannotStart
            They cannot be made or written to.
        """
        probe = self.root / f".probe.{os.getpid()}"
        try:
            for folder in (self.root, self.data, self.logs, self.run, self.secrets):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.write_text("writable")
            probe.unlink()
        except OSError as error:
            raise CannotStart(
                f"cannot write in {self.root} ({error.strerror}): "
                "give this user the right to, or name another folder: LOCAL_DIR=/some/folder"
            ) from error

    def is_locked(self) -> bool:
        """Whether another launcher is alive."""
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keeps every other launcher out of the folder for as long as this process lives.

        Raises
        ------
        CannotStart
            Another one is alive.
        """
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CannotStart(self._who_is_alive()) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def _who_is_alive(self) -> str:
        pid = (self.root / "lock").read_text() or "unknown"
        return f"already running in {self.root} (process {pid}): stop that one first, with Ctrl-C there"


def local_folder(environ: Mapping[str, str]) -> LocalFolder:
    """The folder the environment names; a relative LOCAL_DIR counts from the project."""
    return LocalFolder(PROJECT / Path(environ.get("LOCAL_DIR") or ".local").expanduser())
