"""Self-test: what was planted on the synthetic market beside what was found."""

from flask import Blueprint, render_template

blueprint = Blueprint("selftest_page", __name__)


@blueprint.get("/self-test")
def page() -> str:
    """For who doubts a number."""
    return render_template("selftest.html", page="selftest")
