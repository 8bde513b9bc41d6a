"""A schedule sent twice, tasks slower than their period, workers and a broker that stand still."""

import json
import re
import signal
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from redis import Redis

from celeryconfig import beat_schedule
from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.proxy import Proxy
from tests.fault.streaming import Streaming
from tests.product import wait_for
from workers.local.redis_server import RedisServer

pytestmark = pytest.mark.soak  # that a second schedule rests is held in tests/integration/coordination, too

SLOW_SECONDS = 0.4  # longer for each symbol: a run of build_bars takes about three periods
VISIBILITY_SECONDS = 8
CONSUMED = ("stream", "bars", "batch")
COMPUTE = ("compute", "second compute")
RUN = re.compile(r"SLOW build_symbol (\S+) (\S+)")


class Hampered:
    """A world whose bars are built slowly, by two workers, on a Redis of its own behind a proxy."""

    def __init__(self, world: Streaming, redis: RedisServer, proxy: Proxy) -> None:
        self.world = world
        self.redis = redis
        self.proxy = proxy
        self.client: Redis = Redis.from_url(redis.url, decode_responses=True)

    def waiting(self) -> int:
        """Tasks that wait in the queues that are consumed here."""
        return sum(int(self.client.llen(queue)) for queue in CONSUMED)  # type: ignore[arg-type] # it is not async

    def sent(self) -> int:
        """Messages of the schedule that workers have taken."""
        workers = ("stream", "batch", *COMPUTE)
        return sum(self.world.words(name).count("RECEIVED workers.") for name in workers)

    def expired(self) -> int:
        """Tasks that were discarded because they came too late."""
        return sum(self.world.words(name).count("EXPIRED workers.") for name in COMPUTE)

    def runs(self) -> list[tuple[float, float]]:
        """When a symbol's bars were being built, by whichever worker (monotonic), in order."""
        found = [match for name in COMPUTE for match in RUN.findall(self.world.words(name))]
        return sorted((float(begun), float(ended)) for begun, ended in found)


@pytest.fixture(scope="module")
def hampered(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hampered]:
    """One world for this file."""
    folder: Path = tmp_path_factory.mktemp("hampered")
    redis = RedisServer(folder / "data")
    redis.start()
    timeout = {"visibility_timeout": VISIBILITY_SECONDS}
    celery = {"broker_transport_options": timeout, "result_backend_transport_options": timeout, **timeout}
    tampering = {"slow": {"workers.tasks.bars:build_symbol": SLOW_SECONDS}, "celery": celery}
    with Proxy("127.0.0.1", redis.port) as proxy:
        url = redis.url.replace(f":{redis.port}/", f":{proxy.port}/")
        workers = ("stream", "batch", *COMPUTE)
        with worlds.another(redis_url=url, workers=workers, tampering=tampering) as world:
            yield Hampered(world, redis, proxy)
    redis.stop()


def rate(hampered: Hampered, seconds: float) -> float:
    """Tasks a second that come to the workers."""
    before = hampered.sent()
    time.sleep(seconds)  # the length of the measurement
    return (hampered.sent() - before) / seconds


@pytest.mark.parametrize("seconds", [60.0])
def test_a_second_schedule_rests(hampered: Hampered, seconds: float, measured: Measured) -> None:
    world, alone = hampered.world, rate(hampered, seconds)
    world.start_beat("second beat")
    wait_for(lambda: "schedule rests here" in world.words("second beat"), 30, "a second beat")
    both = rate(hampered, seconds)
    began = time.monotonic()
    world.end("beat", signal.SIGKILL)
    before = hampered.sent()
    wait_for(lambda: hampered.sent() > before + 3, 20, "the second beat to take over")
    took_over = time.monotonic() - began
    world.assert_clean(within=60)
    measured(
        "R25",
        injected=f"a second beat for {seconds:.0f} s, then the first one killed",
        demanded="the second rests; bars identical; it takes over",
        found=f"{alone:.1f} tasks/s alone, {both:.1f} with two, taken over after {took_over:.1f} s",
    )
    assert both < 1.4 * alone


def test_slow_tasks_do_not_overlap(hampered: Hampered, measured: Measured) -> None:
    before = len(hampered.runs())
    wait_for(lambda: len(hampered.runs()) >= before + 3 * len(hampered.world.symbols), 40, "three slow runs")
    runs = hampered.runs()
    overlaps = sum(later[0] < earlier[1] for earlier, later in pairwise(runs))
    hampered.world.assert_clean(within=60)
    measured(
        "R26",
        injected=f"bars built for {SLOW_SECONDS * 6:.0f} s every second, two workers",
        demanded="no two at once",
        found=f"{len(runs)} runs, {overlaps} overlaps",
    )
    assert overlaps == 0


@pytest.mark.parametrize("seconds", [6.0, 600.0])
def test_what_was_scheduled_meanwhile_is_discarded(
    hampered: Hampered, seconds: float, measured: Measured
) -> None:
    expired_before = hampered.expired()
    for name in COMPUTE:
        hampered.world.kill(name, signal.SIGSTOP)
    wait_for(lambda: hampered.waiting() >= seconds * 0.8, seconds + 30, "tasks that pile up")
    most = hampered.waiting()
    for name in COMPUTE:
        hampered.world.kill(name, signal.SIGCONT)
    bound = 2 * len(beat_schedule)
    drained = wait_for(lambda: hampered.waiting() <= len(CONSUMED), 60, "queues that are worked off")
    hampered.world.assert_clean(within=60)
    expired = hampered.expired() - expired_before
    measured(
        "R26",
        injected=f"workers stopped for about {seconds:.0f} s",
        demanded=f"what expired is discarded, fewer than {bound} tasks wait <= 60 s later",
        found=f"{most} waited, {expired} discarded, worked off {drained:.1f} s later",
    )
    assert expired >= most / 2


@pytest.mark.parametrize("seconds", [5.0, 600.0])
def test_the_broker_stands_still_and_goes_on(hampered: Hampered, seconds: float, measured: Measured) -> None:
    world, listeners = hampered.world, hampered.world.control.count("listeners.most")
    hampered.proxy.black_hole = True
    time.sleep(seconds)  # the length of the fault is the test
    hampered.proxy.black_hole = False
    back = time.time()
    built = wait_for(lambda: world.built_until() > back, 90, "tasks that are consumed")
    waiting = hampered.waiting()
    world.assert_clean(within=60)
    measured(
        "R24",
        injected=f"broker out of reach for {seconds:.0f} s",
        demanded=f"fewer than {2 * len(beat_schedule)} tasks wait <= 60 s later; one stream; bars identical",
        found=f"{waiting} waited, bars again after {built:.1f} s, "
        f"at most {world.control.count('listeners.most')} connection to a stream",
    )
    assert waiting < 2 * len(beat_schedule)
    assert world.control.count("listeners.most") == listeners == 1


def test_a_message_that_is_delivered_again_changes_nothing(hampered: Hampered, measured: Measured) -> None:
    world = hampered.world
    held = stopped_with(hampered)  # a worker that is busy for longer than the visibility timeout
    try:
        wait_for(lambda: any(redelivered(hampered, held)), 240, "a message that is delivered again")
    finally:
        world.kill("compute", signal.SIGCONT)
    time.sleep(VISIBILITY_SECONDS)  # both have done it
    world.assert_clean(within=60)
    measured(
        "R24",
        injected=f"visibility timeout {VISIBILITY_SECONDS} s, a worker busy for longer",
        demanded="one stream; bars identical",
        found=f"{sum(redelivered(hampered, held))} of {len(held)} messages delivered again, "
        f"at most {world.control.count('listeners.most')} connection to a stream",
    )
    assert world.control.count("listeners.most") == 1


def stopped_with(hampered: Hampered) -> list[str]:
    """Stop the worker while it holds messages; the ids of these."""
    for _ in range(100):
        hampered.world.kill("compute", signal.SIGSTOP)
        rows = hampered.client.hvals("unacked")
        if rows:
            return [json.loads(row)[0]["headers"]["id"] for row in rows]  # type: ignore[union-attr]
        hampered.world.kill("compute", signal.SIGCONT)
        time.sleep(0.1)
    raise AssertionError("the worker never held a message")


def redelivered(hampered: Hampered, ids: list[str]) -> list[bool]:
    """Which messages a second worker has got, too."""
    words = hampered.world.words("second compute")
    return [id in words for id in ids]
