"""The newest snapshot of each pair and timeframe.

Example document (all figures by log prices, but `levels`):

    {"_id": "ETHUSDT/BTCUSDT:1m", "y": "ETHUSDT", "x": "BTCUSDT", "timeframe": "1m",
     "as_of": 2024-08-08T23:55:00Z, "computed_at": 2026-11-22T08:00:02.010Z, "bars": 1440, "z_window": 60,
     "hedges": {"ols": {"beta": 1.2, "intercept": -5.1, "reason": None}, "tls": ..., ...},
     "spread": {"value": 0.003, "mean": 0.0, "deviation": 0.0015, "z": 2.0, "reason": None}, ...,
     "levels": {"hedge": ..., "spread": ..., "spread_series": [...], "z_series": [...]}, ...}

Known by its id alone: no index beside that.
"""

from collections.abc import Sequence

from pymongo import ReplaceOne

from analytics.records.pairs import (
    Cointegration,
    Hedge,
    PairSnapshot,
    PriceLevels,
    Reversion,
    SignalNow,
    SpreadNow,
    UnitRootTest,
    Verdict,
)
from analytics.records.plain import plain
from analytics.records.snapshots import Completeness
from workers.store.database import Document, collection

_SERIES = ("levels.spread_series", "levels.z_series")
_PLAIN = ("y", "x", "timeframe", "as_of", "computed_at", "bars", "z_window", "correlation", "q_value")


def save_pair_snapshots(snapshots: Sequence[PairSnapshot]) -> None:
    """Replace the snapshot of each pair and timeframe."""
    if snapshots:
        rows = [{"_id": _key(row.y, row.x, row.timeframe)} | plain(row) for row in snapshots]
        writes = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
        collection("pair_snapshots").bulk_write(writes, ordered=False)


def load_pair_snapshot(y: str, x: str, timeframe: str, *, with_series: bool = False) -> PairSnapshot | None:
    """The snapshot of a pair, or None; without the series by prices unless they are asked for."""
    left_out = None if with_series else dict.fromkeys(_SERIES, 0)
    row = collection("pair_snapshots").find_one({"_id": _key(y, x, timeframe)}, left_out)
    return _snapshot(row) if row else None


def _key(y: str, x: str, timeframe: str) -> str:
    return f"{y}/{x}:{timeframe}"


def _snapshot(row: Document) -> PairSnapshot:
    return PairSnapshot(
        **{name: row[name] for name in _PLAIN},
        hedges={method: Hedge(**hedge) for method, hedge in row["hedges"].items()},
        spread=SpreadNow(**row["spread"]),
        robust=SpreadNow(**row["robust"]),
        kalman=SpreadNow(**row["kalman"]),
        cointegration=_cointegration(row["cointegration"]),
        half_life=Reversion(**row["half_life"]),
        signal=SignalNow(**row["signal"]) if row["signal"] else None,
        recent_z=row["recent_z"],
        levels=_levels(row["levels"]),
        verdict=Verdict(**row["verdict"]),
        completeness=Completeness(**row["completeness"]),
    )


def _cointegration(row: Document) -> Cointegration:
    one, other = UnitRootTest(**row["y_on_x"]), UnitRootTest(**row["x_on_y"])
    return Cointegration(one, other, row["p_value"], row["reason"])


def _levels(row: Document) -> PriceLevels:
    return PriceLevels(
        hedge=Hedge(**row["hedge"]),
        spread=SpreadNow(**row["spread"]),
        test=UnitRootTest(**row["test"]),
        half_life=Reversion(**row["half_life"]),
        spread_series=row.get("spread_series", ()),
        z_series=row.get("z_series", ()),
    )
