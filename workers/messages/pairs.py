"""JSON of pairs: snapshots as they are, and the two answers by prices whose keys others rely on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from analytics.records.pairs import PairAnalysis, PairSnapshot, PriceLevels
from analytics.records.plain import plain
from analytics.timeframes import length
from workers.messages.envelope import JSON
from workers.messages.times import iso

Told = Mapping[str, Any]  # JSON of a known shape, nested


def pair_json(y: str, x: str, timeframe: str, latest: PairSnapshot | None) -> JSON:
    """State of a `pair:` topic: the latest snapshot, null before the first."""
    snapshot = pair_snapshot_json(latest) if latest else None
    return {"y": y, "x": x, "timeframe": timeframe, "snapshot": snapshot}


def pair_snapshot_json(snapshot: PairSnapshot) -> JSON:
    """One snapshot by log prices; the part by prices has answers of its own."""
    told = plain(snapshot)
    del told["levels"]
    return told | {"as_of": iso(snapshot.as_of), "computed_at": iso(snapshot.computed_at)}


def pair_analysis_json(analysis: PairAnalysis) -> JSON:
    """One analysis: figures as in a snapshot, series as columns beside their starts."""
    told = plain(analysis) | {"as_of": iso(analysis.as_of), "computed_at": iso(analysis.computed_at)}
    return told | {"starts": [iso(start) for start in analysis.starts]}


def price_levels_json(snapshot: PairSnapshot, levels: PriceLevels, z_window: int) -> JSON:
    """What both answers by prices are made of."""
    return {
        "levels": plain(levels),
        "about": {
            "y": snapshot.y,
            "x": snapshot.x,
            "tf": snapshot.timeframe,
            "window": z_window,
            "n": snapshot.bars,
            "rolling_corr": snapshot.correlation,
            "as_of": iso(snapshot.as_of),
            "computed_at": iso(snapshot.computed_at),
            "completeness": plain(snapshot.completeness),
        },
    }


def pair_analytics_json(told: Told) -> JSON:
    """Beta, spread, score and test of a pair by prices; p is Engle and Granger's."""
    levels, about = told["levels"], told["about"]
    still = None if about["rolling_corr"] is not None else "one side did not move"
    return {
        "beta": levels["hedge"]["beta"],
        "intercept": levels["hedge"]["intercept"],
        "last_spread": levels["spread"]["value"],
        "last_z": levels["spread"]["z"],
        "adf": {"adf": levels["test"]["statistic"], "pvalue": levels["test"]["p_value"]},
        **about,
        "reasons": _reasons(
            beta=levels["hedge"]["reason"],
            last_z=levels["spread"]["reason"],
            adf=levels["test"]["reason"],
            rolling_corr=still,
        ),
    }


def pair_cointegration_json(told: Told) -> JSON:
    """Test, half-life and series of a pair by prices."""
    levels, about = told["levels"], told["about"]
    test, half_life = levels["test"], levels["half_life"]
    starts = _starts(about["as_of"], about["tf"], len(levels["z_series"]))
    return {
        "cointegration": {
            "t_stat": test["statistic"],
            "pvalue": test["p_value"],
            "crit_vals": list(test["critical_values"].values()),
            "lags": test["lags"],
        },
        "beta": levels["hedge"]["beta"],
        "alpha": levels["hedge"]["intercept"],
        "half_life": {
            "half_life": half_life["bars"],
            "b": half_life["slope"],
            "low": half_life["low"],
            "high": half_life["high"],
        },
        "zscore_series": _points(starts, levels["z_series"]),
        "spread_series": _points(starts, levels["spread_series"]),
        **about,
        "reasons": _reasons(
            cointegration=test["reason"],
            beta=levels["hedge"]["reason"],
            half_life=half_life["reason"],
            zscore_series=levels["spread"]["reason"],
        ),
    }


def _points(starts: Sequence[str], values: Sequence[float | None]) -> list[JSON]:
    return [{"ts": start, "value": value} for start, value in zip(starts, values, strict=True)]


def _starts(last: str, timeframe: str, count: int) -> list[str]:
    """Starts of so many bars up to the last, which lie on a gapless grid."""
    newest, step = datetime.fromisoformat(last), length(timeframe)
    moments = (newest - back * step for back in range(count - 1, -1, -1))
    # As `iso` writes it, without asking each for its zone.
    return [moment.isoformat(timespec="milliseconds")[:-6] + "Z" for moment in moments]


def _reasons(**reasons: str | None) -> JSON:
    return {name: reason for name, reason in reasons.items() if reason}
