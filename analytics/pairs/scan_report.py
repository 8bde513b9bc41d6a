"""A scan as a record: scores with their verdicts, and how many finds are luck."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.pairs.aligned import aligned_closes
from analytics.pairs.confirmation import confirmed_pairs
from analytics.pairs.scan import pair_rows, with_q_values
from analytics.pairs.scan_columns import unfit_columns
from analytics.quality.completeness import completeness_of_closes, weakest
from analytics.records.closes import Closes
from analytics.records.market import Gap
from analytics.records.scans import ALPHA, LEAST_BARS, PairScore, ScanLuck, ScanReport, ScanVerdict
from analytics.timeframes import length

_NUMBERS = ("beta", "intercept", "statistic", "p_value", "lags", "half_life", "zscore", "n")

Table = pd.DataFrame  # closes, one column for each symbol, by start

# Rows of a scan as columns of plain values, all of one length.
Piece = Mapping[str, list[Any]]
# Quote asset of 24 h by symbol, as far as known.
Volumes = Mapping[str, float | None]
NO_VOLUMES: Volumes = {}


@dataclass(frozen=True, slots=True)
class ScanWindow:
    """Which bars are scanned."""

    timeframe: str
    window: int  # bars
    as_of: datetime  # start of the last bar, UTC
    least_volume: float = 0.0  # a symbol that traded less is not tested; 0: all are


def scanned_closes(closes: Mapping[str, Closes], asked: ScanWindow) -> pd.DataFrame:
    """The table of closes of a window; after the last trade a symbol stands flat, before its first is NaN.

    Raises
    ------
    NotEnoughData
        The window holds fewer than LEAST_BARS bars, or fewer than two symbols have any.
    """
    table = aligned_closes(closes, asked.timeframe, asked.window, join="outer")
    if len(table):
        step = length(asked.timeframe)
        grid = pd.date_range(end=asked.as_of, periods=asked.window, freq=step, name=table.index.name)
        grid = grid[grid >= table.index[0]].as_unit("us")
        table = table.reindex(table.index.union(grid)).ffill().loc[grid]
    if len(table) < LEAST_BARS or table.notna().any().sum() < 2:
        what = f"a scan of {asked.timeframe} bars of two symbols"
        raise NotEnoughData(what, have=_second_most(table), need=LEAST_BARS)
    return table


def scan_piece(
    table: pd.DataFrame,
    ys: Sequence[str] | None,
    *,
    z_points: int,
    quote_volumes: Volumes = NO_VOLUMES,
    least_volume: float = 0.0,
) -> Piece:
    """The rows of some y's (None: of all) as columns; a number that does not exist is None."""
    volumes = _volumes(quote_volumes, least_volume)
    rows = pair_rows(table, ys=ys, z_points=z_points, quote_volume=volumes, min_quote_volume=least_volume)
    piece = {name: _plain(rows[name].tolist()) for name in rows.columns if name != "zscores"}
    if "zscores" in rows:
        piece["zscores"] = [[_rounded(score) for score in scores] for scores in rows["zscores"]]
    return piece


def scan_report(
    table: pd.DataFrame,
    pieces: Sequence[Piece],
    asked: ScanWindow,
    *,
    closes: Mapping[str, Closes],
    gaps: Mapping[str, Sequence[Gap]],
    quote_volumes: Volumes,
    computed_at: datetime,
) -> ScanReport:
    """The record of a scan whose pieces are all there."""
    complete = _together(pieces)
    unfit = unfit_columns(table, _volumes(quote_volumes, asked.least_volume), asked.least_volume)
    confirmed = confirmed_pairs(_traded_enough(table, unfit, asked), alpha=ALPHA)
    held = {(row.y, row.x): row for row in confirmed.itertuples(index=False)}
    scores = [
        _score(row, held.get((row["y"], row["x"])), quote_volumes) for row in complete.to_dict("records")
    ]
    stamps = [
        completeness_of_closes(each, as_of=asked.as_of, bars=asked.window, gaps=gaps.get(symbol, ()))
        for symbol, each in closes.items()
    ]
    return ScanReport(
        timeframe=asked.timeframe,
        window=asked.window,
        as_of=asked.as_of,
        computed_at=computed_at,
        symbols=list(table.columns),
        reasons=unfit,
        luck=_luck(scores),
        scores=scores,
        completeness=weakest(stamps),
        least_volume=asked.least_volume,
    )


def _second_most(table: Table) -> int:
    """The bars that at least two symbols have."""
    bars = sorted(table.notna().sum().tolist())
    return int(bars[-2]) if len(bars) > 1 else 0


def _volumes(quote_volumes: Volumes, least_volume: float) -> pd.Series | None:
    return pd.Series(dict(quote_volumes), dtype=np.float64) if least_volume else None


def _traded_enough(table: Table, unfit: Mapping[str, str], asked: ScanWindow) -> Table:
    """What was not tested for its volume is not confirmed either, and counts for no q."""
    return table.drop(columns=list(unfit)) if asked.least_volume else table


def _together(pieces: Sequence[Piece]) -> pd.DataFrame:
    """All rows, with what needs all of them."""
    columns = {name: [value for piece in pieces for value in piece[name]] for name in pieces[0]}
    rows = pd.DataFrame({name: columns[name] for name in columns if name not in _NUMBERS}, dtype=object)
    numbers = {name: np.array(columns[name], dtype=np.float64) for name in _NUMBERS}
    return with_q_values(rows.assign(**numbers))


def _plain(values: list[Any]) -> list[Any]:
    return [None if value is None or value != value else value for value in values]


def _score(row: Mapping[Hashable, Any], held: object, quote_volumes: Volumes) -> PairScore:
    confirmed = getattr(held, "confirmed", None)
    reason = row["reason"] if isinstance(row["reason"], str) else None
    verdict = _verdict(_known(row["pair_p_value"]), _known(row["q_value"]), confirmed, reason)
    volumes = [quote_volumes.get(str(row[leg])) for leg in ("y", "x")]
    return PairScore(
        y=str(row["y"]),
        x=str(row["x"]),
        beta=_known(row["beta"]),
        intercept=_known(row["intercept"]),
        statistic=_known(row["statistic"]),
        p_value=_known(row["p_value"]),
        pair_p_value=_known(row["pair_p_value"]),
        q_value=_known(row["q_value"]),
        lags=_whole(row["lags"]),
        half_life=_known(row["half_life"]),
        zscore=_known(row["zscore"]),
        n=_whole(row["n"]) or 0,
        quote_volume=None if None in volumes else min(volume for volume in volumes if volume is not None),
        confirmed=confirmed,
        rest_p_value=_known(getattr(held, "rest_p_value", None)),
        verdict=verdict,
        reason=reason,
        zscores=row.get("zscores", ()),
    )


def _verdict(
    chance: float | None, rate: float | None, confirmed: bool | None, reason: str | None
) -> ScanVerdict:
    if reason is not None or chance is None or rate is None:
        return "untestable"
    if rate <= ALPHA:
        return {True: "confirmed", False: "not_held", None: "found"}[confirmed]  # type: ignore[return-value] # literals
    if confirmed is not None:
        return "not_held"
    return "by_luck" if chance <= ALPHA else "none"


def _luck(scores: Sequence[PairScore]) -> ScanLuck:
    once = [score for score in scores if score.y < score.x and score.pair_p_value is not None]
    held = {frozenset((score.y, score.x)) for score in scores if score.verdict == "confirmed"}
    return ScanLuck(
        alpha=ALPHA,
        pairs=len(once),
        expected_by_luck=ALPHA * len(once),
        found_before=sum((score.pair_p_value or 0.0) <= ALPHA for score in once),
        found_after=sum((score.q_value or 0.0) <= ALPHA for score in once),
        confirmed=len(held),
    )


def _known(value: object) -> float | None:
    number = float(value) if isinstance(value, int | float) else float("nan")
    return number if math.isfinite(number) else None


def _whole(value: object) -> int | None:
    number = _known(value)
    return None if number is None else int(number)


def _rounded(value: float) -> float | None:
    return round(float(value), 3) if value == value else None
