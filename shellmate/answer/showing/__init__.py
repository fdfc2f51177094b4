"""How an answer reaches people."""
