"""The faults of the exchange: each does what its name says, is counted, and leaves the ledger alone."""

import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import websocket

from tests.integration.exchange.running import Running, is_closed_within, messages, running
from workers.local.exchange.malformed import MALFORMED

ETH = "/stream?streams=ethusdt@aggTrade"
WAIT = 15.0


@pytest.fixture(scope="module")
def exchange() -> Iterator[Running]:
    words = ("--synthetic", "--seed", "3", "--rate", "2000", "--control-port", "0", "--ping-seconds", "0.3")
    with running(*words) as running_one:
        yield running_one


@pytest.fixture(autouse=True)
def _healthy_again(exchange: Running) -> Iterator[None]:
    yield
    exchange.control.off()


def trades(client: websocket.WebSocket, count: int) -> list[dict[str, Any]]:
    """So many trades as they come."""
    found: list[dict[str, Any]] = []
    for message in messages(client):
        found.append(message["data"])
        if len(found) == count:
            return found
    raise AssertionError


def is_silent(client: websocket.WebSocket, seconds: float) -> bool:
    """Whether nothing at all comes, pings included; what was on the way already does not count."""
    client.settimeout(0.3)
    for _ in range(100_000):
        try:
            client.recv_frame()
        except websocket.WebSocketTimeoutException:
            break
    client.settimeout(seconds)
    with pytest.raises(websocket.WebSocketTimeoutException):
        client.recv_frame()
    return True


def test_the_ledger_holds_what_the_stream_brings(exchange: Running) -> None:
    got = trades(exchange.connect(ETH), 300)
    rows = exchange.control.ledger("ETHUSDT", got[0]["a"], got[-1]["a"])
    assert rows == [[t["a"], t["p"], t["q"], t["T"], t["m"], t["f"], t["l"]] for t in got]
    assert exchange.control.newest()["ETHUSDT"] >= got[-1]["a"]


def test_the_ledger_of_single_trades(exchange: Running) -> None:
    got = trades(exchange.connect("/stream?streams=ethusdt@trade"), 100)
    rows = exchange.control.ledger("ETHUSDT", got[0]["t"], got[-1]["t"], "trade")
    assert rows == [[t["t"], t["p"], t["q"], t["T"], t["m"], t["t"], t["t"]] for t in got]


def test_a_black_hole_keeps_the_connection_and_says_nothing(exchange: Running) -> None:
    client = exchange.connect(ETH)
    trades(client, 5)
    exchange.control.on("black_hole", connections="open")
    assert is_silent(client, 1.5)
    assert trades(exchange.connect(ETH), 5)
    exchange.control.off()
    client.settimeout(WAIT)
    assert trades(client, 5)


def test_a_black_hole_over_all_answers_no_handshake(exchange: Running) -> None:
    exchange.control.on("black_hole")
    with pytest.raises(websocket.WebSocketTimeoutException):
        websocket.create_connection(exchange.ws_url + ETH, timeout=1.0)


def test_a_reset_is_felt_as_one(exchange: Running) -> None:
    client = exchange.connect(ETH)
    trades(client, 5)
    assert exchange.control.reset() >= 1
    with pytest.raises(ConnectionResetError):
        trades(client, 20_000)


def test_handshakes_are_reset_as_often_as_asked(exchange: Running) -> None:
    exchange.control.on("reset_handshakes", times=2)
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            exchange.connect(ETH)
    assert trades(exchange.connect(ETH), 1)


def test_a_delay_keeps_the_order(exchange: Running) -> None:
    client = exchange.connect(ETH)
    exchange.control.on("delay", ms=700)
    trades(client, 600)
    late = trades(client, 200)
    assert time.time() * 1000 - late[-1]["T"] >= 600
    assert [t["a"] for t in late] == list(range(late[0]["a"], late[-1]["a"] + 1))


def test_duplicates_come_twice_and_are_counted(exchange: Running) -> None:
    client = exchange.connect(ETH)
    before = exchange.control.count("duplicate")
    exchange.control.on("duplicate", share=0.2)
    trades(client, 400)
    exchange.control.off()
    injected = exchange.control.count("duplicate") - before
    assert injected > 30


def test_reordered_messages_are_all_there(exchange: Running) -> None:
    client = exchange.connect(ETH)
    trades(client, 1)
    exchange.control.on("reorder", ms=300)
    ids = [t["a"] for t in trades(client, 800)]
    assert ids != sorted(ids)
    exchange.control.off()
    ids += [t["a"] for t in trades(client, 800)]
    assert set(range(min(ids) + 200, max(ids) - 200)) <= set(ids)


def test_dropped_ids_never_come_and_are_in_rest(exchange: Running) -> None:
    first, second = exchange.connect(ETH), exchange.connect(ETH)
    trades(first, 5)
    trades(second, 5)
    exchange.control.on("drop", share=0.1, times=10)
    pairs = [(trades(first, 1)[0]["a"], trades(second, 1)[0]["a"]) for _ in range(600)]  # both are read
    ids, others = [id for id, _ in pairs], {id for _, id in pairs}
    lost = sorted(set(range(ids[0], ids[-1] + 1)) - set(ids))
    assert 5 <= len(lost) <= 10
    assert not others & set(lost)
    listed = exchange.json("/api/v3/aggTrades", symbol="ETHUSDT", fromId=lost[0], limit=1)
    assert listed[0]["a"] == lost[0]


def test_a_muted_stream_is_acknowledged_and_silent(exchange: Running) -> None:
    client = exchange.connect("/stream?streams=ethusdt@aggTrade/btcusdt@aggTrade")
    exchange.control.on("mute", streams="ethusdt@aggTrade", connections="open")
    trades(client, 200)
    assert {t["s"] for t in trades(client, 200)} == {"BTCUSDT"}
    assert "ETHUSDT" in {
        t["s"] for t in trades(exchange.connect("/stream?streams=ethusdt@aggTrade/btcusdt@aggTrade"), 200)
    }


def test_pings_stop(exchange: Running) -> None:
    client = exchange.connect("/ws")
    assert client.recv_frame().opcode == websocket.ABNF.OPCODE_PING
    exchange.control.on("stop_pinging")
    assert is_silent(client, 1.0)


def test_each_malformed_message_is_sent_beside_the_good_ones(exchange: Running) -> None:
    client = exchange.connect(ETH)
    before = exchange.control.counts()
    exchange.control.on("corrupt", every=5)
    ids, unreadable = [], 0
    while len(ids) < 300:
        raw = client.recv_data()[1]
        try:
            event = orjson.loads(raw)["data"]
            unreadable += not ("a" in event and event["s"] == "ETHUSDT")
            ids += [event["a"]] if event["s"] == "ETHUSDT" else []
        except (orjson.JSONDecodeError, TypeError, KeyError):
            unreadable += 1
    assert ids == list(range(ids[0], ids[-1] + 1))
    counts = exchange.control.counts()
    assert all(counts[f"corrupt.{kind}"] > before.get(f"corrupt.{kind}", 0) for kind in MALFORMED)
    assert 0 < unreadable <= counts["corrupt"] - before.get("corrupt", 0)


def test_a_huge_frame_of_the_size_asked_for(exchange: Running) -> None:
    exchange.control.on("huge", bytes=3_000_000, connections="1")
    client = exchange.connect(ETH)
    assert max(len(client.recv()) for _ in range(400)) == 3_000_000


def test_fragments_make_whole_messages(exchange: Running) -> None:
    client = exchange.connect(ETH)
    trades(client, 20)
    exchange.control.on("fragment", parts=4)
    ids = [t["a"] for t in trades(client, 300)]
    assert ids == list(range(ids[0], ids[-1] + 1))
    assert exchange.control.count("fragment") >= 200


def test_the_end_is_announced_and_comes(exchange: Running) -> None:
    client = exchange.connect("/ws")
    exchange.control.shutdown(lead=0.5)
    assert orjson.loads(client.recv())["e"] == "serverShutdown"
    assert is_closed_within(client, 3.0)


@pytest.mark.parametrize("answer", ["429", "418", "403", "502", "-1007"])
def test_rest_refuses_as_told(exchange: Running, answer: str) -> None:
    exchange.control.on("rest", answer=answer, seconds=1, endpoints="aggTrades")
    refused = exchange.get("/api/v3/aggTrades", symbol="ETHUSDT")
    assert refused.status == (408 if answer == "-1007" else int(answer))
    assert refused.headers.get("Retry-After") == ("1" if answer in ("429", "418") else None)
    assert exchange.get("/api/v3/time").status == 200


def test_asking_in_the_time_of_rest_is_counted(exchange: Running) -> None:
    time.sleep(1.1)  # an earlier time of rest, of the test before this one, is over
    before = exchange.control.count("rest.asked_while_told_to_wait")
    exchange.control.on("rest", answer="429", seconds=2, times=1)
    for _ in range(3):
        exchange.get("/api/v3/time")
    assert exchange.control.count("rest.asked_while_told_to_wait") == before + 2


def test_rest_stalls_and_answers_then(exchange: Running) -> None:
    exchange.control.on("rest", answer="stall", seconds=1, times=1)
    began = time.monotonic()
    assert exchange.get("/api/v3/time").status == 200
    assert time.monotonic() - began >= 1.0


def test_what_was_asked_is_on_record(exchange: Running) -> None:
    since = time.time()
    exchange.get("/api/v3/aggTrades", symbol="ETHUSDT", limit=1)
    exchange.connect("/ws").close()
    asked = [(target, status) for _, target, status in exchange.control.requests(since)]
    assert asked == [("/api/v3/aggTrades?symbol=ETHUSDT&limit=1", 200), ("/ws", 0)]


BAD: list[tuple[str, dict[str, object]]] = [
    ("flood", {}),
    ("delay", {}),
    ("duplicate", {"share": 2}),
    ("delay", {"ms": "much"}),
    ("mute", {"who": "x"}),
]


@pytest.mark.parametrize(("name", "given"), BAD)
def test_a_fault_that_cannot_be_is_refused(exchange: Running, name: str, given: dict[str, object]) -> None:
    with pytest.raises(AssertionError, match="error"):
        exchange.control.on(name, **given)
