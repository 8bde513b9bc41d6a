"""Several stream workers that share the symbols of one faulty exchange."""

import signal
from collections.abc import Mapping
from typing import Any

from redis import Redis

from tests.fault.streaming import HASTE, Streaming
from tests.product import wait_for

LAPSES_SECONDS = 4.0
CONSTANTS: Mapping[str, float] = HASTE | {"workers.coordination.leases:LAPSES_SECONDS": LAPSES_SECONDS}


class Sharing(Streaming):
    """A world in which shards go from worker to worker."""

    def __init__(self, *given: Any, shards: int, **options: Any) -> None:  # Any: those of Streaming
        changed = options.pop("constants", {})
        words = {"SHARDS": str(shards), "BOOK_TICKER": "on" if options.pop("book", False) else "off"}
        super().__init__(*given, constants=CONSTANTS | changed, worker_environ=words, **options)
        self.sharing = ["stream"]  # names of those that live
        self._joined = 1

    def join(self) -> str:
        """Start one more stream worker; its name."""
        self._joined += 1
        name = f"stream{self._joined}"
        self.sharing.append(name)
        self.start_worker(name)
        return name

    def leave(self, name: str, number: signal.Signals = signal.SIGTERM, *, within: float) -> int:
        """End a stream worker; its exit code."""
        self.sharing.remove(name)
        return self.end(name, number, within)

    def newest_token(self) -> int:
        """The highest token that was given."""
        return max(row["token"] for row in self.store["fences"].find())

    def figures_of(self, name: str) -> Mapping[str, Any]:
        """What one worker says of itself."""
        found = self.store["heartbeats"].find_one({"pid": self._processes[name].pid})
        return found["figures"] if found else {}

    def shards_of(self, name: str) -> set[int]:
        """The shards that a worker was the last to take."""
        rows = self.store["fences"].find({"holder": f"{name}@{self.seed}"})
        return {int(row["_id"].partition("of")[0]) for row in rows}

    def forget_in_redis(self) -> None:
        """Redis comes back empty, as far as this world goes."""
        client = Redis.from_url(self._environ["REDIS_URL"])
        for key in client.scan_iter(f"{self.database}:*"):
            client.delete(key)

    def wait_for_shares(self, within: float, **shares: int) -> None:
        """Until each worker holds so many shards, and all its streams are connected."""

        def held() -> bool:
            return all(
                len(self.shards_of(name)) == count and self.figures_of(name).get("connected") == count
                for name, count in shares.items()
            )

        wait_for(held, within, f"these shares: {shares}; logs in {self.folder}, seed {self.seed}")
