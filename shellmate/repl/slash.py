"""What a message is: a slash command, a command line for the shell, or words for the model."""

import difflib
import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from shellmate.core.errors import UsageError
from shellmate.core.settings import SETTINGS

LANGUAGES: tuple[str, ...] = SETTINGS["lang"].choices
AS_WORDS = "begin the message with a blank to ask it in words"
NARROW = 60  # columns; below, a long usage stands in a line of its own


@dataclass(frozen=True)
class SlashCommand:
    """`argument` is what may stand behind the name, and how it is completed: "" (nothing), "file", "lang", "model",
    "prompt", "session" or "words"; `metavar` is how help shows it, in brackets where it may be left out."""

    name: str
    argument: str
    help: str
    metavar: str = ""

    @property
    def usage(self) -> str:
        return f"/{self.name} {self.metavar}".rstrip()

    @property
    def needs_argument(self) -> bool:
        return bool(self.metavar) and not self.metavar.startswith("[")


COMMANDS = {
    command.name: command
    for command in (
        SlashCommand("run", "", "Run the code, after a yes."),
        SlashCommand("copy", "", "Copy the code to the clipboard."),
        SlashCommand("save", "file", "Write the code to a file.", "FILE"),
        SlashCommand("load", "file", "Ask the next question about a file.", "FILE"),
        SlashCommand("diff", "", "Show what the last change changed."),
        SlashCommand("explain", "", "Say what the parts of the code do."),
        SlashCommand("lang", "lang", "Show or set the language.", f"[{'|'.join(LANGUAGES)}]"),
        SlashCommand("model", "model", "Show or change the model.", "[NAME]"),
        SlashCommand("prompt", "prompt", "Show or change the prompt; auto: what suits each question.", "[NAME]"),
        SlashCommand("undo", "", "Take back the last turn."),
        SlashCommand("retry", "", "Answer the last question anew."),
        SlashCommand("sessions", "", "List the last sessions."),
        SlashCommand("resume", "session", "Go on with a session, by name or number; else the one before.", "[NAME]"),
        SlashCommand("stats", "", "Show the last answer's time and tokens."),
        SlashCommand("why", "words", "Ask about what the last !COMMAND printed.", "[WORDS]"),
        SlashCommand("new", "", "Begin a new session."),
        SlashCommand("help", "", "Show this list."),
        SlashCommand("quit", "", "Leave, as Ctrl-D does."),
    )
}
OTHER_FORMS = (
    ("!COMMAND", "Run a command in the shell."),
    ("//WORDS", "Ask in words that begin with a slash."),
)


@dataclass(frozen=True)
class Slash:
    """A slash command by its whole name, without the slash; `argument` is empty where none was given."""

    command: str
    argument: str = ""


@dataclass(frozen=True)
class Shell:
    command_line: str


@dataclass(frozen=True)
class Words:
    text: str


def parse(text: str) -> Slash | Shell | Words:
    """What a message says. A leading blank, or a second slash, has it taken as words.

    Raises UsageError where it begins like a command and is none that there is, or not a whole one.
    """
    if text.startswith("!"):
        return _shell(text[1:].strip())
    if text.startswith("//"):
        return Words(text[1:].strip())
    if not text.startswith("/"):
        return Words(text.strip())
    name, rest = _split(text[1:])
    command = _find(name)
    if command:
        return Slash(command.name, _argument(command, rest))
    if _is_a_path(name, rest):
        return Words(text.strip())
    raise _unknown(name)


def help_text(columns: int) -> str:
    """The commands with what they do, one a line where `columns` are enough, with a final newline."""
    from click import HelpFormatter

    formatter = HelpFormatter(width=columns + 2)  # of which it leaves two empty
    rows = [(command.usage, command.help) for command in COMMANDS.values()]
    formatter.write_dl([*rows, *OTHER_FORMS], col_max=14 if columns < NARROW else 30)
    return formatter.getvalue()


def read_name(argument: str) -> str:
    """The file that an argument names: with quotes and backslashes as in a shell, or as it stands; `~` expanded.

    Blanks need no quotes. Raises ValueError with the reason.
    """
    if re.search(r"^['\"]|\\", argument):
        words = shlex.split(argument)
        if len(words) > 1:
            raise ValueError("more than one name")
        argument = words[0] if words else ""
    return os.path.expanduser(argument)


def quote_name(name: str) -> str:
    """The name as `read_name` reads it back, but for the `~`."""
    if not re.search(r"[\s'\"\\]", name):
        return name
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'


def _shell(command_line: str) -> Shell:
    if not command_line:
        raise UsageError("there is no command behind the !", AS_WORDS)
    return Shell(command_line)


def _split(text: str) -> tuple[str, str]:
    name = re.split(r"\s", text, maxsplit=1)[0]
    return name, text[len(name) :].strip()


def _find(name: str) -> SlashCommand | None:
    """The command of that name, or the only one whose name begins so. Raises UsageError where there are several."""
    name = name.lower()
    if not name or name in COMMANDS:
        return COMMANDS.get(name)
    candidates = [command for command in COMMANDS if command.startswith(name)]
    if len(candidates) > 1:
        raise UsageError(f"/{name} may be {_alternatives(candidates)}", "type more of it")
    return COMMANDS[candidates[0]] if candidates else None


def _is_a_path(name: str, rest: str) -> bool:
    """`/etc/passwd how many lines`, `/etc what is in it`, and code such as `/* a comment */`."""
    if "/" in name or (rest and not name[:1].isalpha()):
        return True
    return bool(name) and "\0" not in name and os.path.exists(f"/{name}")


def _unknown(name: str) -> UsageError:
    if not name:
        return UsageError("there is no command behind the /", "see /help")
    similar = difflib.get_close_matches(name.lower(), COMMANDS, n=1, cutoff=0.5)
    guess = f"; did you mean /{similar[0]}?" if similar else ""
    return UsageError(f"there is no command /{name}{guess}", f"see /help, or {AS_WORDS}")


def _argument(command: SlashCommand, rest: str) -> str:
    if rest and not command.argument:
        raise UsageError(f"/{command.name} stands alone", AS_WORDS)
    if "\n" in rest:
        raise UsageError(f"{command.usage} takes one line", AS_WORDS)
    if command.argument == "lang":
        return _language(rest)
    try:
        name = read_name(rest) if command.argument in ("file", "model") else rest
    except ValueError as error:
        raise UsageError(f"/{command.name}: {str(error).lower()}", f"write it as {command.usage}") from None
    if command.needs_argument and not name:
        raise UsageError(f"/{command.name} needs a name", f"write it as {command.usage}")
    return name


def _language(name: str) -> str:
    if name and name.lower() not in LANGUAGES:
        raise UsageError(f"{name} is not a language", f"take {_alternatives(LANGUAGES, slash='')}")
    return name.lower()


def _alternatives(names: Sequence[str], slash: str = "/") -> str:
    *first, last = (f"{slash}{name}" for name in names)
    return f"{', '.join(first)} or {last}"
