"""A simulated exchange that speaks Binance's protocol: one sequence of trades per symbol feeds everything.

market/      the synthetic market: a function of seed and absolute time
recordings/  readers of captured files, and their tape
tape.py      what both offer: blocks of trades, found by time or by id
candles.py   the same trades as klines
streams.py, control.py, connection.py, pump.py      the websocket side
rest.py, answers.py, parameters.py, limits.py       the REST side
front.py     one port for both
fault_kinds.py, faults.py     what can be wrong, and what is; tampering.py, rest_faults.py do it
control_port.py, ledger.py    switches them, and tells what was really traded
"""
