"""Files -> the store: a second source of trades and klines, beside the stream."""
