"""Shapes of bars, quotes, books, indicators and instruments."""

from analytics.records.market import Bar
from analytics.records.snapshots import Completeness
from analytics.timeframes import TIMEFRAMES
from app.api.shapes.of_records import shape_of
from app.api.shapes.vocabulary import (
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    choice,
    many,
    optional,
    record,
    table,
    told,
    widened,
)

TIMEFRAME = choice(*TIMEFRAMES)
COMPLETENESS = shape_of(Completeness)

_BAR_FIELDS = shape_of(Bar, leave_out=["start"], timeframe=TIMEFRAME)["properties"]
BAR = record("Bar", ts=told(MOMENT, "start of the bar"), **_BAR_FIELDS)

HISTORY = record(
    "History",
    symbol=TEXT,
    timeframe=told(TIMEFRAME, "of the bars it was made of"),
    step_seconds=told(WHOLE, "that each bar covers"),
    ts=many(MOMENT),
    **{name: many(NUMBER) for name in ("open", "high", "low", "close", "volume")},
    trades=many(WHOLE),
    is_final=many(FLAG),
)

_QUOTE = {
    "symbol": TEXT,
    "price": optional(NUMBER),
    "quantity": optional(NUMBER),
    "side": optional(choice("buy", "sell")),
    "id": optional(WHOLE),
    "traded_at": optional(MOMENT),
    "received_at": optional(MOMENT),
    "change_1h": optional(told(NUMBER, "relative: 0.01 is one per cent")),
    "change_24h": optional(NUMBER),
    "volume_24h": optional(NUMBER),
    "quote_volume_24h": optional(NUMBER),
    "completeness": optional(COMPLETENESS),
    "as_of": optional(MOMENT),
}
SYMBOL_ROW = record(
    "SymbolRow",
    **_QUOTE,
    sparkline=many(NUMBER),
    base_asset=optional(TEXT),
    quote_asset=optional(TEXT),
    status=optional(TEXT),
    price_step=optional(told(TEXT, "exact decimal")),
    quantity_step=optional(told(TEXT, "exact decimal")),
)
INSTRUMENT = record("Instrument", symbol=TEXT, status=TEXT)

_SIDES = ("bid", "bid_quantity", "ask", "ask_quantity", "spread", "mid")
BOOK = record(
    "Book",
    symbol=TEXT,
    **{name: optional(NUMBER) for name in _SIDES},
    update_id=optional(WHOLE),
    quoted_at=optional(MOMENT),
    received_at=optional(MOMENT),
)
BOOK_SECONDS = record(
    "BookSeconds",
    symbol=TEXT,
    ts=many(MOMENT),
    **{name: many(NUMBER) for name in _SIDES},
    updates=many(WHOLE),
)

PIVOT = record("Pivot", ts=MOMENT, price=NUMBER, rsi=NUMBER)
DIVERGENCE = record("Divergence", kind=TEXT, first=PIVOT, second=PIVOT, confirmed_at=MOMENT)
INDICATOR_VALUE = record(
    "IndicatorValue",
    value=optional(NUMBER),
    state=choice("ready", "warming_up"),
    bars_needed=WHOLE,
    bars_present=WHOLE,
    reason=optional(told(TEXT, "why there is no value")),
)
INDICATOR_SNAPSHOT = record(
    "IndicatorSnapshot",
    symbol=TEXT,
    timeframe=TIMEFRAME,
    as_of=MOMENT,
    computed_at=MOMENT,
    values=table(INDICATOR_VALUE),
    divergence=optional(DIVERGENCE),
    divergence_reason=optional(TEXT),
    completeness=COMPLETENESS,
)
INDICATORS = record(
    "Indicators",
    symbol=TEXT,
    timeframe=TIMEFRAME,
    ts=many(MOMENT),
    series=table(many(optional(NUMBER))),
    divergences=many(DIVERGENCE),
    latest=optional(INDICATOR_SNAPSHOT),
    as_of=told(optional(MOMENT), "of the latest"),
    completeness=COMPLETENESS,
    reasons=told(table(TEXT), "why a value is null, by its name"),
)
ANCHORED_VWAP = record(
    "AnchoredVwap",
    symbol=TEXT,
    timeframe=TIMEFRAME,
    anchor=MOMENT,
    as_of=told(MOMENT, "start of the newest bar"),
    computed_at=MOMENT,
    ts=many(MOMENT),
    series=record(**dict.fromkeys(("lower", "middle", "upper"), many(optional(NUMBER)))),
    completeness=COMPLETENESS,
)
DEFINITION = record(
    "IndicatorDefinition",
    name=TEXT,
    label=TEXT,
    unit=choice("price", "index", "ratio", "percent"),
    bars_needed=WHOLE,
    definition=TEXT,
    source=TEXT,
    undefined_when=TEXT,
)

WATCHLIST = record("Watchlist", symbols=many(TEXT))
WATCHED = widened(WATCHLIST, "WatchedSymbol", symbol=TEXT)
UNWATCHED = widened(WATCHED, "RemovedSymbol", position=told(WHOLE, "where it stood on the list"))
PAIR = record("Pair", y=TEXT, x=TEXT)
PAIRS = record("Pairs", pairs=many(PAIR))
WATCHED_PAIR = widened(
    PAIRS, "WatchedPair", y=TEXT, x=TEXT, captured=told(many(TEXT), "symbols that are captured only now")
)
UNWATCHED_PAIR = widened(PAIRS, "RemovedPair", y=TEXT, x=TEXT, position=WHOLE)
