"""Which rows of a scan are wanted, in which order and shape: from columns to what is sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.records.scans import VERDICTS, verdict_text
from workers.messages.envelope import JSON

Told = Mapping[str, Any]  # JSON of a scan: what is said of all, and `columns`

DIGITS = 6  # of a number in columns: a page draws no more
# By the name of a filter: what it looks at, and whether it is at least (1) or at most (-1) so much.
BOUNDS = {
    "q_max": ("q_value", -1),
    "z_min": ("abs_zscore", 1),
    "half_life_min": ("half_life_seconds", 1),
    "half_life_max": ("half_life_seconds", -1),
    "volume_min": ("quote_volume", 1),
}


@dataclass(frozen=True)
class RowChoice:
    """Which rows are wanted, in which order."""

    bounds: Mapping[str, float]  # by name of BOUNDS
    verdict: str | None
    sort: str
    descending: bool
    offset: int
    limit: int
    bar_seconds: int
    contains: str | None = None  # part of the name of one of both symbols, in any case
    once: bool = False  # of both directions the one with the smaller p
    pairs: frozenset[str] | None = None  # these alone, each as "Y/X"

    def rows(self, told: Told) -> JSON:
        """The wanted rows as records, numbers as they are."""
        return self._page(told, "rows", lambda places: list(_records(told, places)))

    def columns(self, told: Told) -> JSON:
        """The same as columns: y and x as places in `symbols`, numbers with DIGITS digits.

        With the p of each row's other direction, be it that that row is not among them.
        """
        columns = told["columns"]
        columns = {**columns, "other_p_value": _other_p_values(columns)}
        page = self._page(told, "columns", lambda places: _columns(columns, places))
        return page | {"words": told["words"]}

    def _page(self, told: Told, name: str, shaped: Callable[[Sequence[int]], object]) -> JSON:
        places = self._ordered(told, self._wanted(told))
        head = {key: told[key] for key in told if key not in ("columns", "words")}
        kept = places[self.offset : self.offset + self.limit]
        return head | {"total": len(places), "offset": self.offset, name: shaped(kept)}

    def _wanted(self, told: Told) -> list[int]:
        places: Sequence[int] = range(len(told["columns"]["y"]))
        for name, bound in self.bounds.items():
            measure, sign = BOUNDS[name]
            values = self._values(told, measure)
            places = [at for at in places if values[at] is not None and sign * values[at] >= sign * bound]
        verdicts = told["columns"]["verdict"]
        places = [at for at in places if self.verdict is None or verdicts[at] == self.verdict]
        if self.contains:
            named, text = [self._values(told, leg) for leg in ("y", "x")], self.contains.upper()
            places = [at for at in places if any(text in names[at] for names in named)]
        if self.pairs is not None:
            places = [at for at in places if "/".join(self._legs(told, at)) in self.pairs]
        better = _better(told["columns"], told["symbols"]) if self.once else None
        return [at for at in places if better is None or better[at]]

    def _ordered(self, told: Told, places: Sequence[int]) -> list[int]:
        """What is unknown comes last."""
        values = self._values(told, self.sort)
        known = sorted(
            (at for at in places if values[at] is not None),
            key=lambda at: values[at],
            reverse=self.descending,
        )
        return known + [at for at in places if values[at] is None]

    def _legs(self, told: Told, at: int) -> tuple[str, str]:
        symbols, columns = told["symbols"], told["columns"]
        return symbols[columns["y"][at]], symbols[columns["x"][at]]

    def _values(self, told: Told, name: str) -> Sequence[Any]:  # Any: texts or numbers, or None
        columns = told["columns"]
        if name in ("y", "x"):
            return [told["symbols"][place] for place in columns[name]]
        if name == "pair":
            return list(zip(self._values(told, "y"), self._values(told, "x"), strict=True))
        if name == "other_p_value":
            return _other_p_values(columns)
        if name == "verdict":
            return [VERDICTS.index(verdict) for verdict in columns[name]]  # the best first
        if name == "abs_zscore":
            return [None if score is None else abs(score) for score in columns["zscore"]]
        if name == "half_life_seconds":
            return [None if bars is None else bars * self.bar_seconds for bars in columns["half_life"]]
        return list(columns[name])


def _other_p_values(columns: Mapping[str, Sequence[Any]]) -> list[float | None]:
    """Of each row that of the pair's other direction."""
    rows = list(zip(columns["y"], columns["x"], columns["p_value"], strict=True))
    known = {(y, x): p for y, x, p in rows}
    return [known.get((x, y)) for y, x, _ in rows]


def _better(columns: Mapping[str, Sequence[Any]], symbols: Sequence[str]) -> list[bool]:
    """Whether a row is the one to be shown of its pair; both where one of them has no p."""
    others = _other_p_values(columns)
    rows = zip(columns["p_value"], others, columns["y"], columns["x"], strict=True)
    return [p is None or other is None or (p, symbols[y]) < (other, symbols[x]) for p, other, y, x in rows]


def _records(told: Told, places: Sequence[int]) -> Iterator[JSON]:
    columns, symbols = told["columns"], told["symbols"]
    for at in places:
        row = {name: values[at] if values else [] for name, values in columns.items()}
        legs = {leg: symbols[row[leg]] for leg in ("y", "x")}
        yield row | legs | {"text": verdict_text(row["verdict"], row["reason"])}


def _columns(columns: Mapping[str, Sequence[Any]], places: Sequence[int]) -> JSON:
    return {name: [_short(values[at]) for at in places] if values else [] for name, values in columns.items()}


def _short(value: Any) -> Any:  # Any: a JSON value
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
