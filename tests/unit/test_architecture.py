"""Who may import whom: the table of the house style, held against every module there is."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("analytics", "workers", "app")
ENTRY_POINTS = ("wsgi", "celeryconfig")


@dataclass(frozen=True)
class MayImport:
    """What a module may import besides the standard library and its own folder."""

    ours: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    own_folder: bool = True


# Without pandas, because the web and the stream load them.
RECORDS = ("analytics.records", "analytics.timeframes", "analytics.errors")
LIGHT = (*RECORDS, "analytics.quality", "analytics.forming")
FRAMES = (*LIGHT, "analytics.grid", "analytics.bars", "analytics.series")
STATISTICS = ("numpy", "pandas", "scipy", "statsmodels", "talib")
SETTINGS = "workers.settings"
REACHES_THE_WORLD = ("workers.store", "workers.binance", "workers.messages", "workers.publish", SETTINGS)
# Named to be caught, where the loss of a server is outlived; never to be spoken to.
LOST_SERVERS = ("pymongo.errors", "redis.exceptions")

# One row per module or folder, upwards; the longest name that fits counts.
TABLE: dict[str, MayImport] = {
    "analytics": MayImport(own_folder=False),
    "analytics.errors": MayImport(),
    "analytics.timeframes": MayImport(RECORDS),
    "analytics.records": MayImport(RECORDS),
    "analytics.quality": MayImport(RECORDS),
    "analytics.forming": MayImport(RECORDS),
    "analytics.live_bars": MayImport(LIGHT),
    "analytics.minute_table": MayImport(RECORDS),
    "analytics.second_bars": MayImport(LIGHT),
    "analytics.thinning": MayImport(RECORDS),
    "analytics.grid": MayImport(RECORDS, ("numpy", "pandas")),
    "analytics.bars": MayImport((*LIGHT, "analytics.grid"), ("numpy", "pandas")),
    "analytics.series": MayImport(FRAMES, ("numpy", "pandas")),
    "analytics.summary": MayImport(FRAMES, ("numpy", "pandas")),
    "analytics.kernels": MayImport((), ("numpy", "numba")),
    "analytics.indicators": MayImport((*FRAMES, "analytics.kernels"), STATISTICS),
    "analytics.pairs": MayImport((*FRAMES, "analytics.kernels"), STATISTICS),
    "analytics.strategies": MayImport(
        (*FRAMES, "analytics.kernels", "analytics.indicators", "analytics.pairs"), STATISTICS
    ),
    "analytics.selftest": MayImport((*FRAMES, "analytics.pairs"), STATISTICS),
    "analytics.trading": MayImport((*RECORDS, "analytics.strategies"), STATISTICS),
    "analytics.backtest": MayImport(("analytics",), STATISTICS),
    "analytics.alerts": MayImport(RECORDS),
    "workers": MayImport(own_folder=False),
    "workers.settings": MayImport(),
    "workers.logs": MayImport((SETTINGS,)),
    "workers.gunicorn_logs": MayImport(("workers.logs",), ("gunicorn",)),
    "workers.coordination": MayImport((SETTINGS,), ("redis",)),
    "workers.coordination.rate_limits": MayImport(("workers.coordination", SETTINGS), ("limits",)),
    "workers.messages": MayImport((*RECORDS, SETTINGS)),
    "workers.publish": MayImport(
        ("workers.messages", "workers.coordination", SETTINGS), ("socketio", *LOST_SERVERS)
    ),
    "workers.store": MayImport((*RECORDS, SETTINGS), ("pymongo", "bson")),
    # A window is cut to what is known where it is loaded, so that no reader can forget it.
    "workers.store.covered_time": MayImport((*RECORDS, "analytics.quality", "workers.store")),
    "workers.store.known_closes": MayImport((*RECORDS, "analytics.quality", "workers.store")),
    "workers.binance": MayImport((*RECORDS, "workers.coordination", SETTINGS), ("urllib3", "orjson")),
    "workers.imports": MayImport(
        (
            *LIGHT,
            "analytics.second_bars",
            "workers.store",
            "workers.binance",
            "workers.coordination",
            "workers.logs",
            SETTINGS,
        ),
        ("orjson", *LOST_SERVERS),
    ),
    "workers.access": MayImport(
        (*RECORDS, "workers.store", "workers.logs", SETTINGS), ("werkzeug.security", *LOST_SERVERS)
    ),
    "workers.cli": MayImport(
        (
            "analytics.pairs",
            *RECORDS,
            *REACHES_THE_WORLD,
            "workers.coordination",
            "workers.imports",
            "workers.stream.link",
            "workers.logs",
        ),
        LOST_SERVERS,
    ),
    "workers.backup": MayImport(("workers.store", "workers.logs", SETTINGS), LOST_SERVERS),
    "workers.heartbeat": MayImport(("workers.store", SETTINGS), LOST_SERVERS),
    "workers.stream": MayImport(
        (
            *LIGHT,
            "analytics.live_bars",
            *REACHES_THE_WORLD,
            "workers.coordination",
            "workers.heartbeat",
        ),
        ("picows", *LOST_SERVERS),
    ),
    "workers.stream.step": MayImport(
        ("workers.stream", "workers.heartbeat", "workers.store", SETTINGS), ("celery",)
    ),
    "workers.trading": MayImport(("analytics", *REACHES_THE_WORLD), ("urllib3", "orjson")),
    "workers.notify": MayImport(("analytics", *REACHES_THE_WORLD), ("urllib3", "orjson")),
    "workers.celery_app": MayImport(
        (
            "workers.stream.step",
            "workers.task_clock",
            "workers.heartbeat",
            "workers.logs",
            "workers.store",
            SETTINGS,
        ),
        ("celery", "kombu", "click"),
    ),
    "workers.task_clock": MayImport(("workers.coordination",), ("celery",)),
    "workers.scheduler": MayImport(("workers.coordination", SETTINGS), ("celery", *LOST_SERVERS)),
    "workers.tasks": MayImport(
        (
            "analytics",
            *REACHES_THE_WORLD,
            "workers.coordination",
            "workers.imports",
            "workers.trading",
            "workers.notify",
            "workers.running_job",
            "workers.watched_bars",
            "workers.reports",
            "workers.logs",
        ),
        ("celery",),
        own_folder=False,  # stages meet in the store
    ),
    "workers.watched_bars": MayImport(("workers.store",)),
    "workers.reports": MayImport((*RECORDS, "analytics.thinning"), ("plotly",)),
    "workers.jobs": MayImport((SETTINGS,), ("celery", "kombu.exceptions")),
    "workers.running_job": MayImport(
        (
            *RECORDS,
            "workers.coordination",
            "workers.messages",
            "workers.publish",
            "workers.store",
        ),
        ("celery.exceptions", *LOST_SERVERS),
    ),
    "workers.local": MayImport(
        (SETTINGS,), ("numpy", "orjson", "picows", "pymongo", "redis", "supervisor", "uvloop", "playwright")
    ),
    "workers.local.kernels": MayImport(
        ("workers.local", "analytics.pairs", "analytics.records", "analytics.strategies"), ("numpy", "pandas")
    ),
    "app": MayImport(
        (
            *RECORDS,
            "workers.store",
            "workers.coordination",
            "workers.messages",
            "workers.access",
            "workers.jobs",
            "workers.logs",
            SETTINGS,
        ),
        ("flask", "flask_socketio", "werkzeug", "socketio", "engineio", "simple_websocket", "orjson"),
    ),
    # No range of bars has a stored stamp: docs/decisions/0019.
    "app.bar_wholeness": MayImport((*RECORDS, "analytics.quality", "app.bar_history", "workers.store")),
    "app.metrics": MayImport((*RECORDS, "app", "workers.store", SETTINGS), ("flask", "prometheus_client")),
    "app.metric_families": MayImport(("workers.coordination",), ("prometheus_client",)),
    "app.transfer": MayImport((), ("flask", "flask_compress")),
    "app.exports": MayImport(
        (*RECORDS, "analytics.minute_table", "app.errors", "workers.messages", "workers.store", SETTINGS),
        ("flask", "orjson"),
    ),
    "app.imports": MayImport(
        (
            *RECORDS,
            "app.disk",
            "app.errors",
            "workers.imports",
            "workers.messages",
            "workers.store",
            SETTINGS,
        ),
        ("flask", "werkzeug"),
    ),
    "app.exports.parquet_file": MayImport(("app.exports",), ("orjson", "pyarrow")),
    "wsgi": MayImport(("app", "workers.logs", "workers.store", SETTINGS)),
    "celeryconfig": MayImport((SETTINGS,), ("kombu", "celery")),
}

# What pure mathematics has no use for: the environment, the clock, the log, the network, the disk.
IMPURE = {
    *("asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "select", "shutil"),
    *("signal", "socket", "subprocess", "tempfile", "threading", "time", "urllib"),
}
CLOCKS = {"now", "utcnow", "today"}
# Their inits list public functions, or make the application.
INITS_THAT_IMPORT = ("analytics.indicators", "analytics.pairs", "app")
HEAVY = {"pandas", "numpy", "scipy", "statsmodels", "talib", "numba"}


def _modules() -> Iterator[tuple[str, Path]]:
    """Every module of ours by its dotted name; a package goes by its folder's."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path
    for name in ENTRY_POINTS:
        if (ROOT / f"{name}.py").exists():
            yield name, ROOT / f"{name}.py"


MODULES = dict(_modules())
every_module = pytest.mark.parametrize("module", MODULES)


def imported_names(source: str) -> list[str]:
    """Dotted names a source imports, anywhere in it but for the type checker alone."""
    tree = ast.parse(source)
    skipped = {id(node) for block in ast.walk(tree) if _is_for_types(block) for node in ast.walk(block)}
    names: list[str] = []
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
    return names


def forbidden_imports(module: str, source: str) -> list[str]:
    """What a module imports although its row of the table does not name it."""
    row_name = _row_of(module)
    row = TABLE[row_name]
    allowed = (*row.ours, *row.others, *((row_name,) if row.own_folder else ()))
    return [
        name
        for name in imported_names(source)
        if not _is_within(name, allowed) and not _is_standard(name, pure=module.startswith("analytics"))
    ]


def clock_readings(source: str) -> list[int]:
    """Lines at which a source asks what time it is."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [
        call.lineno for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in CLOCKS
    ]


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _row_of(module: str) -> str:
    return max((name for name in TABLE if _is_within(module, (name,))), key=len)


def _is_within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def _is_standard(name: str, *, pure: bool) -> bool:
    top = name.split(".")[0]
    return top in sys.stdlib_module_names and not (pure and top in IMPURE)


@every_module
def test_a_module_imports_only_what_its_row_names(module: str) -> None:
    assert forbidden_imports(module, MODULES[module].read_text()) == []


@every_module
def test_every_module_has_a_row_of_its_own(module: str) -> None:
    """A new folder is placed in the table before anything is put into it."""
    assert _row_of(module) not in ("analytics", "workers") or MODULES[module].name == "__init__.py"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("analytics")])
def test_pure_mathematics_asks_no_clock(module: str) -> None:
    assert clock_readings(MODULES[module].read_text()) == []


@pytest.mark.parametrize("module", [name for name, path in MODULES.items() if path.name == "__init__.py"])
def test_an_init_the_web_passes_imports_nothing(module: str) -> None:
    if not _is_within(module, INITS_THAT_IMPORT):
        assert imported_names(MODULES[module].read_text()) == []


def test_the_indicators_are_listed_where_notebooks_look_for_them() -> None:
    listed = imported_names(MODULES["analytics.indicators"].read_text())
    functions = {name.rpartition(".")[2] for name in listed}
    assert functions >= {"sma", "ema", "rsi", "macd", "bollinger", "atr", "vwap", "true_range"}


@pytest.mark.parametrize("process", ["records", "app", "workers.stream"])
def test_what_the_web_and_the_stream_load_is_light(process: str) -> None:
    prefixes = (*LIGHT, "analytics.live_bars") if process == "records" else (process,)
    modules = [name for name in MODULES if _is_within(name, prefixes)]
    if not modules:
        pytest.skip(f"{process} is not built yet")
    program = f"import sys; import {', '.join(modules)}; print(*({HEAVY!r} & sys.modules.keys()))"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout.strip()) == (0, ""), run.stderr


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("analytics.records.market", "import pandas", "pandas"),
        ("analytics.bars", "def f():\n    from workers.store import ticks", "workers.store.ticks"),
        ("analytics.bars", "import logging", "logging"),
        ("analytics.bars", "from analytics import indicators", "analytics.indicators"),
        ("analytics.kernels.adf", "import pandas as pd", "pandas"),
        ("workers.messages.market", "import pymongo", "pymongo"),
        ("workers.stream.buffer", "import analytics.indicators.snapshot", "analytics.indicators.snapshot"),
        ("workers.stream.buffer", "from pymongo import MongoClient", "pymongo.MongoClient"),
        ("workers.stream.connection", "from celery import bootsteps", "celery.bootsteps"),
        ("workers.tasks.pairs", "from workers.tasks.bars import build", "workers.tasks.bars.build"),
        ("workers.tasks.pairs", "from . import bars", "..bars"),
        ("workers.tasks.pairs", "import workers.local.launch", "workers.local.launch"),
        ("workers.local.exchange.rest", "import workers.binance.feed", "workers.binance.feed"),
        ("app.live", "from workers.publish import publish", "workers.publish.publish"),
        ("app.api.bars", "import analytics.bars", "analytics.bars"),
        ("app.api.bars", "import pymongo.errors", "pymongo.errors"),
        ("app.api.bars", "import workers.storefront", "workers.storefront"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str, found: str) -> None:
    assert forbidden_imports(module, source) == [found]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("analytics.indicators.bands", "from analytics.indicators.stretches import Values\nimport talib"),
        ("workers.stream.live", "from analytics.forming import FormingBar\nimport time"),
        ("workers.stream.step", "from celery import bootsteps\nimport workers.stream.capture"),
        ("app.live", "from workers.store import bars\nfrom analytics.records.market import Bar"),
        ("app.live", "if TYPE_CHECKING:\n    import pandas"),
    ],
)
def test_an_allowed_import_is_let_pass(module: str, source: str) -> None:
    assert forbidden_imports(module, source) == []


def test_a_look_at_the_clock_is_found() -> None:
    assert clock_readings("x = 1\ny = datetime.now(UTC)") == [2]
