"""Who is answered, and what the headers say."""

import orjson
import pytest

from app.security import CONTENT_SECURITY_POLICY, HostGuard, host_name


def _answer(host: str) -> tuple[str, dict[str, str], bytes]:
    said: dict[str, object] = {}

    def inner(_environ: object, start_response: object) -> list[bytes]:
        start_response("200 OK", [])  # type: ignore[operator]
        return [b"inside"]

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        said.update(status=status, headers=dict(headers))

    guard = HostGuard(inner, ["127.0.0.1", "localhost", "::1"])
    body = b"".join(guard({"HTTP_HOST": host}, start))  # type: ignore[arg-type]
    return str(said["status"]), said["headers"], body  # type: ignore[return-value]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:5000", "LOCALHOST:80", "[::1]:5000", "localhost"])
def test_own_names_are_answered_whatever_the_port(host: str) -> None:
    assert _answer(host)[2] == b"inside"


@pytest.mark.parametrize(
    "host",
    [
        "evil.org",
        "evil.org:5000",
        "127.0.0.1.evil.org",
        "127.0.0.1@evil.org",
        "",
        "localhost:x",
        "a b",
        "[::1",
    ],
)
def test_a_foreign_host_never_reaches_the_application(host: str) -> None:
    status, headers, body = _answer(host)
    assert status == "400 Bad Request"
    assert orjson.loads(body)["error"]["code"] == "foreign_host"
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    for needed in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        assert needed in CONTENT_SECURITY_POLICY.split("; ")


def test_a_name_without_port_is_itself() -> None:
    assert host_name("gems.example") == "gems.example"
