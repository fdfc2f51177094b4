"""Somebody else's endpoint as an engine."""
