"""Answers about a table, as selects that the model writes."""
