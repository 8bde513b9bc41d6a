"""Compiled loops (numba): arrays in, arrays out, one module per kernel; imports nothing.

lag_gram   normal equations of a Dickey-Fuller regression, from one row of lag products
adf        lag choice and statistic of many series, from their lag products
compiled   how loops are compiled and kept
threads    how many threads may run them
half_life  the median-unbiased half-lives of many spreads
"""
