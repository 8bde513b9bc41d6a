"""How long an endpoint takes with a day of ticks in the store; against resampling the ticks per request.

    python -m tests.benchmarks.endpoints [hours]

MongoDB, Redis, gunicorn and a computing worker run on this machine; two symbols with 10 ticks a second,
and 98 more with a day of minutes, so that the scan has 9,900 rows.
"stored" asks for what is kept ready, over one connection; "asked for" for what nobody computed before,
another window each time. The baseline reads the ticks of the day for every request and resamples them
with pandas, as the original system did, inside this process and without HTTP.
"""

import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.tsa.stattools import coint

from analytics.records.market import Tick
from analytics.records.scans import WINDOW_BARS
from analytics.timeframes import bar_start
from tests.benchmarks._servers import servers
from tests.factories import bar, random_closes
from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.market_seed import seed_symbols
from tests.integration.web.web_process import WebProcess
from workers.settings import settings_from, use_settings
from workers.store.bars import save_bars
from workers.store.database import collection
from workers.store.market_clock import save_market_clock
from workers.store.pairs import fill_pairs
from workers.store.progress import BarProgress, load_progress, save_progress
from workers.store.seams import HISTORY, JOIN, Seam, save_seam
from workers.store.ticks import ID_BITS, save_ticks, symbol_number
from workers.store.watchlist import add_symbol
from workers.tasks.bars import TICKS_AT_ONCE, build_symbol
from workers.tasks.correlations import compute_correlations
from workers.tasks.pairs import compute_pairs
from workers.tasks.scan import compute_scans

BTC, ETH = "BTCUSDT", "ETHUSDT"
PER_SECOND = 10
SCANNED = 100  # symbols of the scan
REQUESTS = 400
ASKED_FOR = 12
BASELINE_RUNS = 3
CHUNK = 20_000
PAIR = f"x={BTC.lower()}&y={ETH.lower()}"
Ask = tuple[str, str, str | None]  # method, path, body
HEATMAP = json.dumps({"symbols": [BTC, ETH], "tf": "1m"})


def main() -> None:
    """Print the table."""
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 24.0
    with (
        tempfile.TemporaryDirectory() as name,
        servers(Path(name)) as environ,
        use_settings(settings_from(environ)),
    ):
        _fill(hours)
        with (
            WebProcess(environ, log_path=Path(name) / "web.log") as web,
            WorkerProcess(environ, "compute", "bars,analytics", log_path=Path(name) / "compute.log"),
        ):
            _print(web.port)


def _fill(hours: float) -> None:
    """Ticks up to now, their bars and the snapshots of the newest."""
    began, end = time.perf_counter(), bar_start(datetime.now(UTC), "1m")
    start = bar_start(end - timedelta(hours=hours), "1h")
    seed_symbols([BTC, ETH])
    fill_pairs([(ETH, BTC)])
    count = int((end - start).total_seconds()) * PER_SECOND
    prices = _prices(count)
    for symbol in (BTC, ETH):
        for name in (HISTORY, JOIN):
            save_seam(Seam(symbol, name, start, start, start))
        for first in range(0, count, CHUNK):
            save_ticks(_ticks(symbol, prices[symbol], first, min(first + CHUNK, count), start))
        for _ in range(count // TICKS_AT_ONCE + 2):
            build_symbol(symbol, load_progress().get(symbol), end)
    save_market_clock(end)
    for compute in (compute_pairs, compute_correlations):
        compute()
    _fill_scan(end)
    print(f"{2 * count} ticks stored, bars and snapshots made in {time.perf_counter() - began:.0f} s\n")


def _fill_scan(end: datetime) -> None:
    """Symbols with a day of minutes each, and the scan of all."""
    for place in range(SCANNED - 2):
        symbol, closes = f"S{place:02}USDT", random_closes(place, WINDOW_BARS).tolist()
        starts = [end - timedelta(minutes=WINDOW_BARS - k) for k in range(WINDOW_BARS)]
        save_bars(
            [bar(start, "1m", close, symbol=symbol) for start, close in zip(starts, closes, strict=True)]
        )
        save_progress(BarProgress(symbol, 1, end))
        save_seam(Seam(symbol, HISTORY, end, end, None))
        add_symbol(symbol)
    compute_scans()


def _prices(count: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    steps = 0.00002 * rng.standard_normal((2, count))
    market = steps[0].cumsum()
    own = 0.001 * np.sin(np.arange(count) / 9_000) + 0.1 * steps[1].cumsum()
    return {BTC: 60_000 * np.exp(market), ETH: 3_000 * np.exp(1.2 * market + own)}


def _ticks(symbol: str, prices: np.ndarray, first: int, last: int, start: datetime) -> list[Tick]:
    step = timedelta(seconds=1 / PER_SECOND)
    return [
        Tick(symbol, id, float(prices[id]), 0.1, start + id * step, start + id * step, id % 2 == 0, id, id)
        for id in range(first, last)
    ]


def _print(port: int) -> None:
    bars, pair = _seconds(_plain_bars), _seconds(_plain_pair)
    cells = ("stored", "p50 ms", "p99 ms", "goal p50", "resampling, ms", "ratio")
    print(f"{cells[0]:<36}" + "".join(f"{cell:>16}" for cell in cells[1:]))
    for path, body, goal, baseline in (
        (f"/api/get_ohlc?symbol={BTC.lower()}&tf=1m&limit=500", None, 5, bars),
        (f"/api/pair_analytics?{PAIR}", None, 10, pair),
        (f"/api/pair_cointegration?{PAIR}&window=60", None, 10, pair),
        ("/api/corr_heatmap", HEATMAP, 10, pair),
        ("/api/scan/columns?tf=1m&limit=5000", None, 10, None),
    ):
        times = _asked(port, [("POST" if body else "GET", path, body)] * REQUESTS)
        shown = f"{1000 * baseline:>16.0f}{baseline / median(times):>15.0f}x" if baseline else ""
        print(f"{path.partition('?')[0]:<36}{_milliseconds(times)}{goal:>16}{shown}")
    windows = range(61, 61 + ASKED_FOR)
    asks: list[Ask] = [("GET", f"/api/pair_cointegration?{PAIR}&window={window}", None) for window in windows]
    print(f"{'pair_cointegration, asked for':<36}{_milliseconds(_asked(port, asks))}")


def _asked(port: int, asks: list[Ask]) -> list[float]:
    """Seconds of each request, over one connection that is open already."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for ask in [asks[0], *asks]:
        began = time.perf_counter()
        status, words = _answer(connection, ask)
        while status == 202:  # a busy machine: it was not there within two seconds
            status, words = _answer(connection, ask)
        times.append(time.perf_counter() - began)
        assert status == 200, (ask, status, words[:300])
    connection.close()
    return times[1:]


def _answer(connection: http.client.HTTPConnection, ask: Ask) -> tuple[int, bytes]:
    method, path, body = ask
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def _milliseconds(times: list[float]) -> str:
    return f"{1000 * median(times):>16.1f}{1000 * float(np.quantile(times, 0.99)):>16.1f}"


def _seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(BASELINE_RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times)


def _resampled(symbol: str) -> pd.DataFrame:
    base = symbol_number(symbol) << ID_BITS
    query = {"_id": {"$gte": base, "$lt": base + (1 << ID_BITS)}}
    fields = {"_id": 0, "price": 1, "quantity": 1, "traded_at": 1}
    rows = collection("ticks").find(query, fields, batch_size=CHUNK)
    frame = pd.DataFrame(list(rows)).set_index("traded_at")
    bars = frame["price"].resample("1min").ohlc()
    bars["volume"] = frame["quantity"].resample("1min").sum()
    return bars


def _plain_bars() -> str:
    return str(_resampled(BTC).tail(500).reset_index().to_json(orient="records", date_format="iso"))


def _plain_pair() -> str:
    both = pd.DataFrame({"y": _resampled(ETH)["close"], "x": _resampled(BTC)["close"]}).dropna()
    fit = sm.OLS(both["y"], sm.add_constant(both["x"])).fit()
    spread = fit.resid
    score = (spread - spread.rolling(60).mean()) / spread.rolling(60).std()
    t, p, _ = coint(both["y"], both["x"])
    correlation = both["y"].pct_change().rolling(60).corr(both["x"].pct_change())
    figures = {"t": t, "p": p, "z": score.tolist(), "spread": spread.tolist(), "corr": correlation.iloc[-1]}
    return json.dumps(figures)


if __name__ == "__main__":
    main()
