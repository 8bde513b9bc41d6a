"""`python -m workers.local.launch [--live]`: everything on one machine, with one command.

Starts MongoDB, Redis and the exchange where the environment names none, then the lines of the
Procfile, under a supervisor; stays until Ctrl-C, and leaves nothing behind.
"""

import argparse
import os
import resource
import sys
import time
from pathlib import Path

from workers.local.bring_up import bring_up
from workers.local.errors import CannotStart
from workers.local.folder import PROJECT, LocalFolder, local_folder
from workers.local.last_run import save_last_run
from workers.local.leftovers import end_leftovers
from workers.local.market_source import choose_source
from workers.local.part import Part
from workers.local.preflight import check_disk, check_port
from workers.local.private_files import kept_password
from workers.local.procfile import procfile_parts, reachable
from workers.local.services import choose_services
from workers.local.signals import Stopped, StopSignals
from workers.local.supervision import Supervisor
from workers.local.terminal import complain, say
from workers.local.watch import watch
from workers.settings import Settings, settings_from


def main() -> int:
    """Runs until it is told to stop; the exit code is 0 then, 1 when a part failed."""
    parser = argparse.ArgumentParser(prog="python -m workers.local.launch", description=__doc__)
    parser.add_argument("--live", action="store_true", help="trades come from Binance itself")
    parser.add_argument("--procfile", type=Path, default=PROJECT / "Procfile", help="the processes to run")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a secret in memory stays out of files
    signals = StopSignals()
    signals.listen()
    folder = local_folder(os.environ)
    try:
        folder.prepare()
        with folder.lock():
            run(folder, arguments.procfile, signals, live=arguments.live)
    except CannotStart as problem:
        complain(str(problem))
        return 1
    except Stopped:
        pass
    return 0


def run(folder: LocalFolder, procfile: Path, signals: StopSignals, *, live: bool) -> None:
    """Starts everything, watches over it, and stops it again, whatever happens."""
    check_disk(folder)
    if end_leftovers(folder):
        say("Ended what an earlier run had left.")
    settings, servers, environ = describe_run(folder, live=live)
    save_last_run(folder, environ)
    check_port(settings.host, settings.port)
    product = procfile_parts(procfile, folder.logs, settings.host, settings.port)
    supervisor = Supervisor(folder, [*servers, *product], environ)
    try:
        supervisor.start()
        bring_up(supervisor, servers)
        bring_up(supervisor, product)
        say(f"GemsCap Quant is running: {address(settings)}  ({settings.source}, Ctrl-C stops it)")
        watch(supervisor)
    finally:
        signals.stopping = True
        stop(supervisor, folder)


def describe_run(folder: LocalFolder, *, live: bool) -> tuple[Settings, list[Part], dict[str, str]]:
    """The settings of this run, the servers it needs, and the environment of all its processes."""
    source = choose_source(os.environ, live=live)
    services = choose_services(os.environ, folder)
    environ = {
        **os.environ,
        **source.environ,
        "MONGO_URL": services.mongo_url,
        "REDIS_URL": services.redis_url,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or kept_password(folder.secrets / "web"),
        "PASSWORD_FILE": os.environ.get("PASSWORD_FILE") or _password_file(folder),
        "LOCAL_DIR": str(folder.root),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",  # a line of a log is on disk when it is written
    }
    settings = settings_from(environ)
    return settings, [*services.parts(settings.database), *source.exchange], environ


def _password_file(folder: LocalFolder) -> str:
    """What `make password` left; nothing before that."""
    path = folder.secrets / "sign-in"
    return str(path) if path.exists() else ""


def address(settings: Settings) -> str:
    """Where the first page is."""
    host = reachable(settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def stop(supervisor: Supervisor, folder: LocalFolder) -> None:
    """Ends every process of the run."""
    started = time.monotonic()
    say("\nStopping ...")
    supervisor.stop()
    end_leftovers(folder)
    say(f"Everything has ended ({time.monotonic() - started:.1f} s).")


if __name__ == "__main__":
    sys.exit(main())
