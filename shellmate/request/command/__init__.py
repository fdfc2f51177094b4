"""A command line, read for its parts: nothing of it is ever run."""
