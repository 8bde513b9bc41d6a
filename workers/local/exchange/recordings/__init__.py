"""Captured market data: one reader per file format, and the tape they become.

Nothing here writes; the exchange replays what a file holds and adds no trade.
"""
