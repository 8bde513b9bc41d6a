"""REST that refuses or stalls, and what was asked of it: also in the time in which nothing may be asked."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

import orjson

from workers.local.exchange.fault_kinds import Rest, names_in
from workers.local.exchange.faults import Faults
from workers.local.exchange.http_messages import Request, Response
from workers.local.exchange.limits import USED

KEPT_REQUESTS = 20_000
HTML = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json;charset=UTF-8"}
FORBIDDEN = b"<html><head><title>403 Forbidden</title></head><body>Request blocked.</body></html>"
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body></body></html>"


class Asked(NamedTuple):
    """One request that came."""

    at: float  # seconds since 1970
    target: str
    status: int  # 0: a websocket handshake


class RestFaults:
    """Decides which requests are refused, and keeps the record of all."""

    def __init__(self, faults: Faults, now: Callable[[], float] = time.time) -> None:
        self.asked: deque[Asked] = deque(maxlen=KEPT_REQUESTS)
        self._faults = faults
        self._now = now
        self._told_to_wait: dict[str, float] = {}
        self._counts: Counter[str] = faults.counts

    async def refusal(self, endpoint: str, request: Request) -> Response | None:
        """The refusal of a request; None: it is answered as always."""
        if self._now() < self._told_to_wait.get(request.host, 0.0):
            self._counts["rest.asked_while_told_to_wait"] += 1
        fault = self._faults.on(Rest, 0) if self._faults.any else None
        if fault is None or (fault.endpoints and endpoint not in names_in(fault.endpoints)):
            return None
        if not self._faults.strike(Rest, fault.times):
            return None
        self._counts[f"rest.{fault.answer}"] += 1
        if fault.answer == "stall":
            await asyncio.sleep(fault.seconds)
            return None
        return refusal(fault)

    def note(self, request: Request, response: Response | None) -> None:
        """Keep what was asked, and until when the asker was told to wait."""
        now = self._now()
        self.asked.append(Asked(now, request.target, response.status if response else 0))
        self._note_weight(response)
        wait = response.headers.get("Retry-After") if response else None
        if wait is not None:
            self._told_to_wait[request.host] = max(
                now + float(wait), self._told_to_wait.get(request.host, 0.0)
            )

    def _note_weight(self, response: Response | None) -> None:
        """Keep the most request weight that was used in a minute."""
        used = int(response.headers.get(USED, 0)) if response else 0
        self._counts["weight.most"] = max(self._counts["weight.most"], used)


def refusal(fault: Rest) -> Response:
    """The answer of a fault."""
    if fault.answer in ("429", "418"):
        words = "Too many requests." if fault.answer == "429" else "Way too many requests; IP banned."
        body = orjson.dumps({"code": -1003, "msg": words})
        return Response(int(fault.answer), body, {**JSON, "Retry-After": str(int(fault.seconds))})
    if fault.answer == "403":
        return Response(403, FORBIDDEN, HTML)
    if fault.answer == "502":
        return Response(502, BAD_GATEWAY, HTML)
    words = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
    return Response(408, orjson.dumps({"code": -1007, "msg": words}), JSON)
