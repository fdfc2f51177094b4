"""The completion for zsh: a function for each command, in the language of _arguments."""

from scripts.docs.tree import Command, Option, Value

HEAD = """\
#compdef shellmate
# Completes shellmate in zsh. Made from the commands by `make docs`.

# The names of a list that only shellmate knows.
_shellmate_names() {
    local name about program=$_shellmate_program
    # an alias, or a function of that name, is not the program
    if [[ $program != */* ]]; then program=shellmate; fi
    if [[ $program == \\~/* ]]; then program=$HOME/${program#\\~/}; fi
    local -a names
    while IFS=$'\\t' read -r name about; do
        names+=("${name//:/\\\\:}:$about")
    done < <(env _SHELLMATE_COMPLETE=$1 $program $words[CURRENT-1] 2>/dev/null </dev/null)
    _describe -t names $1 names
}

_shellmate_files() {
    if [[ $PREFIX == */* ]]; then _files; else _files -g '*.gguf'; fi
}
"""
TAIL = """
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _shellmate "$@"
else
    compdef _shellmate shellmate
fi
"""


def render(tree: Command) -> str:
    return HEAD + "".join(_function(command) for command in tree.walk()) + TAIL


def _function(command: Command) -> str:
    lines = ["", f"{_name_of(command)}() {{"]
    if not command.words:
        lines.append("    local _shellmate_program=$words[1]")
    if command.commands:
        lines += _dispatch(command)
    specs = [*map(_option, command.options), *_words_of(command)]
    lines += ["    _arguments -s -S : \\", " \\\n".join(f"        {spec}" for spec in specs), "}"]
    return "\n".join(lines) + "\n"


def _name_of(command: Command) -> str:
    return "_".join(["_shellmate", *command.words])


def _dispatch(command: Command) -> list[str]:
    """Go on in the function of the command that the line is about; else have the commands in an array."""
    names = "|".join(child.name for child in command.commands)
    return [
        f"    if (( CURRENT > 2 )) && [[ $words[2] == ({names}) ]]; then",
        "        shift words",
        "        (( CURRENT-- ))",
        f"        {_name_of(command)}_$words[1]",
        "        return",
        "    fi",
        "    local -a commands=(",
        *(f"        {_quote(f'{child.name}:{child.summary}')}" for child in command.commands),
        "    )",
        "    (( CURRENT == 2 )) || commands=()",
    ]


def _option(option: Option) -> str:
    about = "[" + _escape(option.help.rstrip("."), "[]:") + "]"
    if not option.value:
        names, takes = option.names, ""
    else:
        names = tuple(f"{name}=" if name.startswith("--") else f"{name}+" for name in option.names)
        takes = f":{_escape(option.value.metavar, ':')}:{_offer(option.value)}"
    before = "*" if option.again else f"({' '.join(option.names)})"
    each = f"{{{','.join(names)}}}" if len(names) > 1 else names[0]
    return f"{_quote(before)}{each}{_quote(about + takes)}"


def _words_of(command: Command) -> list[str]:
    """What is offered for words that are no options; those of a question may be files."""
    if not command.words:
        return [_quote("1:command:{_describe -t commands command commands || _files}"), _quote("*:word:_files")]
    if command.commands:
        return [_quote("1:command:{_describe -t commands command commands}")]
    return [
        _quote(f"{'*' if argument.many else place}:{argument.metavar.strip('[].')}:{_offer(argument)}")
        for place, argument in enumerate(command.arguments, 1)
    ]


def _offer(value: Value) -> str:
    if value.choices:
        return f"({' '.join(value.choices)})"
    steps = [f"_shellmate_names {value.names}"] if value.names else []
    steps += ["_shellmate_files"] if value.files else []
    return "{" + "; ".join(steps) + "}" if steps else " "


def _escape(text: str, special: str) -> str:
    return "".join(f"\\{c}" if c in special + "\\" else c for c in text)


def _quote(text: str) -> str:
    return "'" + text.replace("'", r"'\''") + "'"
