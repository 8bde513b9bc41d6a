"""`python -m workers.local.exchange`: serve the simulated exchange until told to stop."""

import asyncio
import gc
import logging
import signal
import sys

import uvloop

from workers.local.exchange.clock import Clock
from workers.local.exchange.control_port import ControlPort
from workers.local.exchange.market.activity import Burst
from workers.local.exchange.market.blocks import MICROSECONDS
from workers.local.exchange.market.tapes import synthetic_tapes
from workers.local.exchange.options import Options, parse_options
from workers.local.exchange.recordings.events import UnreadableRecording
from workers.local.exchange.recordings.load import first_moment, load_tapes
from workers.local.exchange.server import Server

BEFORE_FIRST = 1000  # microseconds: the clock of a replay is held just before the first trade

log = logging.getLogger("workers.local.exchange")


def main() -> int:
    """Serve; 0 after a signal, 2 when it cannot begin."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = parse_options(sys.argv[1:])
    try:
        return uvloop.run(_serve(options))
    except UnreadableRecording as wrong:
        print(f"exchange: {wrong}", file=sys.stderr)
        return 2
    except OSError as wrong:
        print(f"exchange: cannot listen on {options.host}:{options.port}: {wrong.strerror}", file=sys.stderr)
        return 2


async def _serve(options: Options) -> int:
    sys.setswitchinterval(0.001)  # sending never waits long for the thread that answers REST
    server = _server(options)
    server.prepare()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    gc.freeze()  # what was loaded stays; collections need not look at it
    listening = await loop.create_server(server.front, options.host, options.port)
    port = listening.sockets[0].getsockname()[1]
    pump = loop.create_task(server.run())
    _plan_shutdown(options, server, loop)
    log.info("exchange serving port=%d market=%s seed=%d", port, options.market, options.seed)
    await _listen_for_control(options, server, loop)
    print(f"exchange ready http://{options.host}:{port}", flush=True)
    waiting = loop.create_task(stop.wait())
    await asyncio.wait({pump, waiting}, return_when=asyncio.FIRST_COMPLETED)
    listening.close()
    server.cut_all()
    if pump.done():
        pump.result()
    pump.cancel()
    return 0


async def _listen_for_control(options: Options, server: Server, loop: asyncio.AbstractEventLoop) -> None:
    if options.control_port is None:
        return
    listening = await loop.create_server(ControlPort(server).front, "127.0.0.1", options.control_port)
    print(f"exchange control http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)


def _server(options: Options) -> Server:
    if options.recordings:
        recorded = load_tapes(options.recordings, options.market)
        held = Clock(first_moment(recorded) - BEFORE_FIRST, options.speed, held=True)
        return Server(options.market, recorded, held, options.rules, None, options.weight_per_minute)
    clock = Clock() if options.speed == 1.0 else Clock(Clock().now(), options.speed)
    tapes = synthetic_tapes(
        options.seed,
        options.rate,
        options.market,
        options.absent,
        symbols=options.symbols,
        placeholders=options.placeholders,
        burst=_burst(options, clock),
    )
    return Server(options.market, tapes, clock, options.rules, options.seed, options.weight_per_minute)


def _burst(options: Options, clock: Clock) -> Burst | None:
    if options.burst is None:
        return None
    after, seconds, times = options.burst
    return Burst(clock.now() / MICROSECONDS + after, seconds, times)


def _plan_shutdown(options: Options, server: Server, loop: asyncio.AbstractEventLoop) -> None:
    if options.shutdown_after is not None:
        loop.call_later(options.shutdown_after, server.shut_down, options.shutdown_lead)


if __name__ == "__main__":
    sys.exit(main())
