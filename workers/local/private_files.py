"""Files only their owner can read: passwords, and configurations that hold one."""

import os
import secrets
from pathlib import Path

PASSWORD_BYTES = 24


def write_private(path: Path, text: str) -> None:
    """Puts the text into the file at once, or not at all; nobody else may read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def kept_password(path: Path) -> str:
    """The password in the file; made up and kept there the first time."""
    if not path.exists():
        write_private(path, new_password() + "\n")
    path.chmod(0o600)
    return path.read_text().strip()


def new_password() -> str:
    """A password that needs no quoting in an address or a configuration file."""
    return secrets.token_urlsafe(PASSWORD_BYTES)
