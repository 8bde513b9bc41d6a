"""`python -m workers.local.kernels`: compiles every loop once, so that no task waits for it.

Numba keeps what it compiled beside the source. Without this the first snapshot
after an installation would take seconds instead of milliseconds.
"""

import hashlib
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from workers.local.errors import CannotStart
from workers.local.folder import PROJECT
from workers.local.logged_command import run_logged
from workers.local.terminal import complain, dotted, say

KERNELS = PROJECT / "analytics" / "kernels"
_BARS = 200


def compile_in(venv: Path) -> None:
    """Compiles with a virtual environment's Python what changed since the last time."""
    digest = hashlib.sha256()
    for path in sorted(KERNELS.glob("*.py")):
        digest.update(path.read_bytes())
    stamp = venv / "kernels-compiled"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    try:
        command = [str(venv / "bin" / "python"), "-m", "workers.local.kernels"]
        run_logged(command, venv / "kernels.log", title="Kernels", folder=PROJECT)
    except CannotStart as problem:  # not fatal: each is compiled when it is first called
        complain(f"the loops could not be compiled ahead: {problem}")
        return
    stamp.write_text(digest.hexdigest())
    say(f"{dotted('Compiled loops')}ready")


def compile_kernels() -> None:
    """Calls what uses them as the tasks do: the types of the first call are what is compiled."""
    import numpy as np  # here: the module is loaded before anything is installed, too
    import pandas as pd

    from analytics.pairs.market import PairPrices
    from analytics.pairs.scan_report import scan_piece
    from analytics.pairs.snapshot import pair_snapshot
    from analytics.records.snapshots import Completeness
    from analytics.strategies.mean_reversion import MeanReversionRule, signal_now

    steps = np.random.default_rng(1).normal(scale=0.001, size=(_BARS, 3))
    starts = pd.date_range("2024-01-01", periods=_BARS, freq="min", tz="UTC")
    closes = pd.DataFrame(np.exp(steps.cumsum(axis=0)), columns=["A", "B", "C"], index=starts)
    prices = PairPrices("A", "B", "1m", closes, Completeness(_BARS, _BARS, _BARS, 0), ("A", "B"))
    signal_of = partial(signal_now, rule=MeanReversionRule())
    pair_snapshot(prices, computed_at=datetime.now(UTC), signal_of=signal_of)
    scan_piece(closes, None, z_points=1)


if __name__ == "__main__":
    compile_kernels()
