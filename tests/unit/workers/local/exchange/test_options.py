"""A bad command line ends with one sentence that names the option, and exit code 2."""

import pytest

from workers.local.exchange.options import parse_options


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--synthetic"], "--port"),
        (["--port", "0"], "--synthetic"),
        (["--port", "70000", "--synthetic"], "--port"),
        (["--port", "0", "--synthetic", "--speed", "0"], "--speed"),
        (["--port", "0", "--synthetic", "--seed", "one"], "--seed"),
        (["--port", "0", "--synthetic", "--absent-ids", "0.9"], "--absent-ids"),
        (["--port", "0", "--replay", "/no/such/file.gz"], "/no/such/file.gz"),
        (["--port", "0", "--synthetic", "--market", "coinm"], "--market"),
        (["--port", "0", "--synthetic", "--colour"], "--colour"),
    ],
)
def test_a_bad_option_is_named(words: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_options(words)
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert named in message
    assert message.count("\n") == 1


def test_futures_have_their_own_pings_and_limits() -> None:
    spot = parse_options(["--port", "0", "--synthetic"]).rules
    usdm = parse_options(["--port", "0", "--synthetic", "--market", "usdm"]).rules
    assert (spot.ping_seconds, spot.pong_seconds, spot.incoming_per_second, spot.streams) == (20, 60, 5, 1024)
    assert (usdm.ping_seconds, usdm.pong_seconds, usdm.incoming_per_second, usdm.streams) == (
        180,
        600,
        10,
        200,
    )


def test_an_unnamed_shutdown_lead_comes_from_the_seed() -> None:
    words = ["--port", "0", "--synthetic", "--shutdown-after", "5", "--seed", "3"]
    lead = parse_options(words).shutdown_lead
    assert 0 <= lead <= 600
    assert parse_options(words).shutdown_lead == lead
