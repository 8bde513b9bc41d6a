"""A hundred browsers on live pages against one: how old an update is when it comes, and the web's memory.

    python -m tests.benchmarks.crowd [seconds]

MongoDB, Redis, gunicorn and the crowd run on this machine; everybody watches five topics, each of which
is published ten times a second. A browser is its Socket.IO connection: what it draws is in `pages`.
"""

import sys
import tempfile
import threading
from pathlib import Path

from tests.benchmarks._servers import servers
from tests.fault.broadcast import RATE_HZ, Broadcast
from tests.fault.crowd import TOPICS, Crowd, share
from tests.fault.web_figures import memory_mb
from tests.integration.web.market_seed import seed_symbols
from tests.integration.web.web_process import WebProcess
from tests.product import wait_for
from workers.settings import settings_from, use_settings

BROWSERS = (1, 100)
SECONDS = 60.0
THREADS = 400  # as the Procfile has it
GOAL_MS = 500
HEADS = ("p50 ms", "p95 ms", "p99 ms", "Hz each", "cut", "MB begin", "MB end")


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with (
        tempfile.TemporaryDirectory() as name,
        servers(Path(name)) as environ,
        use_settings(settings_from(environ)),
    ):
        seed_symbols()
        with WebProcess(environ, threads=THREADS, log_path=Path(name) / "web.log") as web:
            print(f"{f'{seconds:.0f} s, {RATE_HZ:.0f} Hz a topic':<26}" + "".join(f"{h:>10}" for h in HEADS))
            for browsers in BROWSERS:
                print(f"{f'{browsers} browsers':<26}{_row(web, browsers, seconds)}", flush=True)
            print(f"{'goal':<26}{'':>20}{GOAL_MS:>10}{'':>10}{0:>10}{'flat':>20}")


def _row(web: WebProcess, browsers: int, seconds: float) -> str:
    with Crowd(web.url, TOPICS, browsers) as crowd, Broadcast(TOPICS):
        wait_for(lambda: len(crowd.delays) > 20 * browsers, 30, "the first updates")
        crowd.taken()
        begin = memory_mb(web)
        threading.Event().wait(seconds)  # the length that is asked for
        delays, gone, end = crowd.taken(), crowd.gone, memory_mb(web)
    times = "".join(f"{1_000 * share(delays, part):>10.1f}" for part in (0.5, 0.95, 0.99))
    rate = len(delays) / seconds / browsers / len(TOPICS)
    return f"{times}{rate:>10.1f}{gone:>10}{begin:>10.1f}{end:>10.1f}"


if __name__ == "__main__":
    main()
