"""The man page: everything that --help says, the settings, the files and the exit codes, on one page."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.docs.tree import Command, Option
from shellmate import __version__
from shellmate.core.errors import ExitCode
from shellmate.core.paths import Paths
from shellmate.core.settings import SETTINGS

# Where they are on Linux, whatever machine this runs on.
PLACES = Paths(
    config=Path("~/.config/shellmate"),
    data=Path("~/.local/share/shellmate"),
    cache=Path("~/.cache/shellmate"),
    state=Path("~/.local/state/shellmate"),
    runtime=Path("$XDG_RUNTIME_DIR/shellmate"),
)
FILES = {
    PLACES.config_file: "The settings.",
    PLACES.prompts: "Prompts of your own, NAME.toml; they go before those that come with shellmate.",
    PLACES.models: "The models.",
    PLACES.kv: "The kept states of prompts and of what was piped in, readable by you alone.",
    PLACES.pages: "What man pages and --help say about the options of programs.",
    PLACES.cache / "kinds-*.db": "The index of the examples that come with shellmate.",
    PLACES.cache / "models.json": "Which model files were found to be whole.",
    PLACES.state / "sessions.db": "Questions and answers.",
    PLACES.state / "chat_history": "What was typed in chats; by project, in projects/ beside it.",
    PLACES.state / "hosts": "The hosts that words went to, with engine = http.",
    PLACES.state / "serve.log": "What a resident engine in the background had to say.",
    PLACES.runtime: "The sockets of resident engines; /tmp/shellmate-UID where there is no XDG_RUNTIME_DIR.",
}
DIRECTORIES = {
    "SHELLMATE_CONFIG_DIR": PLACES.config,
    "SHELLMATE_DATA_DIR": PLACES.data,
    "SHELLMATE_CACHE_DIR": PLACES.cache,
    "SHELLMATE_STATE_DIR": PLACES.state,
    "SHELLMATE_RUNTIME_DIR": PLACES.runtime,
}
OTHERS = {
    "NO_COLOR": "Colour nothing, unless --color says so.",
    "HF_ENDPOINT": "Where models are fetched from, instead of https://huggingface.co.",
    "HF_HUB_OFFLINE": "The same as SHELLMATE_OFFLINE.",
    "HF_HOME, HF_HUB_CACHE, OLLAMA_MODELS": "Where copies of models are looked for.",
    "SHELL": "The shell that -r and the chat run commands in.",
    "VISUAL, EDITOR": "What `shellmate prompt edit` opens a prompt in.",
}


def render(tree: Command) -> str:
    """The whole page in the macros of man(7). It has no date, so that it changes with the code alone."""
    return "\n".join(_page(tree)) + "\n"


def _page(tree: Command) -> Iterator[str]:
    yield '.\\" Made from the commands by `make docs`.'
    yield f'.TH SHELLMATE 1 "" "shellmate {__version__}" "User Commands"'
    yield ".SH NAME"
    yield f"shellmate \\- {_text(tree.summary[0].lower() + tree.summary[1:])}"
    yield ".SH SYNOPSIS"
    yield _synopsis(tree, "[OPTIONS] [--] [WORDS]...")
    yield ".br"
    yield _synopsis(tree, "COMMAND [OPTIONS] [ARGUMENTS]...")
    yield ".SH DESCRIPTION"
    yield from _paragraphs(tree.paragraphs())
    yield ".PP"
    yield _text("A first word that names a command is that command; anything else is a question. `--` ends the doubt.")
    yield ".SH OPTIONS"
    yield from _options(tree)
    yield ".SH COMMANDS"
    for command in tree.walk():
        if command.words and not command.commands:
            yield from _command(command)
    yield ".SH ENVIRONMENT"
    yield _text("An option beats a variable, a variable beats the configuration file.")
    yield from _items((s.variable, s.help) for s in SETTINGS.values())
    yield from _items((name, f"Moves {place}.") for name, place in DIRECTORIES.items())
    yield from _items(OTHERS.items())
    yield ".SH FILES"
    yield _text("On Linux; the XDG variables are honoured, and on macOS the folders are the usual ones in ~/Library.")
    yield from _items((str(path), about) for path, about in FILES.items())
    yield ".SH EXIT STATUS"
    yield from _items((str(int(code)), code.meaning) for code in ExitCode)
    yield ".SH EXAMPLES"
    yield from _example(tree.examples())


def _command(command: Command) -> Iterator[str]:
    yield f'.SS "{_text(" ".join(("shellmate", *command.words, command.usage)))}"'
    yield from _paragraphs(command.paragraphs())
    yield from _options(command)
    if command.examples():
        yield ".PP"
        yield "Examples:"
        yield from _example(command.examples())


def _options(command: Command) -> Iterator[str]:
    """The options of a command; --help is told once, among those of all."""
    for option in command.options:
        if command.words and "--help" in option.names:
            continue
        yield ".TP"
        yield ", ".join(_option_name(name, option) for name in option.names)
        yield _text(option.help)


def _option_name(name: str, option: Option) -> str:
    value = f" \\fI{_text(option.value.metavar)}\\fR" if option.value else ""
    return f"\\fB{_text(name)}\\fR{value}"


def _synopsis(tree: Command, rest: str) -> str:
    return f"\\fBshellmate\\fR {_text(rest)}"


def _items(items: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, about in items:
        yield ".TP"
        yield f"\\fB{_text(name)}\\fR"
        yield _text(about)


def _paragraphs(paragraphs: list[str]) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        if number:
            yield ".PP"
        yield _text(paragraph)


def _example(lines: list[str]) -> Iterator[str]:
    yield from (".PP", ".RS 4", ".nf", *map(_text, lines), ".fi", ".RE")


def _text(text: str) -> str:
    """A line of text as it is: no escapes, no macros, hyphens and quotes that can be copied."""
    special = {"\\": "\\e", "-": "\\-", "'": "\\(aq", '"': "\\(dq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}
    escaped = re.sub(r"[\\\-'\"`^~]", lambda c: special[c[0]], text)
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
