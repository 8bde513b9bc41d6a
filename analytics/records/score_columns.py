"""The scores of a scan as columns: 39,800 rows of 200 symbols fit where as many records do not.

y and x are places in the scan's list of symbols. The verdict's words follow from
verdict and reason and are not among the columns.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.records.scans import PairScore

# Values of one name each, all of one length, except `zscores`: empty where the rows have no lines.
Columns = Mapping[str, Sequence[Any]]

_PLAIN = tuple(name for name in PairScore.__dataclass_fields__ if name not in ("y", "x", "zscores"))


def score_columns(symbols: Sequence[str], scores: Sequence[PairScore]) -> dict[str, list[Any]]:
    """Scores as columns, in their order.

    >>> numbers = dict.fromkeys(PairScore.__dataclass_fields__) | {"y": "B", "x": "A", "n": 3}
    >>> columns = score_columns(["A", "B"], [PairScore(**numbers)])
    >>> (columns["y"], columns["x"], columns["n"], columns["zscores"])
    ([1], [0], [3], [])
    """
    places = {symbol: place for place, symbol in enumerate(symbols)}
    columns = {name: [getattr(score, name) for score in scores] for name in _PLAIN}
    lines = [list(score.zscores or ()) for score in scores]
    return {
        "y": [places[score.y] for score in scores],
        "x": [places[score.x] for score in scores],
        **columns,
        "zscores": lines if any(lines) else [],
    }
