"""The lines of a Procfile, as parts."""

import re
from collections.abc import Callable
from pathlib import Path

from workers.local.errors import CannotStart
from workers.local.http_check import status_of
from workers.local.log_tail import size_of, text_since
from workers.local.part import Part

LINE = re.compile(r"^([A-Za-z0-9_-]+):\s*(\S.*)$")
# Celery's own words for "a worker takes tasks" and "the schedule runs".
CELERY_IS_UP = re.compile(r" ready\.|beat: Starting")
UP = (200, 302)  # the first page, or the way to the sign-in page
TITLES = {
    "web": "Web",
    "stream": "Stream",
    "compute": "Compute",
    "asked": "Asked",
    "batch": "Batch",
    "beat": "Beat",
}


def procfile_parts(procfile: Path, logs: Path, host: str, port: int) -> list[Part]:
    """One part per line, in the order of the file."""
    return [
        Part(
            name=name,
            title=TITLES.get(name, name),
            command=command,
            is_ready=_readiness(name, command, logs / f"{name}.log", host, port),
            belongs_to_product=True,
        )
        for name, command in read_procfile(procfile)
    ]


def read_procfile(procfile: Path) -> list[tuple[str, str]]:
    """Names and commands."""
    lines = [line.strip() for line in procfile.read_text().splitlines()]
    return [_name_and_command(line) for line in lines if line and not line.startswith("#")]


def _name_and_command(line: str) -> tuple[str, str]:
    match = LINE.match(line)
    if match is None:
        raise CannotStart(f"Procfile: expected 'name: command', got {line!r}")
    return match.group(1), match.group(2)


def _readiness(name: str, command: str, log: Path, host: str, port: int) -> Callable[[], bool] | None:
    if name == "web":
        return lambda: status_of(reachable(host), port, "/") in UP
    if "celery" in command:
        written_before = size_of(log)
        return lambda: bool(CELERY_IS_UP.search(text_since(log, written_before)))
    return None


def reachable(host: str) -> str:
    """Where this machine finds what listens on an address.

    >>> reachable("0.0.0.0"), reachable("192.168.1.5")
    ('127.0.0.1', '192.168.1.5')
    """
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
