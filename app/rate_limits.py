"""Each client sends so many requests a minute: 429 with Retry-After to who sends more.

A program or a browser on this machine gets a generous multiple: the limit keeps
strangers from wearing the server out, not its owner from using it.
"""

import math

from flask import Flask, Response, g, request

from app.access.proxies import is_loopback, neighbourhood
from app.errors import BadRequest
from workers.coordination.rate_limits import request_limits
from workers.settings import Settings

LOCAL_TIMES = 50
SHORT_WAIT_SECONDS = 5  # where whoever refuses does not say how long
# Files that a browser keeps, and the sign of life that monitors ask for.
UNCOUNTED = frozenset({"static", "vendor.bundle", "system.health"})
COSTS = {"exports": 20}  # of a blueprint's requests, where they are dear


def register_rate_limits(app: Flask, settings: Settings) -> None:
    """Count every request before anything is done for it; call before the gate is registered."""

    @app.before_request
    def count() -> None:
        if request.endpoint in UNCOUNTED:
            return
        address = request.remote_addr or ""
        times = LOCAL_TIMES if is_loopback(address) else 1
        cost = COSTS.get(request.blueprint or "", 1)
        waits = request_limits().seconds_to_wait(
            neighbourhood(address), times * settings.requests_per_minute, cost
        )
        if waits:
            g.retry_after = math.ceil(waits)
            message = f"too many requests; wait {g.retry_after} s"
            raise BadRequest(429, "too_many_requests", message)

    app.after_request(_say_when)


def _say_when(response: Response) -> Response:
    if response.status_code == 429:
        response.headers.setdefault("Retry-After", str(g.get("retry_after", SHORT_WAIT_SECONDS)))
    return response
