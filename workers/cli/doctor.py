"""Looks at all that the product needs, and says what is wrong with it.

MongoDB, its schema, Redis, the exchange's REST and stream, clocks, disks, the
secret key. Changes nothing. Exit code 1 when anything is bad.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

from workers.cli.exchange_checks import look_at_clock, look_at_rest, look_at_stream
from workers.cli.exits import DONE, FAILED
from workers.cli.findings import Finding
from workers.cli.server_checks import (
    look_at_disks,
    look_at_mongo,
    look_at_processes,
    look_at_redis,
    look_at_schema,
    look_at_secret_key,
)
from workers.cli.terminal import say
from workers.coordination.errors import CoordinationDown
from workers.settings import load_settings
from workers.store.errors import StoreDown

STREAM_SECONDS = 15.0

Look = Callable[[], Finding]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be given."""
    parser.add_argument("--json", action="store_true", help="for programs: a list of findings")
    parser.add_argument(
        "--stream-seconds", type=float, default=STREAM_SECONDS, help="to wait for a trade on the stream"
    )


def run(arguments: argparse.Namespace) -> int:
    """Looks at each part; the exit code."""
    settings = load_settings()
    findings = []
    if not arguments.json:
        say(f"{settings.source} {settings.market} {settings.stream}, database {settings.database}")
    for finding in _findings(arguments.stream_seconds):
        findings.append(finding)
        if not arguments.json:
            say(finding.line)
    if arguments.json:
        say(json.dumps([asdict(finding) for finding in findings]))
    return FAILED if any(finding.state == "bad" for finding in findings) else DONE


def _findings(stream_seconds: float) -> Iterator[Finding]:
    looks: tuple[tuple[str, Look], ...] = (
        ("Secret key", look_at_secret_key),
        ("MongoDB", look_at_mongo),
        ("Schema", look_at_schema),
        ("Redis", look_at_redis),
        ("Exchange REST", look_at_rest),
        ("Clock", look_at_clock),
        ("Exchange stream", lambda: look_at_stream(stream_seconds)),
        ("Disks", look_at_disks),
        ("Processes", look_at_processes),
    )
    for part, look in looks:
        yield _safely(part, look)


def _safely(part: str, look: Look) -> Finding:
    """The finding; what needs a server that is away is not looked at, but for the server itself."""
    try:
        return look()
    except StoreDown as problem:
        away = f"MongoDB does not answer ({type(problem).__name__})"
    except CoordinationDown as problem:
        away = f"Redis does not answer ({type(problem).__name__})"
    if part in ("MongoDB", "Redis"):
        return Finding(part, "bad", f"{away}: is it running, is {_variable(part)} right?")
    return Finding(part, "skipped", f"not looked at: {away}")


def _variable(part: str) -> str:
    return {"MongoDB": "MONGO_URL", "Redis": "REDIS_URL"}[part]
