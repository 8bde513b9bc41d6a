"""Market: one symbol's chart and its indicators."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from analytics.timeframes import TIMEFRAMES
from app.api.parameters import known_symbol, known_timeframe
from app.preferences import current_preferences
from app.same_query import with_query
from workers.settings import load_settings
from workers.store.instruments import load_instruments
from workers.store.watchlist import load_watchlist

blueprint = Blueprint("market", __name__)


@blueprint.get("/market")
def first() -> Response:
    """The first symbol of the watch-list; the Overview says what to do when there is none."""
    symbols = load_watchlist()
    return redirect(url_for("market.page", symbol=symbols[0]) if symbols else url_for("overview.page"))


@blueprint.get("/market/<symbol>")
def page(symbol: str) -> str | Response:
    """Chart, indicators and last trades of a symbol."""
    asked = request.args.get("tf", current_preferences().timeframe)
    known, timeframe = known_symbol(symbol), known_timeframe(asked)
    if known != symbol:
        return redirect(with_query(url_for("market.page", symbol=known)))
    instrument = load_instruments().get(known)
    return render_template(
        "market.html",
        page="market",
        symbol=known,
        timeframe=timeframe,
        timeframes=TIMEFRAMES,
        price_step=instrument.price_step if instrument else "",
        quantity_step=instrument.quantity_step if instrument else "",
        book_ticker=load_settings().book_ticker,
    )
