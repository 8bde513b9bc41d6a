"""Instruments: every symbol the exchange offers, as it describes it; the allow-list.

Example document:

    {"_id": "BTCUSDT", "base_asset": "BTC", "quote_asset": "USDT", "status": "TRADING",
     "price_step": "0.01000000", "quantity_step": "0.00001000"}
"""

from collections.abc import Sequence
from decimal import Decimal

from pymongo import ReplaceOne

from analytics.records.market import Instrument
from workers.store.database import Document, collection


def save_instruments(instruments: Sequence[Instrument]) -> None:
    """Replace each instrument by its symbol."""
    if instruments:
        writes = [ReplaceOne({"_id": row.symbol}, _document(row), upsert=True) for row in instruments]
        collection("instruments").bulk_write(writes, ordered=False)


def load_instruments() -> dict[str, Instrument]:
    """Everything the exchange offers, by symbol."""
    return {document["_id"]: _instrument(document) for document in collection("instruments").find()}


def load_offered(symbols: Sequence[str]) -> set[str]:
    """Which of these symbols the exchange offers."""
    found = collection("instruments").find({"_id": {"$in": list(symbols)}}, {"_id": 1})
    return {document["_id"] for document in found}


def _document(row: Instrument) -> Document:
    return {
        "_id": row.symbol,
        "base_asset": row.base_asset,
        "quote_asset": row.quote_asset,
        "status": row.status,
        "price_step": str(row.price_step),
        "quantity_step": str(row.quantity_step),
    }


def _instrument(document: Document) -> Instrument:
    return Instrument(
        symbol=document["_id"],
        base_asset=document["base_asset"],
        quote_asset=document["quote_asset"],
        status=document["status"],
        price_step=Decimal(document["price_step"]),
        quantity_step=Decimal(document["quantity_step"]),
    )
