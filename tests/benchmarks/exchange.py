"""How many messages a second the exchange sends, against a bare picows loop, to one websocket-client reader.

    python -m tests.benchmarks.exchange [seconds]

The baseline sends one constant message as fast as its reader takes it; the reader is the same code.
Messages per CPU second of each side say what it could do with a core of its own, also on a busy machine.
The exchange has sent what its market made as long as the delay of sending (E - T) stays small; what the
reader has not taken by then waits in the socket and shows as lag.
"""

import asyncio
import dataclasses
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop
import websocket
from picows import WSListener, WSMsgType, WSTransport, ws_create_server

from tests.integration.exchange.running import Running, running

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
    sending_ms: float  # E - T of the last message
    lag_ms: float  # from T of the last message to its reader
    made: float = 0.0  # trades a second of the market meanwhile


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    baseline = measured_baseline(seconds)
    columns = ("made/s", "received/s", "baseline", "sent/CPU s", "read/CPU s", "E-T ms", "lag ms")
    print(f"{'source':<24}" + "".join(f"{column:>12}" for column in columns))
    show("bare picows, constant", baseline, baseline)
    for rate in RATES:
        found = measured_exchange(rate, seconds)
        show(f"exchange, --rate {rate:.0f}", found, baseline)


def show(name: str, found: Measured, baseline: Measured) -> None:
    """One line of the table."""
    numbers = [f"{number:,.0f}" for number in (found.made, found.received)]
    numbers.append(f"{found.received / baseline.received:.0%}")
    numbers += [f"{number:,.0f}" for number in (found.sender, found.reader, found.sending_ms, found.lag_ms)]
    if found is baseline:
        numbers[0] = numbers[5] = numbers[6] = ""
    print(f"{name:<24}" + "".join(f"{number:>12}" for number in numbers), flush=True)


def measured_exchange(rate: float, seconds: float) -> Measured:
    """The reader on the trades of all symbols at a rate."""
    with running("--synthetic", "--rate", str(rate)) as exchange:
        streams = "/".join(f"{name}usdt@trade" for name in SYMBOLS)
        client = exchange.connect("/stream?streams=" + streams)
        before, started = trades_made(exchange), time.monotonic()
        found = read(client, exchange.process.pid, seconds)
        made = (trades_made(exchange) - before) / (time.monotonic() - started)
        return dataclasses.replace(found, made=made)


def trades_made(exchange: Running) -> int:
    """Trades of all symbols so far."""
    newest = (
        exchange.json("/api/v3/historicalTrades", symbol=f"{name.upper()}USDT", limit=1) for name in SYMBOLS
    )
    return sum(rows[0]["id"] for rows in newest)


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
    sent, happened = moment_of(message, '"E":'), moment_of(message, '"T":')
    lag = time.time() * 1000 - happened
    return Measured(count / elapsed, count / sender, count / reader, sent - happened, lag)


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used so far."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def moment_of(message: object, key: str) -> float:
    """A time in a message, ms."""
    return float(str(message).rpartition(key)[2].partition(",")[0])


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
