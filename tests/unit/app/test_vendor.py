"""The bundles npm installed, served with their version in the address."""

import gzip
import json
from pathlib import Path

import pytest
from flask import Flask

from app import vendor

LOCK = Path(vendor.__file__).parent / "package-lock.json"


@pytest.fixture
def app() -> Flask:
    app = Flask("vendor under test")
    vendor.register_vendor(app)
    return app


@pytest.mark.parametrize("name", vendor.FILES)
def test_a_bundle_is_served_compressed_and_kept_for_ever(app: Flask, name: str) -> None:
    with app.test_request_context():
        address = vendor.vendor_url(name)
    answer = app.test_client().get(address, headers={"Accept-Encoding": "gzip"})
    plain = app.test_client().get(address)
    assert gzip.decompress(answer.data) == plain.data
    assert "immutable" in answer.headers["Cache-Control"]


def test_another_version_or_file_is_not_found(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/vendor/0.0.1/socket.io.min.js").status_code == 404
    assert client.get("/vendor/0.0.1/package.json").status_code == 404


def test_a_missing_package_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "FOLDER", tmp_path)
    vendor.vendor_version.cache_clear()
    with pytest.raises(vendor.MissingPackages, match="npm ci"):
        vendor.register_vendor(Flask("without packages"))


def test_the_lock_file_names_versions_and_no_registry() -> None:
    lock = json.loads(LOCK.read_text())
    rows = [row for name, row in lock["packages"].items() if name]
    assert rows
    assert all("resolved" not in row and row["integrity"].startswith("sha512-") for row in rows)


def test_what_only_the_tests_load_is_not_served(app: Flask) -> None:
    tools = json.loads((LOCK.parent / "package.json").read_text())["devDependencies"]
    assert not {package for package, _ in vendor.FILES.values()} & set(tools)
    for package in tools:
        assert app.test_client().get(f"/vendor/{package}/axe.min.js").status_code == 404
