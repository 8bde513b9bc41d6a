"""A TCP proxy to stand between two processes, whose faults a test switches while it runs.

with Proxy("127.0.0.1", port) as proxy:
    ...connect to proxy.port...
    proxy.black_hole = True       # nothing passes either way, connections stay open
"""

import asyncio
import socket
import struct
import threading
from types import TracebackType

CHUNK = 64 * 1024
LOOK_SECONDS = 0.02
SLICE_PAUSE_SECONDS = 0.001
NO_LINGER = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes on, in a thread of its own, unless told otherwise.

    Attributes
    ----------
    black_hole : nothing passes; what was on the way waits, and new connections hang
    latency_seconds : each piece arrives so much later
    bytes_per_second : the most that passes in each direction of a connection; None: no bound
    slice_bytes : what is sent is cut into pieces of this size, each in a packet of its own; None: it is not
    """

    def __init__(self, host: str, port: int) -> None:
        self.black_hole = False
        self.latency_seconds = 0.0
        self.bytes_per_second: float | None = None
        self.slice_bytes: int | None = None
        self.accepted = 0
        self._stranded = 0  # the connections up to this one pass nothing any more
        self.port = 0
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        assert self._ready.wait(5.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)

    def reset(self) -> None:
        """Break every connection with RST, on both sides."""
        self._loop.call_soon_threadsafe(self._break, True)

    def cut(self) -> None:
        """End every connection in an orderly way."""
        self._loop.call_soon_threadsafe(self._break, False)

    def pass_freely(self) -> None:
        """Switch everything off; what was stranded stays so."""
        self.black_hole = False
        self.latency_seconds = 0.0
        self.bytes_per_second = self.slice_bytes = None

    def strand(self) -> None:
        """Leave every connection half open for good; new ones are whole."""
        self._stranded = self.accepted

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._break(True)
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def _break(self, with_reset: bool) -> None:
        for writer in list(self._writers):
            if with_reset:
                _reset(writer)
            else:
                writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        number = self.accepted
        self._writers.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            await self._while_black(number)
            far_reader, far = await asyncio.open_connection(*self._target)
            self._writers.add(far)
            ways = [self._pass(number, reader, far), self._pass(number, far_reader, writer)]
            await asyncio.wait(
                [asyncio.ensure_future(way) for way in ways], return_when=asyncio.FIRST_COMPLETED
            )
        except OSError:
            pass  # the other side is not there: this side is closed
        finally:
            for one in (writer, far):
                if one is not None:
                    self._writers.discard(one)
                    one.close()

    async def _pass(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one direction on until it ends."""
        try:
            while piece := await reader.read(CHUNK):
                if self.latency_seconds:
                    await asyncio.sleep(self.latency_seconds)
                if self.bytes_per_second:
                    await asyncio.sleep(len(piece) / self.bytes_per_second)
                await self._while_black(number)
                await self._send(piece, writer)
            await self._while_black(number)  # a black hole swallows the end of a connection too
        except ConnectionResetError:
            _reset(writer)
        except OSError:
            return

    async def _send(self, piece: bytes, writer: asyncio.StreamWriter) -> None:
        """Write a piece, whole or in slices; the pause between them keeps the system from joining them."""
        size = self.slice_bytes or len(piece)
        for at in range(0, len(piece), size):
            writer.write(piece[at : at + size])
            await writer.drain()
            if size < len(piece):
                await asyncio.sleep(SLICE_PAUSE_SECONDS)

    async def _while_black(self, number: int) -> None:
        while self.black_hole or number <= self._stranded:
            await asyncio.sleep(LOOK_SECONDS)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST."""
    if not writer.is_closing():
        found = writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        writer.transport.abort()
