"""The synthetic market: prices, activity and trades as functions of seed and absolute time."""
