"""Measuring this machine, for its user: what `shellmate bench` does."""
