"""One websocket connection: its subscriptions, its incoming limit, its pings and its end."""

import asyncio
import logging
from typing import Protocol

import orjson
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from workers.local.exchange.connection_rules import ConnectionRules, Opening
from workers.local.exchange.control import answer
from workers.local.exchange.fault_kinds import BlackHole, StopPinging
from workers.local.exchange.faults import Faults
from workers.local.exchange.frames import text_frame, wrapped
from workers.local.exchange.heartbeat import Heartbeat
from workers.local.exchange.hub import Hub
from workers.local.exchange.incoming import Incoming
from workers.local.exchange.resets import reset
from workers.local.exchange.sheets import Form
from workers.local.exchange.streams import Stream, delivers, parse_stream
from workers.local.exchange.tampering import Tampering

log = logging.getLogger(__name__)

LONGEST_BACKLOG = 256 * 1024 * 1024  # bytes a client may leave unread before it is dropped


class World(Protocol):
    """What a connection needs to know of the exchange around it."""

    connections: "set[Connection]"
    faults: Faults

    def next_number(self) -> int:
        """The number of a new connection; they count up."""

    def listened_to(self, stream: Stream) -> None:
        """Somebody listens to this stream from now on."""

    def ping_payload(self) -> bytes:
        """The payload of the next ping, unlike any before."""


class Connection(WSListener):
    """A client of the streams."""

    def __init__(self, opening: Opening, rules: ConnectionRules, hub: Hub, world: World) -> None:
        self.combined = opening.combined
        self.unit = opening.unit
        self.streams: dict[str, None] = {}
        self.stream_limit = rules.streams
        self._opening = opening
        self._rules = rules
        self._hub = hub
        self._world = world
        self.number = world.next_number()
        self._faults = world.faults
        self._tampering = Tampering(world.faults, self.number)
        self._outbox: list[bytes] = []
        self._incoming = Incoming(rules.incoming_per_second, world.faults.counts)
        self._loop = asyncio.get_running_loop()
        self._heartbeat = Heartbeat(
            self, rules.ping_seconds, rules.pong_seconds, world.ping_payload, self._rests
        )

    # --- called by picows ---------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Begin delivering."""
        self._transport = transport
        self._world.connections.add(self)
        self.subscribe(list(self._opening.streams))
        self._heartbeat.start()
        self._cut = self._loop.call_later(self._rules.cut_seconds, self.end)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Forget the client."""
        self._world.connections.discard(self)
        self.unsubscribe(list(self.streams))
        self._heartbeat.stop()
        self._cut.cancel()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Answer a control message, a ping or a close; count everything."""
        if self._is_silenced:
            return
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
            return
        if self._incoming.is_too_many(self._loop.time()):
            self.end(WSCloseCode.POLICY_VIOLATION, b"Too many requests")
            return
        payload = frame.get_payload_as_bytes()
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(payload)
        elif frame.msg_type == WSMsgType.PONG:
            matches = self._heartbeat.answered(payload)
            self._faults.counts["pong.matching" if matches else "pong.other"] += 1
        else:
            self._write(text_frame(orjson.dumps(answer(payload, self))))

    def pause_writing(self) -> None:
        """The client reads slowly: the backlog is bounded in flush."""

    def resume_writing(self) -> None:
        """The client has caught up."""

    # --- called by the rest of the exchange ---------------------------------

    @property
    def form(self) -> Form:
        """How the client wants its events."""
        return Form(self.combined, self.unit)

    def subscribe(self, names: list[str]) -> None:
        """Deliver these streams from now on."""
        for name in names:
            self.streams[name] = None
            stream = parse_stream(name)
            if stream is not None and delivers(self._opening.route, stream):
                self._hub.add(name, self)
                self._note_listeners(name)
                self._world.listened_to(stream)

    def unsubscribe(self, names: list[str]) -> None:
        """Deliver them no more."""
        for name in names:
            self.streams.pop(name, None)
            self._hub.remove(name, self)

    def put(self, frames: bytes) -> None:
        """Take frames to be written at the next flush."""
        self._outbox.append(frames)

    def flush(self) -> None:
        """Write what was put; drop a client that does not read."""
        frames, self._outbox = b"".join(self._outbox), []
        if self._transport.underlying_transport.get_write_buffer_size() > LONGEST_BACKLOG:
            log.warning("client dropped: it does not read streams=%d", len(self.streams))
            self._transport.underlying_transport.abort()
            return
        if self._faults.any or self.holds_messages:
            frames = self._tampering.changed(frames, self._loop.time())
        self._write(frames)

    @property
    def holds_messages(self) -> bool:
        """Whether faults hold messages back that have still to be written."""
        return self._tampering.holds

    def announce_shutdown(self, now: int) -> None:
        """Send the notice that the server is about to shut down."""
        event = orjson.dumps({"e": "serverShutdown", "E": now // self.unit})
        if not self._is_silenced:
            self._write(text_frame(wrapped("!serverShutdown", event) if self.combined else event))

    def end(self, code: WSCloseCode = WSCloseCode.GOING_AWAY, reason: bytes = b"") -> None:
        """Close the connection from this side."""
        if not self._transport.is_disconnected:
            self._transport.send_close(code, reason)
            self._transport.disconnect()

    def send_ping(self, payload: bytes) -> None:
        """Send a ping."""
        self._faults.counts["ping"] += 1
        self._transport.send_ping(payload)

    def time_out(self) -> None:
        """End the connection of a client that does not answer pings."""
        self._faults.counts["pong.timeout"] += 1
        log.info("client cut: no matching pong within %.1f s", self._rules.pong_seconds)
        self.end(WSCloseCode.POLICY_VIOLATION, b"Pong timeout")

    def reset(self) -> None:
        """Break the connection without a word."""
        reset(self._transport.underlying_transport)

    # --- own ----------------------------------------------------------------

    @property
    def _is_silenced(self) -> bool:
        """Whether a black hole swallows what comes and goes."""
        return self._faults.any and self._faults.on(BlackHole, self.number) is not None

    def _rests(self) -> bool:
        """Whether a fault keeps pings away."""
        return self._is_silenced or self._faults.on(StopPinging, self.number) is not None

    def _note_listeners(self, name: str) -> None:
        """Keep the most connections that ever listened to one stream at once."""
        counts = self._faults.counts
        counts["listeners.most"] = max(counts["listeners.most"], self._hub.count(name))

    def _write(self, frames: bytes) -> None:
        if not self._transport.is_disconnected and not self._transport.is_close_frame_sent:
            self._transport.underlying_transport.write(frames)
