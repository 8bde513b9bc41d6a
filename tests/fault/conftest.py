"""A faulty exchange and its capture, shared by the tests of this folder as long as it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests.fault.measuring import measured, pytest_runtest_makereport
from tests.fault.soaked_world import Soaked
from tests.fault.streaming import Streaming

__all__ = ["measured", "pytest_runtest_makereport"]


class Worlds:
    """At most one world at a time: the shared one, anew when it was spoiled, or one of a test's own."""

    def __init__(self, folder: Path, mongo: str, redis: str, client: MongoClient[dict[str, Any]]) -> None:
        self._given = (folder, mongo, redis, client)
        self._world: Streaming | None = None

    def whole(self) -> Streaming:
        """The shared world, in which nothing is wrong."""
        if self._world is not None and not self._world.is_whole:
            self.end()
        if self._world is None:
            self._world = Streaming(*self._given).__enter__()
        return self._world

    @contextmanager
    def another(self, **options: Any) -> Iterator[Streaming]:  # Any: those of Streaming
        """A world of a test's own, in place of the shared one; maybe of another kind or on other servers."""
        self.end()
        kind = options.pop("kind", Streaming)
        folder, mongo, redis, client = self._given
        servers = (options.pop("mongo_url", mongo), options.pop("redis_url", redis))
        with kind(folder, *servers, options.pop("client", client), **options) as world:
            yield world

    def end(self) -> None:
        """Stop the shared one."""
        if self._world is not None:
            self._world.stop()
            self._world = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a world of their own run late, as each ends the shared one; then those whose servers die."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    fixtures = set(getattr(item, "fixturenames", ()))
    if "soaked" in fixtures:
        return 2
    return int({"worlds", "world"} & fixtures == {"worlds"})


@pytest.fixture(scope="package")
def worlds(
    tmp_path_factory: pytest.TempPathFactory,
    mongo_url: str,
    redis_url: str,
    mongo_client: MongoClient[dict[str, Any]],
) -> Iterator[Worlds]:
    """The shared worlds of this folder."""
    worlds = Worlds(tmp_path_factory.mktemp("streaming"), mongo_url, redis_url, mongo_client)
    yield worlds
    worlds.end()


@pytest.fixture(scope="package")
def soaked(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Soaked]:
    """Worlds on servers of their own."""
    worlds.end()
    soaked = Soaked(tmp_path_factory.mktemp("soaked"))
    yield soaked
    soaked.end()


@pytest.fixture
def world(worlds: Worlds, request: pytest.FixtureRequest) -> Iterator[Streaming]:
    """Capture on an exchange without faults; a test that fails leaves no world behind."""
    world = worlds.whole()
    failed = request.session.testsfailed
    yield world
    world.control.off()
    world.proxy.black_hole = False
    world.spoiled = world.spoiled or request.session.testsfailed > failed
