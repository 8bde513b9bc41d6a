"""`python -m workers.local.attach [--live] MODULE WORD ...`: runs a command on the database of the product.

Where the product runs, on its servers. Where it does not, MongoDB and Redis are started for the
time of the command; the database is that of the last run, or of Binance itself with --live, or
the one that MARKET, STREAM, SEED, RATE or REPLAY describe.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from workers.local.errors import CannotStart
from workers.local.folder import LocalFolder, local_folder
from workers.local.last_run import SERVERS, SOURCE, load_last_run
from workers.local.leftovers import end_leftovers
from workers.local.market_source import choose_source
from workers.local.services import choose_services
from workers.local.terminal import complain
from workers.settings import settings_from

ASKED = ("MARKET", "STREAM", "SEED", "RATE", "REPLAY")  # who sets one of these means another database


def main() -> int:
    """The exit code of the command; 1 when it could not be run."""
    parser = argparse.ArgumentParser(prog="python -m workers.local.attach", description=__doc__)
    parser.add_argument("--live", action="store_true", help="the database of Binance's own trades")
    parser.add_argument("module")
    parser.add_argument("words", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    try:
        return attach(local_folder(os.environ), [arguments.module, *arguments.words], live=arguments.live)
    except CannotStart as problem:
        complain(str(problem))
        return 1


def attach(folder: LocalFolder, command: list[str], *, live: bool) -> int:
    """Runs the command; its exit code."""
    folder.prepare()
    if folder.is_locked():
        return _run(command, _environ_of_running(folder, live=live))
    with folder.lock(), _servers(folder, live=live) as environ:
        return _run(command, environ)


def _environ_of_running(folder: LocalFolder, *, live: bool) -> dict[str, str]:
    told = load_last_run(folder)
    if not told:
        raise CannotStart(f"another command is at work in {folder.root}: wait until it has ended")
    if live and told.get("SOURCE") != "LIVE":
        raise CannotStart(
            f"the product is running on {told.get('SOURCE')} trades: stop it first, with Ctrl-C"
        )
    return _environ(folder, told)


@contextmanager
def _servers(folder: LocalFolder, *, live: bool) -> Iterator[dict[str, str]]:
    """The environment of the command, with servers that live as long as it does."""
    end_leftovers(folder)
    environ = _environ(folder, _source(folder, live=live))
    services = choose_services(os.environ, folder)
    environ |= {"MONGO_URL": services.mongo_url, "REDIS_URL": services.redis_url}
    try:
        if services.mongo is not None:
            services.mongo.start()
            services.mongo.grant(settings_from(environ).database, services.application_password)
        if services.redis is not None:
            services.redis.start()
        yield environ
    finally:
        for server in (services.redis, services.mongo):
            if server is not None:
                server.stop()


def _source(folder: LocalFolder, *, live: bool) -> Mapping[str, str]:
    """Where the trades of the database come from: as asked, as the last run's, or as a first run's."""
    last = {name: value for name, value in load_last_run(folder).items() if name in SOURCE}
    if last and not live and not any(os.environ.get(name) for name in ASKED):
        return last
    asked = {name: os.environ[name] for name in ASKED if os.environ.get(name)}
    return asked | choose_source(os.environ, live=live).environ


def _environ(folder: LocalFolder, told: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in (*SOURCE, *SERVERS)}
    return {**inherited, **told, "LOCAL_DIR": str(folder.root)}


def _run(command: list[str], environ: Mapping[str, str]) -> int:
    """Ctrl-C and SIGTERM are the command's; this process waits for it."""
    signal.signal(signal.SIGINT, lambda *_: None)
    with subprocess.Popen([sys.executable, "-m", *command], env=dict(environ)) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
