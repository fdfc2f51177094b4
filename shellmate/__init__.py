"""shellmate turns words into code in the terminal, offline."""

__version__ = "0.1.0"
