"""The scan that is stored, as the record that was saved: the product reads its head or its columns."""

from dataclasses import replace

from analytics.records.scans import PairScore, ScanReport
from workers.store.scans import load_scan_columns


def load_scan(timeframe: str) -> ScanReport | None:
    """The newest scan of a timeframe with its scores, or None."""
    found = load_scan_columns(timeframe)
    if found is None:
        return None
    head, columns = found
    named = {name: columns[name] for name in PairScore.__dataclass_fields__}
    named |= {leg: [head.symbols[place] for place in columns[leg]] for leg in ("y", "x")}
    named["zscores"] = columns["zscores"] or [()] * len(columns["y"])
    rows = [dict(zip(named, values, strict=True)) for values in zip(*named.values(), strict=True)]
    return replace(head, scores=[PairScore(**row) for row in rows])
