"""The running exchange: tapes, streams and REST on one port."""

import asyncio
import dataclasses
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import orjson
from picows import WSListener

from workers.local.exchange import rest
from workers.local.exchange.candles import Candles
from workers.local.exchange.clock import Clock
from workers.local.exchange.connection import Connection
from workers.local.exchange.connection_rules import ConnectionRules
from workers.local.exchange.faults import Faults
from workers.local.exchange.front import Front
from workers.local.exchange.handshake_faults import handshake_fault
from workers.local.exchange.http_messages import Request, Response, Unanswered
from workers.local.exchange.hub import Hub
from workers.local.exchange.limits import Limits
from workers.local.exchange.market.breaking import breaks_between, planted_at
from workers.local.exchange.openings import opening_of
from workers.local.exchange.parameters import number_in, query_of
from workers.local.exchange.pump import Pump
from workers.local.exchange.refusals import Refusal
from workers.local.exchange.rest import Exchange
from workers.local.exchange.rest_faults import RestFaults
from workers.local.exchange.streams import Stream
from workers.local.exchange.tape import Tape
from workers.local.exchange.weights import weight

log = logging.getLogger(__name__)

TICK_SECONDS = 0.003
IDLE_TICK_SECONDS = 0.02  # while nobody listens
PREPARE_SECONDS = 1.0
AHEAD = 20_000_000  # microseconds before a block begins in which it is made ready
BREAKS_TOLD_MS = 48 * 3_600_000  # every two days hold one
JSON = {"Content-Type": "application/json;charset=UTF-8"}


class Server:
    """Everything behind the port."""

    def __init__(
        self,
        market: str,
        tapes: Mapping[str, Tape],
        clock: Clock,
        rules: ConnectionRules,
        seed: int | None,
        weight_per_minute: int,
    ) -> None:
        candles = {name: Candles(tape) for name, tape in tapes.items()}
        self.connections: set[Connection] = set()
        self._number = 0  # of the newest connection
        self.faults = Faults(seed or 0, lambda: self._number)
        self.rest_faults = RestFaults(self.faults)
        self.clock = clock
        self.hub = Hub()
        self.exchange = Exchange(market, clock, tapes, candles, weight_per_minute)
        self._limits = Limits(weight_per_minute)
        self._rules = rules
        self._seed = seed  # of a synthetic market
        self._pump = Pump(tapes, candles, self.hub, market)
        self._pings = itertools.count(1)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rest")

    def front(self) -> Front:
        """The protocol of a new client connection."""
        return Front(self._answer, self._upgrade)

    async def run(self) -> None:
        """Send what becomes due, until cancelled."""
        prepared = 0.0
        while True:
            self._pump.send_due(self.clock.now())
            self._send_held()
            if time.monotonic() - prepared >= PREPARE_SECONDS:
                prepared = time.monotonic()
                self._thread.submit(self.prepare)
            await asyncio.sleep(IDLE_TICK_SECONDS if self.hub.is_idle else TICK_SECONDS)

    def _send_held(self) -> None:
        """Write what faults held back until now."""
        for connection in list(self.connections):
            if connection.holds_messages:
                connection.flush()

    # --- what connections ask for -------------------------------------------

    def listened_to(self, stream: Stream) -> None:
        """Begin to deliver a stream; the first one lets a held clock go.

        Where quotes follow from trades they wait for who wants the trades, so that no trade of a replay
        is gone before.
        """
        if stream.symbol in self.exchange.tapes:
            self._pump.begin(stream, self.clock.now())
            follows = self.exchange.tapes[stream.symbol].recorded_quotes is None
            if stream.kind != "bookTicker" or not follows:
                self.clock.let_go()

    def next_number(self) -> int:
        """The number of a new connection; they count up."""
        self._number += 1
        return self._number

    def ping_payload(self) -> bytes:
        """A payload unlike any before."""
        return f"{self.clock.now() // 1000}-{next(self._pings)}".encode()

    def shut_down(self, lead: float) -> None:
        """Tell every client that its connection is about to end, and end it so many seconds later.

        Connections that are opened meanwhile stay: they are another machine's.
        """
        told = list(self.connections)
        log.info("shutdown announced clients=%d", len(told))
        for connection in told:
            connection.announce_shutdown(self.clock.now())
        asyncio.get_running_loop().call_later(lead, self.cut, told)

    def cut(self, connections: Iterable[Connection]) -> None:
        """End connections of the streams."""
        ending = [connection for connection in connections if connection in self.connections]
        log.info("connections cut count=%d", len(ending))
        for connection in ending:
            connection.end()

    def cut_all(self) -> None:
        """End every connection of the streams."""
        self.cut(list(self.connections))

    # --- HTTP ---------------------------------------------------------------

    def _upgrade(self, request: Request) -> WSListener | Response | Unanswered:
        self.rest_faults.note(request, None)
        if self.faults.any and (fault := handshake_fault(self.faults, self._number + 1)):
            return fault
        if not self._limits.may_connect(request.host):
            return Response(429, b"Too many connections", {"Retry-After": "300"})
        try:
            opening = opening_of(request.target, self.exchange.market)
        except Refusal as refused:
            return Response(refused.status, orjson.dumps(refused.body), JSON)
        if opening is None:
            return Response(404, b"", {})
        if len(opening.streams) > self._rules.streams:
            return Response(400, f"more than {self._rules.streams} streams".encode(), {})
        return Connection(opening, self._rules, self.hub, self)

    async def _answer(self, request: Request) -> Response:
        parts = urlsplit(request.target)
        path = unquote(parts.path)
        if path == "/simulator/planted":
            return Response(200, orjson.dumps(self._planted()), JSON)
        endpoint = rest.endpoint_of(path, self.exchange.market)
        if endpoint is None or request.method != "GET":
            return Response(404 if endpoint is None else 405, b"", {})
        response = await self.rest_faults.refusal(endpoint, request)
        response = response or await self._response(endpoint, parts.query, request)
        self.rest_faults.note(request, response)
        return response

    async def _response(self, endpoint: str, text: str, request: Request) -> Response:
        try:
            body = await self._body(endpoint, text, request)
            return Response(200, body, {**JSON, **self._limits.headers(request.host)})
        except Refusal as refused:
            wait = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
            headers = {**JSON, **self._limits.headers(request.host), **wait}
            return Response(refused.status, orjson.dumps(refused.body), headers)

    async def _body(self, endpoint: str, text: str, request: Request) -> bytes:
        self._limits.charge(request.host, weight(self.exchange.market, endpoint, _limit_of(text)))
        query = query_of(text)
        unit = request.headers.get("x-mbx-time-unit", "")
        return await self._in_thread(lambda: orjson.dumps(rest.answer(self.exchange, endpoint, query, unit)))

    def _planted(self) -> dict[str, object]:
        """What the synthetic market holds on purpose, and what broke lately; a recording holds nothing."""
        if self._seed is None:
            return {"seed": None, "pairs": [], "breaks": []}
        now = self.clock.now() // 1000
        pairs, breaks = planted_at(self._seed, now), breaks_between(self._seed, now - BREAKS_TOLD_MS, now)
        told = {"pairs": pairs, "breaks": breaks}
        rows = {name: [dataclasses.asdict(pair) for pair in some] for name, some in told.items()}
        return {"seed": self._seed, **rows}

    # --- work beside the loop -----------------------------------------------

    async def _in_thread(self, work: Callable[[], bytes]) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def prepare(self) -> None:
        """Have the blocks of now and soon ready, so that sending never waits for them."""
        now = self.clock.now()
        for tape in self.exchange.tapes.values():
            for moment in (now, now + AHEAD):
                _ = tape.block(tape.number_at(moment)).trades


def _limit_of(text: str) -> int | None:
    try:
        return number_in(query_of(text), "limit")
    except Refusal:
        return None
