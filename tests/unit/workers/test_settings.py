"""Settings: good ones are understood, bad ones are named, secrets are not shown."""

import pytest

from workers.settings import BadSetting, binance_network, settings_from

LOCAL = {"BINANCE_WS_URL": "ws://127.0.0.1:9000", "BINANCE_REST_URL": "http://127.0.0.1:9000"}


def test_without_a_word_it_is_binance_live_on_loopback() -> None:
    settings = settings_from({})
    assert (settings.source, settings.market, settings.stream) == ("LIVE", "spot", "aggTrade")
    assert (settings.host, settings.port) == ("127.0.0.1", 5000)
    assert settings.binance_ws_url == "wss://stream.binance.com:9443"


def test_an_exchange_of_our_own_is_never_live() -> None:
    assert settings_from(LOCAL).source == "SIMULATED"
    with pytest.raises(BadSetting, match=r"^SOURCE: only Binance's own hosts may be LIVE"):
        settings_from(LOCAL | {"SOURCE": "LIVE"})


def test_half_of_the_addresses_being_binance_s_is_not_live_either() -> None:
    with pytest.raises(BadSetting, match=r"^SOURCE"):
        settings_from({"BINANCE_REST_URL": "http://127.0.0.1:9000"})


@pytest.mark.parametrize("source", ["SIMULATED", "REPLAY"])
def test_binance_is_never_called_something_else(source: str) -> None:
    with pytest.raises(BadSetting, match=r"^SOURCE"):
        settings_from({"SOURCE": source})


@pytest.mark.parametrize(
    "url",
    ["wss://binance.com.evil.org", "wss://evil.org/stream.binance.com", "wss://evilbinance.com",
     "wss://stream.binance.com@evil.org", "wss://evil.org#.binance.com", "ws://127.0.0.1"],
)  # fmt: skip
def test_a_look_alike_is_not_binance(url: str) -> None:
    assert binance_network(url) is None


TESTNETS = [
    ("wss://stream.testnet.binance.vision", "https://testnet.binance.vision"),
    ("wss://demo-stream.binance.com", "https://demo-api.binance.com"),
    ("wss://stream.binancefuture.com", "https://testnet.binancefuture.com"),
]


@pytest.mark.parametrize(("stream", "rest"), TESTNETS)
def test_a_testnet_is_never_live_and_has_a_database_of_its_own(stream: str, rest: str) -> None:
    addresses = {"BINANCE_WS_URL": stream, "BINANCE_REST_URL": rest}
    settings = settings_from(addresses)
    assert (settings.source, settings.database) == ("TESTNET", "gemscap_testnet_spot_aggtrade")
    for source in ("LIVE", "SIMULATED"):
        with pytest.raises(BadSetting, match=r"^SOURCE"):
            settings_from(addresses | {"SOURCE": source})


@pytest.mark.parametrize("source", [{}, {"SOURCE": "LIVE"}, {"SOURCE": "TESTNET"}])
def test_trades_of_one_network_are_not_repaired_from_another(source: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match=r"^SOURCE"):
        settings_from({"BINANCE_REST_URL": "https://testnet.binance.vision"} | source)


def test_binance_s_market_data_hosts_are_live() -> None:
    hosts = {
        "BINANCE_WS_URL": "wss://data-stream.binance.vision",
        "BINANCE_REST_URL": "https://data-api.binance.vision",
    }
    assert settings_from(hosts).source == "LIVE"


def test_the_spool_lies_beside_the_other_local_data() -> None:
    assert settings_from({}).spool_dir == ".local/spool"
    assert settings_from({"LOCAL_DIR": "/some/where"}).spool_dir == "/some/where/spool"
    assert settings_from({"LOCAL_DIR": "/some/where", "SPOOL_DIR": "/a/disk"}).spool_dir == "/a/disk"


def test_each_source_has_a_database_of_its_own() -> None:
    environs = [
        {},
        {"MARKET": "usdm"},
        {"STREAM": "trade"},
        LOCAL,
        LOCAL | {"SEED": "2"},
        LOCAL | {"SEED": "2", "RATE": "600"},
        LOCAL | {"SOURCE": "REPLAY", "CAPTURE": "20240808-ab12"},
        LOCAL | {"SOURCE": "REPLAY", "CAPTURE": "20240809-cd34"},
    ]
    names = [settings_from(environ).database for environ in environs]
    assert len(set(names)) == len(names)
    assert names[0] == "gemscap_live_spot_aggtrade"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MARKET", "coinm"),
        ("STREAM", "depth"),
        ("BOOK_TICKER", "yes"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "5000.5"),
        ("PORT", "http"),
        ("SHARDS", "0"),
        ("SHARDS", "65"),
        ("SHARDS", "1.5"),
        ("SPOOL_GB", "0.01"),
        ("TICK_RETENTION_HOURS", "0"),
        ("TICK_RETENTION_HOURS", "nan"),
        ("MONGO_URL", "http://127.0.0.1"),
        ("REDIS_URL", "localhost:6379"),
        ("BINANCE_WS_URL", "https://stream.binance.com"),
        ("SYMBOLS", "BTC/USDT"),
        ("SYMBOLS", "BTCUSDT@trade"),
        ("PAIRS", "ETHUSDT"),
        ("PAIRS", "ETHUSDT/ETHUSDT"),
        ("SESSION_HOURS", "0"),
        ("TRUSTED_PROXIES", "my-proxy"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("CLIENTS_PER_ADDRESS", "0"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: "):
        settings_from(LOCAL | {name: value})


def test_what_becomes_the_name_of_a_database_is_plain() -> None:
    for name, environ in (("SEED", {}), ("RATE", {}), ("CAPTURE", {"SOURCE": "REPLAY"})):
        with pytest.raises(BadSetting, match=name):
            settings_from(LOCAL | environ | {name: "../../etc"})


def test_futures_have_no_trade_stream() -> None:
    with pytest.raises(BadSetting, match=r"^STREAM"):
        settings_from({"MARKET": "usdm", "STREAM": "trade"})


def test_symbols_and_pairs_are_taken_in_any_case_and_once() -> None:
    settings = settings_from({"SYMBOLS": "btcusdt, ETHUSDT,btcusdt,", "PAIRS": "ethusdt/btcusdt"})
    assert settings.symbols == ("BTCUSDT", "ETHUSDT")
    assert settings.pairs == (("ETHUSDT", "BTCUSDT"),)


def test_the_address_that_is_listened_on_is_a_name_that_is_answered() -> None:
    assert "192.168.1.5" in settings_from({"HOST": "192.168.1.5"}).allowed_hosts
    assert settings_from({"HOST": "0.0.0.0"}).allowed_hosts == settings_from({}).allowed_hosts


def test_secrets_are_not_in_its_text() -> None:
    urls = {"MONGO_URL": "mongodb://u:s3cret@127.0.0.1", "REDIS_URL": "redis://:s3cret@127.0.0.1"}
    assert "s3cret" not in repr(settings_from(LOCAL | urls | {"SECRET_KEY": "s3cret"}))


def test_a_refused_address_does_not_show_its_password() -> None:
    with pytest.raises(BadSetting) as refused:
        settings_from(LOCAL | {"MONGO_URL": "http://u:s3cret@127.0.0.1"})
    assert "s3cret" not in str(refused.value)
