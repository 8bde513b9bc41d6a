"""The control interface, on a port of its own: faults on and off, the ledger of truth, what was asked.

GET    /faults                         what is on, and how often each struck
PUT    /faults/<name>  {parameters}    switch one on
DELETE /faults/<name>                  switch one off; without a name all
POST   /reset          {connections}   break connections now ("all", or the number of one)
POST   /cut                            end all connections, without notice
POST   /shutdown       {lead}          announce the end, cut so many seconds later
GET    /ledger?symbol=&from=&to=&kind= trades as matched, by id, both ends included
GET    /newest?kind=                   the newest id of every symbol
GET    /requests?since=                REST requests and handshakes: [seconds, target, status]
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from workers.local.exchange.fault_kinds import BadFault, fault_of
from workers.local.exchange.front import Front
from workers.local.exchange.http_messages import Request, Response, Unanswered
from workers.local.exchange.ledger import KINDS, NUMBERED, ledger, newest_ids

if TYPE_CHECKING:
    from workers.local.exchange.server import Server

JSON = {"Content-Type": "application/json;charset=UTF-8"}
HIGHEST_ID = 1 << 62

Query = dict[str, str]
Body = dict[str, Any]  # JSON as it came, checked by each handler


class ControlPort:
    """Answers the control interface of one exchange."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._handlers: dict[tuple[str, str], Callable[[Query, Body], object]] = {
            ("GET", "/faults"): lambda query, body: server.faults.state(),
            ("DELETE", "/faults"): lambda query, body: server.faults.switch_off(),
            ("POST", "/reset"): self._reset,
            ("POST", "/cut"): lambda query, body: server.cut_all(),
            ("POST", "/shutdown"): self._shutdown,
            ("GET", "/requests"): self._requests,
        }

    def front(self) -> Front:
        """The protocol of a new client."""
        return Front(self._answer, lambda request: Unanswered.RESET)

    async def _answer(self, request: Request) -> Response:
        parts = urlsplit(request.target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query))
        try:
            found = await self._result(request.method, path, query, _json(request.body))
        except (BadFault, ValueError, KeyError) as wrong:
            return Response(400, orjson.dumps({"error": str(wrong)}), JSON)
        except LookupError as wrong:
            return Response(404, orjson.dumps({"error": str(wrong)}), JSON)
        return Response(200, orjson.dumps(found), JSON)

    async def _result(self, method: str, path: str, query: Query, body: Body) -> object:
        if path in ("/ledger", "/newest"):
            return await asyncio.get_running_loop().run_in_executor(None, self._truth, path, query)
        name = path.removeprefix("/faults/")
        if name != path and method == "PUT":
            self._server.faults.switch_on(fault_of(name, body))
            return self._server.faults.state()
        if name != path and method == "DELETE":
            self._server.faults.switch_off(name)
            return self._server.faults.state()
        handler = self._handlers.get((method, path))
        if handler is None:
            raise LookupError(f"nothing at {method} {path}")
        return handler(query, body)

    def _truth(self, path: str, query: Query) -> object:
        exchange, kind = self._server.exchange, query.get("kind", "aggTrade")
        known = KINDS if path == "/ledger" else NUMBERED
        if kind not in known:
            raise ValueError(f"kind: expected one of {', '.join(known)}, got {kind!r:.40}")
        if path == "/newest":
            return newest_ids(exchange, kind)
        first, last = int(query.get("from", 0)), int(query.get("to", HIGHEST_ID))
        return ledger(exchange, query["symbol"], kind, first, last)

    def _reset(self, query: Query, body: Body) -> int:
        """How many connections were broken."""
        wanted = str(body.get("connections", "all"))
        chosen = [c for c in self._server.connections if wanted in ("all", str(c.number))]
        for connection in chosen:
            connection.reset()
        self._server.faults.counts["reset"] += len(chosen)
        return len(chosen)

    def _shutdown(self, query: Query, body: Body) -> float:
        lead = float(body.get("lead", 0))
        self._server.shut_down(lead)
        return lead

    def _requests(self, query: Query, body: Body) -> list[list[float | str | int]]:
        since = float(query.get("since", 0))
        return [list(asked) for asked in self._server.rest_faults.asked if asked.at >= since]


def _json(body: bytes) -> Body:
    found = orjson.loads(body) if body else {}
    if not isinstance(found, dict):
        raise ValueError("expected a JSON object")
    return found
