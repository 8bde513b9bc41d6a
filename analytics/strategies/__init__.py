"""When to enter, leave and stop: rules that backtest, paper and live trading share."""
