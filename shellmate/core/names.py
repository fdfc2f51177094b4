"""What a command line's first word may name; any other word begins a question."""

COMMANDS = (
    "bench",
    "cache",
    "config",
    "digest",
    "doctor",
    "explain",
    "fix",
    "index",
    "init",
    "judge",
    "log",
    "model",
    "prompt",
    "repl",
    "serve",
    "status",
    "stop",
)
HIDDEN = {"__line": "line"}  # for the widgets; no question begins so
