"""The chat on a terminal: what it reads with, and what the messages that begin with a slash mean."""
