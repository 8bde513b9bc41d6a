"""Every kind of fault a seed may draw: how it begins, how it ends, and what it may not meet."""

import resource
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from redis import Redis

from tests.fault.proxy import Proxy
from tests.fault.soaked_world import SoakedWorld
from tests.fault.streaming import Streaming

Ending = Callable[[], None]
Beginning = Callable[[SoakedWorld, Random], Ending]
REST_OF_A_DISK = 30_000  # bytes in a file beyond those of the log, when the disk is to be full


@dataclass(frozen=True, slots=True)
class Injection:
    """One kind."""

    begin: Beginning
    touches: str  # one thing or several; two that touch the same are never drawn together
    longest_seconds: float = 3.0


def nothing() -> None:
    """The fault ends by itself."""


def killed(name: str, number: signal.Signals = signal.SIGKILL) -> Beginning:
    """A process ends, and is started again when the fault is over."""

    def begin(world: SoakedWorld, random: Random) -> Ending:
        world.streaming.kill(name, number)

        def end() -> None:
            world.streaming.await_death(name)
            world.revive(name)

        return end

    return begin


def paused(name: str) -> Beginning:
    """A process stands still for a while."""

    def begin(world: SoakedWorld, random: Random) -> Ending:
        world.streaming.kill(name, signal.SIGSTOP)
        return lambda: world.streaming.kill(name, signal.SIGCONT)

    return begin


def mongo_killed(world: SoakedWorld, random: Random) -> Ending:
    """The store is gone, and comes back."""
    world.signal_server(world.mongo, signal.SIGKILL)
    return world.mongo.start


def mongo_paused(world: SoakedWorld, random: Random) -> Ending:
    """The store hangs."""
    world.signal_server(world.mongo, signal.SIGSTOP)
    return lambda: world.signal_server(world.mongo, signal.SIGCONT)


def no_file_grows(world: SoakedWorld, random: Random) -> Ending:
    """The disk takes nothing more from the stream."""
    return fill_disk(world.streaming)


def fill_disk(streaming: Streaming) -> Ending:
    """Let no file of the stream grow beyond its log."""
    pid = streaming.pid_of("stream")
    written = len(streaming.words("stream").encode())
    limit_files(pid, written + REST_OF_A_DISK)
    return lambda: limit_files(pid, resource.RLIM_INFINITY)


def limit_files(pid: int, size: int) -> None:
    """Let no file of a process, if it still lives, grow beyond so many bytes."""
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def spool_damaged(world: SoakedWorld, random: Random) -> Ending:
    """Store and stream die, and what waits on disk is not what was written there."""
    world.signal_server(world.mongo, signal.SIGKILL)
    time.sleep(random.uniform(0.3, 1.0))
    world.streaming.kill("stream")
    world.streaming.await_death("stream")
    damage(world.spool, random)

    def end() -> None:
        world.mongo.start()
        world.revive("stream")

    return end


def damage(spool: Path, random: Random) -> None:
    """Flip a byte in the later half of the newest file, and cut its end off."""
    path = max(spool.rglob("*.spool"), key=lambda path: int(path.stem), default=None)
    content = bytearray(path.read_bytes()) if path else bytearray()
    if path and len(content) > 10:
        content[random.randrange(len(content) // 2, len(content) * 9 // 10)] ^= random.randrange(1, 256)
        path.write_bytes(content[: -random.randrange(1, min(5_000, len(content)))])


def out_of_reach(line: Callable[[SoakedWorld], Proxy]) -> Beginning:
    """Nothing passes on a line, and nobody says so."""

    def begin(world: SoakedWorld, random: Random) -> Ending:
        line(world).black_hole = True
        return line(world).pass_freely

    return begin


def store_reset(world: SoakedWorld, random: Random) -> Ending:
    """Connections to the store break in the middle of what they carry."""
    world.store.reset()
    return world.store.reset


def store_slow(world: SoakedWorld, random: Random) -> Ending:
    """The line to the store is slow and narrow, and cuts what it carries into slices."""
    world.store.latency_seconds = random.uniform(0.02, 0.2)
    world.store.bytes_per_second = random.uniform(200_000, 1_000_000)
    world.store.slice_bytes = random.randint(100, 1_000)
    return world.store.pass_freely


def clock_set(world: SoakedWorld, random: Random) -> Ending:
    """The machine's clock is an hour or seconds off, and is set right."""
    world.set_clock(random.choice([3_600.0, -3_600.0, 2.0, -2.0]))
    return lambda: world.set_clock(0.0)


def redis_killed(world: SoakedWorld, random: Random) -> Ending:
    """The broker is gone, and comes back empty."""
    world.signal_server(world.redis, signal.SIGKILL)
    return world.redis.start


def redis_emptied(world: SoakedWorld, random: Random) -> Ending:
    """The broker forgets everything."""
    with Redis.from_url(world.redis.url) as client:
        client.flushall()
    return nothing


def stranded(world: SoakedWorld, random: Random) -> Ending:
    """The connection to the exchange is half open from now on."""
    world.streaming.proxy.strand()
    return nothing


def slow_line(world: SoakedWorld, random: Random) -> Ending:
    """The line to the exchange is slow."""
    world.streaming.proxy.latency_seconds = random.uniform(0.05, 0.3)
    return world.streaming.proxy.pass_freely


def sliced_line(world: SoakedWorld, random: Random) -> Ending:
    """What the exchange sends comes in slices that end anywhere."""
    world.streaming.proxy.slice_bytes = random.randint(20, 500)
    return world.streaming.proxy.pass_freely


def reset(world: SoakedWorld, random: Random) -> Ending:
    """Connections break; the next attempts, too."""
    world.streaming.control.on("reset_handshakes", times=random.randint(0, 2))
    world.streaming.control.reset()
    return lambda: world.streaming.control.off("reset_handshakes")


def cut(world: SoakedWorld, random: Random) -> Ending:
    """The exchange ends its connections without notice."""
    world.streaming.control.cut()
    return nothing


def announced(world: SoakedWorld, random: Random) -> Ending:
    """The exchange says when it will end its connections."""
    world.streaming.control.shutdown(random.choice([0.0, 1.0, 4.0]))
    return nothing


def switched(fault: str, **drawn: Callable[[Random], object]) -> Beginning:
    """A fault of the exchange, on for a while."""

    def begin(world: SoakedWorld, random: Random) -> Ending:
        world.streaming.control.on(fault, **{name: draw(random) for name, draw in drawn.items()})
        return lambda: world.streaming.control.off(fault)

    return begin


def some_stream(random: Random) -> str:
    return f"{random.choice(['btcusdt', 'ethusdt', 'solusdt'])}@aggTrade"


INJECTIONS: Mapping[str, Injection] = {
    "R1 stream killed": Injection(killed("stream"), "stream"),
    "R3 stream stopped": Injection(killed("stream", signal.SIGTERM), "stream"),
    "R4 store killed": Injection(mongo_killed, "store"),
    "R5 store hangs": Injection(mongo_paused, "store", 4.0),
    "R4 store reset": Injection(store_reset, "store"),
    "R5 store out of reach": Injection(out_of_reach(lambda world: world.store), "store", 4.0),
    "R5 store slow": Injection(store_slow, "store", 4.0),
    "R6 broker killed": Injection(redis_killed, "broker"),
    "R7 broker emptied": Injection(redis_emptied, "broker", 0.0),
    "R8 no file grows": Injection(no_file_grows, "disk"),
    "R9 spool damaged": Injection(spool_damaged, "stream, store, disk"),
    "R10 half-open line": Injection(stranded, "line", 0.0),
    "R11 cut": Injection(cut, "connections", 0.0),
    "R12 announced cut": Injection(announced, "connections", 0.0),
    "R13 handshakes reset": Injection(reset, "connections"),
    "R14 silent stream": Injection(
        switched("mute", streams=some_stream, connections=lambda random: "open"), "mute", 4.0
    ),
    "R15 no pings": Injection(switched("stop_pinging"), "pings"),
    "R17 repeats": Injection(
        switched("duplicate", share=lambda random: random.uniform(0.05, 0.5)), "repeats"
    ),
    "R18 disorder": Injection(switched("reorder", ms=lambda random: random.uniform(50, 500)), "order"),
    "R18 late trades": Injection(
        switched("delay", ms=lambda random: random.uniform(500, 3_000), share=lambda random: 0.1), "order"
    ),
    "R19 holes": Injection(
        switched("drop", share=lambda random: 0.05, run=lambda random: random.randint(1, 9)), "holes"
    ),
    "R20 unreadable": Injection(
        switched("corrupt", every=lambda random: random.randint(5, 50)), "unreadable"
    ),
    "R20 fragments": Injection(switched("fragment", share=lambda random: random.uniform(0.1, 1.0)), "frames"),
    "R20 huge": Injection(switched("huge", times=lambda random: 1), "frames"),
    "R21 REST refuses": Injection(
        switched(
            "rest",
            answer=lambda random: random.choice(["429", "418", "403", "502", "-1007", "stall"]),
            seconds=lambda random: random.randint(1, 2),
            times=lambda random: random.randint(1, 4),
        ),
        "rest",
    ),
    "R22 clock set": Injection(clock_set, "clock"),
    "R23 stream paused": Injection(paused("stream"), "stream", 4.0),
    "R24 broker out of reach": Injection(out_of_reach(lambda world: world.broker), "broker"),
    "R24 slow line": Injection(slow_line, "line"),
    "R24 sliced line": Injection(sliced_line, "line"),
    "R25 beat killed": Injection(killed("beat"), "beat"),
    "R27 builder of bars killed": Injection(killed("compute"), "compute"),
    "R27 repairer killed": Injection(killed("batch"), "batch"),
}
