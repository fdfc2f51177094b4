"""The completion for fish: one line for each command, option and argument."""

from scripts.docs.tree import Command, Option, Value

HEAD = """\
# Completes shellmate in fish. Made from the commands by `make docs`.

# Whether the line is about the command of these words; with no words, whether it is a question.
function __shellmate_at
    set -l words (commandline -opc)
    set -l command
    if contains -- "$words[2]" {groups}
        set command $words[2]
        if contains -- "$words[2] $words[3]" {below}
            set command "$words[2] $words[3]"
        end
    end
    test "$command" = "$argv"
end

# Whether the word at the cursor is the one of that number; options and shellmate itself are not counted.
function __shellmate_place
    test (count (string match -v -- '-*' (commandline -opc))) -eq $argv[1]
end

function __shellmate_first
    test (count (commandline -opc)) -eq 1
end

# The names of a list that only shellmate knows, for the word before.
function __shellmate_names
    set -l words (commandline -opc)
    set -l program shellmate # rather than an alias, or a function of that name
    if string match -q '*/*' -- $words[1]
        set program (string replace -r '^~/' "$HOME/" -- $words[1])
    end
    env _SHELLMATE_COMPLETE=$argv[1] $program $words[-1] 2>/dev/null </dev/null
end

complete -c shellmate -f
complete -c shellmate -n 'not __shellmate_first; and __shellmate_at' -F
"""


def render(tree: Command) -> str:
    groups = " ".join(command.name for command in tree.commands)
    below = " ".join(f'"{" ".join(c.words)}"' for group in tree.commands for c in group.commands)
    lines = [line for command in tree.walk() for line in _lines_of(command)]
    return HEAD.format(groups=groups, below=below) + "\n".join(lines) + "\n"


def _lines_of(command: Command) -> list[str]:
    at = " ".join(["__shellmate_at", *command.words])
    depth = len(command.words) + 1
    first = f"__shellmate_place {depth}" if command.words else "__shellmate_first"
    lines = [""]
    for child in command.commands:
        lines.append(_line(f"{at}; and {first}", f"-a {child.name} -d {_quote(child.summary)}"))
    for place, argument in enumerate(command.arguments, depth):
        if offer := _offer(argument):
            where = at if argument.many else f"{at}; and __shellmate_place {place}"
            lines.append(_line(where, offer))
    return lines + [_line(at, _option(option)) for option in command.options]


def _line(condition: str, rest: str) -> str:
    return f"complete -c shellmate -n '{condition}' {rest}"


def _option(option: Option) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    value = f" {'-r' if option.value.files else '-x'} {_offer(option.value)}".rstrip() if option.value else ""
    return f"{names}{value} -d {_quote(option.help)}"


def _offer(value: Value) -> str:
    parts = ["-F"] if value.files else []
    if value.choices:
        parts.append(f"-a '{' '.join(value.choices)}'")
    if value.names:
        parts.append(f"-a '(__shellmate_names {value.names})'")
    return " ".join(parts)


def _quote(text: str) -> str:
    return "'" + text.rstrip(".").replace("\\", "\\\\").replace("'", "\\'") + "'"
