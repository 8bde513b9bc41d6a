"""Shapes of pairs, scans, correlations and the self-test."""

from analytics.records.correlations import CorrelationSnapshot
from analytics.records.pairs import PairAnalysis, PairSnapshot
from analytics.records.scans import PairScore, ScanReport
from analytics.records.selftest import FalsePositives, Finding
from app.api.shapes.market import COMPLETENESS
from app.api.shapes.of_records import shape_of
from app.api.shapes.vocabulary import (
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    many,
    optional,
    record,
    table,
    told,
    widened,
    without,
)

REASONS = told(table(TEXT), "why a value is null, by its name")
_NUMBERS = many(optional(NUMBER))
_CELLS = many(many(optional(NUMBER)))

PAIR_SNAPSHOT = shape_of(PairSnapshot, leave_out=["levels"])
PAIR_ANALYSIS = shape_of(
    PairAnalysis,
    marks=many(
        record(
            "Mark",
            place=told(WHOLE, "in starts"),
            event=TEXT,
            state=TEXT,
            spread=optional(NUMBER),
            z=optional(NUMBER),
        )
    ),
)

_ABOUT = {
    "y": TEXT,
    "x": TEXT,
    "tf": TEXT,
    "window": WHOLE,
    "n": told(WHOLE, "bars the statistics rest on"),
    "rolling_corr": optional(NUMBER),
    "as_of": MOMENT,
    "computed_at": MOMENT,
    "completeness": COMPLETENESS,
    "reasons": REASONS,
}
PAIR_ANALYTICS = record(
    "PairAnalytics",
    beta=optional(NUMBER),
    intercept=optional(NUMBER),
    last_spread=optional(NUMBER),
    last_z=optional(NUMBER),
    adf=record(adf=optional(NUMBER), pvalue=told(optional(NUMBER), "Engle and Granger's")),
    **_ABOUT,
)
_POINT = record("Point", ts=MOMENT, value=optional(NUMBER))
PAIR_COINTEGRATION = record(
    "PairCointegration",
    cointegration=record(
        t_stat=optional(NUMBER),
        pvalue=told(optional(NUMBER), "Engle and Granger's"),
        crit_vals=told(_NUMBERS, "at 1 %, 5 % and 10 %"),
        lags=optional(WHOLE),
    ),
    beta=optional(NUMBER),
    alpha=optional(NUMBER),
    half_life=record(
        half_life=told(optional(NUMBER), "bars"),
        b=optional(NUMBER),
        low=optional(NUMBER),
        high=optional(NUMBER),
    ),
    zscore_series=many(_POINT),
    spread_series=many(_POINT),
    **_ABOUT,
)

PAIR_SCORE = widened(shape_of(PairScore), "PairScore", text=told(TEXT, "the verdict in words"))
_SCAN = widened(
    without(shape_of(ScanReport), "Scan", "scores"),
    "ScanHead",
    total=told(WHOLE, "rows under the same conditions"),
    offset=WHOLE,
)
SCAN_PAGE = widened(_SCAN, "ScanPage", rows=many(PAIR_SCORE))
_PLACES = {leg: many(told(WHOLE, "place in symbols")) for leg in ("y", "x")}
_COLUMNS = {name: many(field) for name, field in shape_of(PairScore)["properties"].items()}
_OTHER_P = told(many(optional(NUMBER)), "of the other direction of the same pair")
SCAN_COLUMNS = widened(
    _SCAN,
    "ScanColumns",
    words=told(table(TEXT), "verdicts in words; what could not be tested has a reason"),
    columns=record("ScoreColumns", **{**_COLUMNS, **_PLACES}, other_p_value=_OTHER_P),
)

CORRELATION = shape_of(CorrelationSnapshot, "Correlation", values=_CELLS, p_values=_CELLS)
_BY_SYMBOL = table(table(optional(NUMBER)))
HEATMAP = record(
    "Heatmap",
    corr=_BY_SYMBOL,
    n=table(table(WHOLE)),
    p=_BY_SYMBOL,
    order=told(many(TEXT), "symbols that move together stand together"),
    reasons=REASONS,
    timeframe=TEXT,
    window=WHOLE,
    method=TEXT,
    as_of=MOMENT,
    computed_at=MOMENT,
    completeness=COMPLETENESS,
)

FINDING = shape_of(Finding, difference=optional(NUMBER))
PAIR_FINDINGS = record(
    "PairFindings",
    y=TEXT,
    x=TEXT,
    timeframe=TEXT,
    bars=WHOLE,
    as_of=optional(MOMENT),
    completeness=optional(COMPLETENESS),
    holds_from=optional(MOMENT),
    breaks_at=optional(MOMENT),
    mends_at=optional(MOMENT),
    findings=many(FINDING),
    reason=optional(TEXT),
)
SELF_TEST = record(
    "SelfTest",
    source=TEXT,
    result=optional(
        record(
            "SelfTestResult",
            source=TEXT,
            seed=optional(WHOLE),
            reason=optional(TEXT),
            computed_at=MOMENT,
            planted=many(PAIR_FINDINGS),
            false_positives=shape_of(FalsePositives, share=NUMBER, passed=FLAG),
        )
    ),
)
