"""The password of the pages: its hash lies in a file of its own, the password nowhere.

The file (PASSWORD_FILE) holds one line, as `python -m workers.access password` writes it:

    scrypt:32768:8:1$sMgq1yh0bEXXb8xv$9f2c...
"""

import hashlib
import os
from functools import cache
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

from workers.settings import BadSetting

LEAST_LETTERS = 12
MOST_LETTERS = 1_000  # a longer one only costs time
METHODS = ("scrypt", "pbkdf2")

_known: dict[str, str] = {}  # path -> the hash last read


class WeakPassword(ValueError):
    """Raised when a password is too short to face a network."""


def hash_of(password: str) -> str:
    """What is kept in its place: scrypt with a salt of its own.

    Raises
    ------
    WeakPassword
        It is shorter than LEAST_LETTERS, or the same letter over and over.
    """
    if len(password) < LEAST_LETTERS or len(set(password)) < 5:
        raise WeakPassword(f"a password needs {LEAST_LETTERS} letters or more, of at least 5 different ones")
    return generate_password_hash(password)


def is_password(hash: str, password: str) -> bool:
    """Whether the password is the one of the hash; takes a tenth of a second, on purpose."""
    return len(password) <= MOST_LETTERS and check_password_hash(hash, password)


def password_hash(path: str) -> str:
    """The hash in a file, "" without a file; read again when the file has changed.

    A file that cannot be used any more leaves the hash as it was.

    Raises
    ------
    BadSetting
        The file cannot be read, or holds something else, and never was any better.
    """
    if not path:
        return ""
    try:
        _known[path] = _read(path, os.stat(path).st_mtime_ns)
    except (OSError, BadSetting) as error:
        if path not in _known:
            reason = error.strerror if isinstance(error, OSError) else error
            raise BadSetting(f"PASSWORD_FILE: {path} cannot be used: {reason}") from error
    return _known[path]


def fingerprint(hash: str) -> str:
    """Tells one hash from another without saying anything about it."""
    return hashlib.sha256(hash.encode()).hexdigest()[:16] if hash else ""


@cache
def _read(path: str, _changed_at: int) -> str:
    text = Path(path).read_text().strip()
    method, _, rest = text.partition(":")
    if method not in METHODS or rest.count("$") != 2 or len(text.splitlines()) != 1:
        raise BadSetting("it holds no password hash; make one with `python -m workers.access password`")
    return text
