"""Pair: two symbols, their spread, and what is known of the relation."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from analytics.records.pairs import PAIR_TIMEFRAMES
from app.api.parameters import known_symbol
from app.errors import BadRequest
from app.same_query import with_query
from workers.jobs import JOBS
from workers.store.instruments import load_instruments
from workers.store.pairs import load_pairs

blueprint = Blueprint("pair_page", __name__)

WINDOWS = {bars: f"{bars:,} bars".replace(",", "\u202f") for bars in (240, 720, 1_440, 2_880)}
# What a method and a spread are called on the page.
METHODS = {
    "ols": "OLS",
    "rolling_ols": "Rolling OLS",
    "tls": "TLS",
    "huber": "Huber",
    "theil_sen": "Theil-Sen",
    "kalman": "Kalman",
}
SPREADS = {"log": "log", "residual": "residual", "ratio": "ratio", "dollar_neutral": "dollar-neutral"}


@blueprint.get("/pairs")
def first() -> Response | str:
    """The first pair that is watched; without one, what to do."""
    pairs = load_pairs()
    if not pairs:
        return render_template("no_pair.html", page="pairs")
    y, x = pairs[0]
    return redirect(url_for("pair_page.page", y=y, x=x))


@blueprint.get("/pairs/<y>/<x>")
def page(y: str, x: str) -> Response | str:
    """Everything about a pair, y explained by x."""
    left, right = known_symbol(y), known_symbol(x)
    if left == right:
        raise BadRequest(422, "same_symbol", f"a pair needs two symbols, got {left} twice", "x")
    if (left, right) != (y, x):
        return redirect(with_query(url_for("pair_page.page", y=left, x=right)))
    instruments = load_instruments()
    names = [instruments[name].base_asset if name in instruments else name for name in (left, right)]
    return render_template(
        "pair.html",
        page="pairs",
        y=left,
        x=right,
        names=names,
        timeframes=PAIR_TIMEFRAMES,
        windows=WINDOWS.items(),
        methods=METHODS,
        spreads=SPREADS,
        defaults={name: rule.default for name, rule in JOBS["pair_analysis"].parameters.items()},
    )
