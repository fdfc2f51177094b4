"""The names that mean something to a shell, or to what is in front of another command."""

BUILTINS = frozenset((
    ".", ":", "[", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "command", "compgen", "complete",
    "compopt", "continue", "declare", "dirs", "disown", "echo", "enable", "eval", "exec", "exit", "export", "false",
    "fc", "fg", "getopts", "hash", "help", "history", "jobs", "kill", "let", "local", "logout", "mapfile", "popd",
    "printf", "pushd", "pwd", "read", "readarray", "readonly", "return", "set", "shift", "shopt", "source",
    "suspend", "test", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
))  # fmt: skip
KEYWORDS = frozenset(
    ("!", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "select", "then",
     "time", "until", "while", "{", "}")
)  # fmt: skip
# Programs that run another one, and how many words of their own stand in front of it.
PREFIXES = {
    "builtin": 0, "chroot": 1, "command": 0, "doas": 0, "env": 0, "exec": 0, "flock": 1, "ionice": 0, "nice": 0,
    "nohup": 0, "setsid": 0, "stdbuf": 0, "strace": 0, "sudo": 0, "taskset": 1, "timeout": 1, "watch": 0, "xargs": 0,
}  # fmt: skip
SHELLS = frozenset(("ash", "bash", "dash", "ksh", "sh", "zsh"))
