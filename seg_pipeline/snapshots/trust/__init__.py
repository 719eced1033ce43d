"""Whether a snapshot is what was published: its bytes, its chain, its signatures and the keys behind them."""
