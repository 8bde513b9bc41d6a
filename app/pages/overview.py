"""Overview: what moves, and is the data whole."""

from flask import Blueprint, render_template

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
def page() -> str:
    """The watch-list."""
    return render_template("overview.html", page="overview")
