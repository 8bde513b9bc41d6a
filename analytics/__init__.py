"""Pure mathematics: records in, numbers out. No clock, network, database or environment.

timeframes    names and lengths of bars, and the bar a moment belongs to
records       the shared vocabulary: Tick, Bar, Gap, snapshots
quality       is the data whole? holes in ids, completeness
forming       the bar that is still moving, one tick at a time (standard library only)
bars          ticks -> bars, short bars -> longer bars
series        records -> aligned pandas objects
indicators    one symbol: averages, bands, momentum, volatility, volume
"""
