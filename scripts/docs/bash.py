"""The completion for bash, 3.2 and newer: a case for each command, and in it one for each option with a value."""

from scripts.docs.tree import Command, Option, Value

HEAD = """\
# Completes shellmate in bash. Made from the commands by `make docs`.
# shellcheck shell=bash

# Offer those of the words given that begin like the one at the cursor.
_shellmate_words() {
    local word
    for word in "$@"; do
        if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
    done
}

# Offer the names of a list that only shellmate knows: LIST [WORD BEFORE]
_shellmate_names() {
    local name list=$1
    shift
    # an alias, or a function of that name, is not the program
    if [[ $program != */* ]]; then program=shellmate; fi
    if [[ $program == \\~/* ]]; then program=$HOME/${program#\\~/}; fi
    while IFS=$'\\t' read -r name _; do
        _shellmate_words "$name"
    done < <(env _SHELLMATE_COMPLETE="$list" "$program" "$@" 2>/dev/null </dev/null)
}

# Offer files: those named *.gguf and folders, or any once there is a slash.
_shellmate_files() {
    local file filter=(-X '!*.gguf')
    compopt -o filenames 2>/dev/null || :
    if [[ $cur == */* ]]; then filter=(); fi
    while IFS= read -r file; do
        COMPREPLY+=("$file")
    done < <(
        compgen -d -- "$cur" || :
        compgen -f ${filter[@]+"${filter[@]}"} -- "$cur" | while IFS= read -r file; do
            if [[ ! -d $file ]]; then printf '%s\\n' "$file"; fi
        done
    )
}

_shellmate() {
    local program=$1 cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="" word place=0
    COMPREPLY=()
    # --option=value comes as three words
    if [[ $cur == = ]]; then
        cur=""
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    # behind `--` is nothing but words; the place of a word counts no options
    for word in "${COMP_WORDS[@]:0:COMP_CWORD}"; do
        if [[ $word == -- ]]; then return 0; fi
        if [[ $word != -* ]]; then (( place += 1 )); fi
    done
"""
TAIL = """\
    return 0
}

complete -o bashdefault -o default -F _shellmate shellmate
"""


def render(tree: Command) -> str:
    cases = "".join(_case(command) for command in tree.walk())
    return f"{HEAD}{_find_command(tree)}    case $command in\n{cases}    esac\n{TAIL}"


def _find_command(tree: Command) -> str:
    """The lines that put into $command what the line is about: the words of a command, none for a question."""
    groups = " | ".join(command.name for command in tree.commands)
    below = " | ".join(f'"{" ".join(c.words)}"' for group in tree.commands for c in group.commands)
    return f"""\
    if (( COMP_CWORD > 1 )); then
        case ${{COMP_WORDS[1]}} in
        {groups}) command=${{COMP_WORDS[1]}} ;;
        esac
    fi
    if (( COMP_CWORD > 2 )); then
        case "$command ${{COMP_WORDS[2]}}" in
        {below}) command+=" ${{COMP_WORDS[2]}}" ;;
        esac
    fi
"""


def _case(command: Command) -> str:
    valued = [option for option in command.options if option.value]
    names = " ".join(name for option in command.options for name in option.names)
    lines = [f'    "{" ".join(command.words)}")']
    if valued:
        lines += ["        case $prev in", *(_value_of(option) for option in valued), "        esac"]
    lines += ["        if [[ $cur == -* ]]; then", f"            _shellmate_words {names}"]
    lines += [*_words_of(command), "        fi", "        ;;"]
    return "\n".join(lines) + "\n"


def _value_of(option: Option) -> str:
    assert option.value
    offer = "; ".join(_offer(option.value))
    return f"        {' | '.join(option.names)}) {offer + '; ' if offer else ''}return 0 ;;"


def _words_of(command: Command) -> list[str]:
    """What is offered for a word that is no option."""
    if command.commands:
        where = f"elif (( COMP_CWORD == {len(command.words) + 1} )); then"
        names = " ".join(child.name for child in command.commands)
        return [f"        {where}", f"            _shellmate_words {names}"]
    lines = []
    for place, argument in enumerate(command.arguments, len(command.words) + 1):
        if offer := _offer(argument):
            where = "else" if argument.many else f"elif (( place == {place} )); then"
            lines += [f"        {where}", *(f"            {line}" for line in offer)]
    return lines


def _offer(value: Value) -> list[str]:
    lines = []
    if value.choices:
        lines.append(f"_shellmate_words {' '.join(value.choices)}")
    if value.names:
        lines.append(f'_shellmate_names {value.names} "$prev"')
    if value.files:
        lines.append("_shellmate_files")
    return lines
