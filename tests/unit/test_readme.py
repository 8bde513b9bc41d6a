"""The README says what is: its commands, endpoints, settings and example."""

import doctest
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.records import correlations, scans
from app import create_app
from app.access.gate import CHANGES_NOTHING
from app.access.live_door import MESSAGES_PER_SECOND
from app.listeners import MAX_TOPICS
from app.live import MAX_CLIENTS
from tests.fault.results import rows_of
from workers.messages import rooms
from workers.settings import Settings, settings_from

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
NETWORK = (ROOT / "docs" / "network.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
COMMANDS = sorted(set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.M)))  # whatever is given them


@pytest.fixture
def settings_without_servers() -> Settings:
    nowhere = {"MONGO_URL": "mongodb://127.0.0.1:1", "REDIS_URL": "redis://127.0.0.1:1"}
    return settings_from(nowhere | {"SECRET_KEY": "tests"})


def test_its_example_is_true() -> None:
    assert doctest.testfile(str(ROOT / "README.md"), module_relative=False).failed == 0


@pytest.mark.parametrize("target", COMMANDS)
def test_every_command_it_names_is_there(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.M)


@pytest.mark.parametrize("variable", ["FILES", "OPTIONS", "FILE", "REPLACE", "LIVE", "WHAT"])
def test_what_it_says_to_give_a_command_is_what_the_command_takes(variable: str) -> None:
    assert f"{variable}=" in README
    assert f"$({variable})" in MAKEFILE or f"$(if $({variable})," in MAKEFILE


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_every_endpoint_it_names_is_served(settings_without_servers: Settings) -> None:
    app = create_app(settings_without_servers, message_queue=False, background=False)
    served = {
        (method, re.sub(r"<(?:\w+:)?\w+>", "<>", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    named = set(named_addresses(README))
    assert {method for method, _ in named} == {"GET", "POST", "PATCH", "DELETE"}
    assert len(named) > 40
    assert named - served == set()


def named_addresses(text: str) -> Iterator[tuple[str, str]]:
    """Methods and addresses between backticks, whatever stands in a place of them as <>.

    A method alone belongs to the address that comes next: `GET`, `DELETE /api/tasks/<id>`.
    """
    methods: list[str] = []
    for quoted in re.findall(r"`([^`\n]+)`", text):
        found = re.fullmatch(r"(?:(GET|POST|PATCH|DELETE)\b ?)?((?:/api/|/metrics)[^ ?]*)?.*", quoted)
        method, path = found.groups() if found else (None, None)
        if path:
            for each in {*methods, method or "GET"}:
                yield each, re.sub(r"<\w+>|[A-Z]{6,}", "<>", path)
        methods = [method] if method and not path else []


def test_it_names_every_topic_of_live_updates() -> None:
    words = {"symbol": "<SYMBOL>", "timeframe": "<timeframe>", "y": "<Y>", "x": "<X>", "task": "<id>"}
    makers = [
        make for name, make in vars(rooms).items() if name.endswith("_topic") and name != "parsed_topic"
    ]
    topics = {make(*(words[name] for name in inspect.signature(make).parameters)) for make in makers}
    named = re.search(r"Topics: ([^.]+)\.", README)
    assert named is not None
    assert set(re.findall(r"`([^`]+)`", named[1])) == {*topics, rooms.QUALITY, rooms.SYSTEM}


def test_what_it_says_needs_no_form_token_is_what_asks_for_none() -> None:
    named = re.findall(r"^\| `POST /api/(\w+)`.* needs no form token \|$", README, re.M)
    assert {f"correlation.{name}" for name in named} == CHANGES_NOTHING


def test_every_setting_that_the_code_reads_is_described() -> None:
    code = (ROOT / "workers" / "settings.py").read_text()
    read = set(re.findall(r'"([A-Z]{4,}(?:_[A-Z]+)*)"', code)) - {"LIVE", "TESTNET", "SIMULATED", "REPLAY"}
    described = set(re.findall(r"`([A-Z]{4,}(?:_[A-Z]+)*)`", README))
    assert read - described <= {"SOURCE", "CAPTURE"}  # the launcher's own words


def test_the_defaults_it_names_are_those() -> None:
    settings = settings_from({})
    assert (settings.host, settings.port) == ("127.0.0.1", 5000)
    assert (settings.market, settings.stream) == ("spot", "aggTrade")
    assert settings.tick_retention_hours == 24


@pytest.mark.parametrize(
    ("text", "heading", "least"),
    [
        (README, "## What happens when", 10),
        (NETWORK, "## What was tried", 7),
    ],
    ids=["README", "network"],
)
def test_everything_it_promises_under_faults_was_measured_and_passed(
    text: str, heading: str, least: int
) -> None:
    section = text.partition(heading)[2].partition("\n## ")[0]
    promised = [
        re.findall(r"R\d+", row.rpartition(" | ")[2]) for row in section.splitlines() if " | R" in row
    ]
    outcomes: dict[str, set[str]] = {}
    for row in rows_of((ROOT / "docs" / "fault-results.md").read_text()):
        outcomes.setdefault(row.number, set()).add(row.result)
    assert len(promised) > least
    for number in {number for numbers in promised for number in numbers}:
        assert outcomes.get(number) == {"passed"}, number


def test_the_limits_of_live_connections_it_names_are_those() -> None:
    row = next(line for line in NETWORK.splitlines() if line.startswith("| live connections |"))
    assert f"(30) from one address but this machine's, {MAX_CLIENTS} in all;" in row
    assert settings_from({}).clients_per_address == 30
    assert f" {MESSAGES_PER_SECOND:.0f} messages a second, {MAX_TOPICS} topics each;" in row


def test_it_says_of_how_many_symbols_the_rest_is_left_out() -> None:
    words = re.sub(r"\s+", " ", README)
    assert f"Every ordered pair of the watch-list's first {scans.MOST_SYMBOLS} symbols" in words
    assert f"the returns of the watch-list's first {correlations.MOST_SYMBOLS} symbols" in words
