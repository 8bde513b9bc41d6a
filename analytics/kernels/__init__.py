"""Compiled loops (numba): arrays in, arrays out, one module per kernel; imports nothing.

lag_gram   normal equations of a Dickey-Fuller regression, from one row of lag products
adf        lag choice and statistic of one series
pair_scan  the statistic of every ordered pair of a table, from lag products of all symbols
"""
