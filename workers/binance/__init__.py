"""The only folder that knows Binance's words."""
