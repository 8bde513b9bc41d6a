"""Real market data that lies beside the repository; never copied into it."""

from pathlib import Path

import pandas as pd
import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"

KLINE_SYMBOLS = ("BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT")


def captured(name: str) -> Path:
    """A file of the captured data by its path in the catalogue; skips the test without it."""
    path = _FOLDER / name
    if not path.exists():
        pytest.skip(f"captured market data is not here: {path}")
    return path


def captured_klines(symbol: str, timeframe: str) -> pd.DataFrame:
    """The exchange's own bars: open, high, low, close, volume by start."""
    frame = pd.read_parquet(captured(f"klines/{symbol}-{timeframe}.parquet"))
    return frame.set_index("open_time").rename_axis("start")


def captured_trades(symbol: str) -> pd.DataFrame:
    """Ten minutes of a symbol's real trades, as `bars_from_ticks` takes them."""
    trades = pd.read_csv(captured(f"captures/spot/expected/{symbol}-spot-trades.csv.gz"))
    columns = trades.rename(columns={"t": "id", "p": "price", "q": "quantity", "m": "buyer_is_maker"})
    traded_at = pd.to_datetime(trades["T"], unit="ms", utc=True)
    return columns[["id", "price", "quantity", "buyer_is_maker"]].assign(traded_at=traded_at)
