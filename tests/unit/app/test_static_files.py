"""Our own files under an address that names their content."""

import re

from flask import Flask, url_for

from app.static_files import FOLDER, register_static_files, static_version


def _app() -> Flask:
    app = Flask("files", static_folder=None)
    register_static_files(app)
    return app


def test_the_address_holds_the_version_and_is_kept_for_ever() -> None:
    app = _app()
    with app.test_request_context():
        address = url_for("static", filename="js/format.js")
    assert re.fullmatch(r"/static/[0-9a-f]{12}/js/format\.js", address)
    answer = app.test_client().get(address)
    assert answer.data == (FOLDER / "js" / "format.js").read_bytes()
    assert "immutable" in answer.headers["Cache-Control"]


def test_an_older_version_gets_the_present_file_and_keeps_it_not() -> None:
    answer = _app().test_client().get("/static/000000000000/js/format.js")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_nothing_outside_the_folder_is_served() -> None:
    client = _app().test_client()
    for path in ("../config.py", "..%2fconfig.py", "js/../../config.py", "nothing.js"):
        assert client.get(f"/static/{static_version()}/{path}").status_code in (400, 404), path
