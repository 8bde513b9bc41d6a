"""How many messages a second the exchange sends, against a bare picows loop, to one websocket-client reader.

    python -m tests.benchmarks.exchange [seconds]

The baseline sends one constant message as fast as its reader takes it; the reader is the same code.
Messages per CPU second of each side say what it could do with a core of its own, also on a busy machine.
"""

import asyncio
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop
import websocket
from picows import WSListener, WSMsgType, WSTransport, ws_create_server

from tests.integration.exchange.running import running

SECONDS = 10.0
RATES = (10_000.0, 30_000.0, 60_000.0)
CONSTANT = (
    b'{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1795336197434,"s":"BTCUSDT","a":2609897553,'
    b'"p":"63236.82000000","q":"0.00355000","f":3914846335,"l":3914846335,"T":1795336197431,"m":false,"M":true}}'
)
SYMBOLS = ("btc", "eth", "sol", "bnb", "xrp", "doge", "ada", "avax", "link", "ltc", "dot", "pol", "zen")


@dataclass(frozen=True)
class Measured:
    """What a reader saw."""

    received: float  # messages a second
    sender: float  # messages per CPU second of the server
    reader: float  # messages per CPU second of the reader
    lag_ms: float  # of the last messages behind their moment; NaN where they carry none


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    baseline = measured_baseline(seconds)
    print(
        f"{'source':<34}{'received/s':>12}{'baseline':>12}{'sent/CPU s':>14}{'read/CPU s':>14}{'lag ms':>8}"
    )
    show("bare picows, one constant", baseline, baseline)
    for rate in RATES:
        found = measured_exchange(rate, seconds)
        show(f"exchange, trade, {rate:,.0f}/s asked for", found, baseline)


def show(name: str, found: Measured, baseline: Measured) -> None:
    """One line of the table."""
    share = found.received / baseline.received
    lag = "" if found is baseline else f"{found.lag_ms:,.0f}"
    print(
        f"{name:<34}{found.received:>12,.0f}{share:>12.0%}{found.sender:>14,.0f}{found.reader:>14,.0f}{lag:>8}",
        flush=True,
    )


def measured_exchange(rate: float, seconds: float) -> Measured:
    """The reader on the trades of all symbols at a rate."""
    with running("--synthetic", "--rate", str(rate)) as exchange:
        streams = "/".join(f"{name}usdt@trade" for name in SYMBOLS)
        return read(exchange.connect("/stream?streams=" + streams), exchange.process.pid, seconds)


def measured_baseline(seconds: float) -> Measured:
    """The reader on a server that does nothing but send."""
    parent, child = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve_constant, args=(child,), daemon=True)
    process.start()
    port = parent.recv()
    client = websocket.create_connection(f"ws://127.0.0.1:{port}", skip_utf8_validation=True)
    found = read(client, process.pid or 0, seconds)
    client.shutdown()
    process.kill()
    return found


def read(client: websocket.WebSocket, server: int, seconds: float) -> Measured:
    """Count messages for a while, after a second to settle."""
    settled = time.monotonic() + 1.0
    while time.monotonic() < settled:
        client.recv()
    count, started = 0, time.monotonic()
    sender, reader = cpu_seconds(server), time.process_time()
    while True:
        message = client.recv()
        count += 1
        if count % 1000 == 0 and time.monotonic() - started >= seconds:
            break
    elapsed = time.monotonic() - started
    sender, reader = cpu_seconds(server) - sender, time.process_time() - reader
    return Measured(count / elapsed, count / sender, count / reader, lag_of(str(message)))


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used so far."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def lag_of(message: str) -> float:
    """Milliseconds from a trade's moment to now."""
    moment = message.rpartition('"T":')[2].partition(",")[0]
    return time.time() * 1000 - int(moment)


def serve_constant(pipe) -> None:  # type: ignore[no-untyped-def]  # a multiprocessing.Connection
    """A bare picows server that sends one message for ever."""
    uvloop.run(_serve_constant(pipe))


async def _serve_constant(pipe) -> None:  # type: ignore[no-untyped-def]
    server = await ws_create_server(lambda request: Constant(), "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


class Constant(WSListener):
    """Sends the constant message whenever the socket takes more."""

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Begin."""
        self._task = asyncio.get_running_loop().create_task(self._send(transport))

    def pause_writing(self) -> None:
        """Full: the loop below sees it by the size of the buffer."""

    def resume_writing(self) -> None:
        """Empty again."""

    async def _send(self, transport: WSTransport) -> None:
        while not transport.is_disconnected:
            if transport.underlying_transport.get_write_buffer_size() < 1_000_000:
                for _ in range(200):
                    transport.send(WSMsgType.TEXT, CONSTANT)
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(0.001)


if __name__ == "__main__":
    main()
