"""What a user's browser is told meanwhile: a web process on the servers of a world, and `/api/ready`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import urllib3

from tests.fault.streaming import Streaming
from tests.integration.web.web_process import WebProcess
from tests.product import wait_for

NOBODY = ["it does not answer"]


@contextmanager
def web_of(world: Streaming) -> Iterator[WebProcess]:
    """The web of a world."""
    environ = {**world.environ, "SECRET_KEY": "of the tests"}
    with WebProcess(environ, threads=50, log_path=world.folder / f"web-{world.seed}.log") as web:
        yield web


def asked(web: WebProcess, path: str) -> Any:  # Any: whatever JSON it answers
    """The JSON of a path, whatever its status."""
    answer = urllib3.request("GET", web.url + path, timeout=10.0, retries=False)
    return orjson.loads(answer.data)


def parts_down(web: WebProcess) -> list[str]:
    """The parts that `/api/ready` says do not work."""
    try:
        parts = asked(web, "/api/ready")["parts"]
    except urllib3.exceptions.HTTPError:
        return NOBODY
    return [name for name, part in parts.items() if not part["ok"]]


def seconds_until_ready(web: WebProcess, within: float) -> float:
    """How long it takes until every part works."""
    return wait_for(lambda: not parts_down(web), within, f"/api/ready green, not {parts_down(web)}")
