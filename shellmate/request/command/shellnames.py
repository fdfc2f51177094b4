"""The names that begin a command and that no folder of programs has."""

# Builtins of bash and zsh, and words of the shell's own grammar.
BUILTINS = frozenset(
    (
        "break", "case", "continue", "coproc", "do", "done", "elif", "else", "end", "esac", "fi", "in", "select",
        "then",
        "alias", "bg", "bind", "builtin", "cd", "command", "declare", "dirs", "disown", "echo", "eval", "exec",
        "exit", "export", "fc", "fg", "for", "function", "getopts", "hash", "help", "history", "if", "jobs", "kill",
        "let", "local", "popd", "printf", "pushd", "pwd", "read", "readonly", "return", "set", "shift", "shopt",
        "source", "test", "time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "until",
        "wait", "while",
    )
)  # fmt: skip
