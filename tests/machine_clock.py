"""A process whose clock of the day is another one: libfaketime stands before the system's."""

from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

_LIBRARY = "vendor/libfaketime/src/libfaketime.so.1"


def clock_of_file(offset: Path, *, looks_every: int = 0) -> dict[str, str]:
    """The environment of a process whose clock is as far off as a file says.

    It looks at each question after the time, or every so many seconds, which costs it far less.
    """
    looks = {"FAKETIME_CACHE_DURATION": str(looks_every)} if looks_every else {"FAKETIME_NO_CACHE": "1"}
    return _preloaded() | {"FAKETIME_TIMESTAMP_FILE": str(offset)} | looks


def clock_from(moment: datetime) -> dict[str, str]:
    """The environment of a process that believes it starts at a moment."""
    return _preloaded() | {"FAKETIME": f"@{moment:%Y-%m-%d %H:%M:%S}", "TZ": "UTC"}


def _preloaded() -> dict[str, str]:
    found = find_spec("libfaketime")
    assert found is not None
    assert found.origin is not None
    library = str(Path(found.origin).parent / _LIBRARY)
    return {"LD_PRELOAD": library, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
