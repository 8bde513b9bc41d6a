"""JSON of bars and of a symbol's last price: the same in an event and in the API."""

from collections.abc import Sequence

from analytics.records.histories import WideBar
from analytics.records.market import Bar, Instrument, Tick
from analytics.records.snapshots import SymbolSummary
from workers.messages.envelope import JSON
from workers.messages.snapshots import completeness_json
from workers.messages.times import iso, iso_or_none


def bar_json(bar: Bar) -> JSON:
    """A bar; `ts` is its start."""
    return {
        "ts": iso(bar.start),
        "symbol": bar.symbol,
        "timeframe": bar.timeframe,
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
        "quote_volume": bar.quote_volume,
        "trades": bar.trades,
        "taker_buy_volume": bar.taker_buy_volume,
        "first_id": bar.first_id,
        "last_id": bar.last_id,
        "is_final": bar.is_final,
        "source": bar.source,
    }


def bars_json(symbol: str, timeframe: str, *, forming: Bar | None, closed: Sequence[Bar]) -> JSON:
    """State of a `bars:` topic: the bar that moves, and the last that closed, oldest first.

    `forming` is null when the sender only corrects closed bars.
    """
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "forming": bar_json(forming) if forming else None,
        "closed": [bar_json(bar) for bar in closed],
    }


def history_json(symbol: str, timeframe: str, step_seconds: int, bars: Sequence[Bar | WideBar]) -> JSON:
    """A whole history as columns, oldest first: bars of `step_seconds`, made of those of `timeframe`."""
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "step_seconds": step_seconds,
        "ts": [iso(bar.start) for bar in bars],
        "open": [bar.open for bar in bars],
        "high": [bar.high for bar in bars],
        "low": [bar.low for bar in bars],
        "close": [bar.close for bar in bars],
        "volume": [_short(bar.volume) for bar in bars],
        "trades": [bar.trades for bar in bars],
        "is_final": [bar.is_final for bar in bars],
    }


def quote_json(symbol: str, tick: Tick | None, summary: SymbolSummary | None) -> JSON:
    """State of a `symbol:` topic: last trade, and where it stands against the last hour and day."""
    price = tick.price if tick else summary.last_price if summary else None
    return {
        "symbol": symbol,
        "price": price,
        "quantity": tick.quantity if tick else None,
        "side": ("sell" if tick.buyer_is_maker else "buy") if tick else None,
        "id": tick.id if tick else None,
        "traded_at": iso_or_none(tick.traded_at if tick else None),
        "received_at": iso_or_none(tick.received_at if tick else None),
        "change_1h": _change(price, summary.close_1h_ago if summary else None),
        "change_24h": _change(price, summary.close_24h_ago if summary else None),
        "volume_24h": summary.volume_24h if summary else None,
        "quote_volume_24h": summary.quote_volume_24h if summary else None,
        "completeness": completeness_json(summary.completeness) if summary else None,
        "as_of": iso_or_none(summary.as_of if summary else None),
    }


def symbol_json(
    symbol: str, instrument: Instrument | None, tick: Tick | None, summary: SymbolSummary | None
) -> JSON:
    """A row of `/api/symbols`: the quote, the sparkline and the exchange's step sizes."""
    return quote_json(symbol, tick, summary) | {
        "sparkline": list(summary.sparkline) if summary else [],
        "base_asset": instrument.base_asset if instrument else None,
        "quote_asset": instrument.quote_asset if instrument else None,
        "status": instrument.status if instrument else None,
        "price_step": str(instrument.price_step) if instrument else None,
        "quantity_step": str(instrument.quantity_step) if instrument else None,
    }


def _short(volume: float) -> float:
    """Without the digits that a sum of floats adds."""
    return float(f"{volume:.10g}")


def _change(price: float | None, reference: float | None) -> float | None:
    """Relative change, 0.01 for one per cent."""
    return price / reference - 1.0 if price and reference else None
