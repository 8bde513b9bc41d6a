"""Pure mathematics: records in, numbers out. No clock, network, database or environment.

timeframes    names and lengths of bars, and the bar a moment belongs to
records       the shared vocabulary: Tick, Bar, Gap, snapshots, what each indicator means
quality       is the data whole? holes in ids, completeness
forming       the bar that is still moving, one tick at a time (standard library only)
second_bars   stored ticks -> one-second records and their finality; live_bars adds the newest to the stored
grid          where bars lie in time: starts as numbers, and the gapless grid
bars          ticks -> bars, short bars -> longer bars, gaps filled flat
thinning      long histories with few points, their highs and lows kept
series        records -> aligned pandas objects
summary       where a symbol stands against the last hour and day
indicators    one symbol: averages, bands, momentum, volatility, volume
"""
