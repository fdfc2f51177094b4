"""A command line as a widget hands it over: what is asked for, and the lines that could take its place."""

import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from shellmate.request.command.shellnames import BUILTINS, KEYWORDS
from shellmate.request.secrets import cut_secrets

MOST = 2000  # characters of a command that the model is told of
OPERATORS = ("|", "&&", "||", ";", ">", "<", "2>", "&>", ")")
# An option, a pipe, an expansion, a quoted text or an assignment: what words have not and commands do.
_SYNTAX = re.compile(r"(?:^|\s)--?[A-Za-z]|[|`]|;\s*(?:do|then)\b|&&|\$[\w({]|=['\"]|\w=\S")
_MEANS_THE_LAST = re.compile(
    r"\b(again|last|previous|that|it|instead|failed|fix|same|undo)\b|上一|刚才|再", re.IGNORECASE
)
_PREFIX = re.compile(r"^(?:\s*(?:\w+=\S*|sudo|time|env|nohup|command)\s+)*\s*")


@dataclass(frozen=True)
class Replacement:
    """A line that takes the place of what was typed, as it is before and behind the cursor."""

    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """What is before the cursor and behind it; `status` and `history`, oldest first, are of what was run before,
    `names` those of the shell's aliases and functions."""

    before: str
    after: str
    status: int = 0
    history: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def read(cls, raw: bytes, shell: str) -> "Line":
        """From what a widget sends, each with a NUL behind it but the last: the status of the last command, the names
        of aliases and functions (a line each), what is before the cursor and behind it (fish: the cursor's place, and
        the line with a line feed), the history (a line each; fish: newest first, a NUL behind each)."""
        told = raw.decode("utf-8", "surrogateescape").split("\0", 4)
        status, names, first, second, history = [*told, "", "", "", "", ""][:5]
        if shell == "fish":
            place = int(first) if first.isascii() and first.isdigit() else 0
            first, second = second[:place], second[place:].removesuffix("\n")
        commands = history.split("\0")[::-1] if shell == "fish" else history.split("\n")
        past = tuple(cut_secrets(" ".join(c.split())[:MOST]) for c in commands if c.strip())
        number = int(status) if status.isascii() and status.isdigit() else 0
        return cls(first, second, number, past, frozenset(names.split("\n")) - {""})

    @property
    def is_command(self) -> bool:
        """Whether it is a command with an unfinished end, rather than words."""
        before = _PREFIX.sub("", self.before, count=1)
        if not before or not _SYNTAX.search(self.before):
            return False
        first = re.split(r"[\s|;&<>()]", before, maxsplit=1)[0]
        return first in BUILTINS | KEYWORDS or (bool(first) and shutil.which(first) is not None)

    @property
    def suffix(self) -> str:
        """What is behind the cursor and stays there: an operator with what follows. Else it belongs to the words."""
        return self.after if self.after.lstrip().startswith(OPERATORS) else ""

    @property
    def as_it_is(self) -> Replacement:
        """What was typed, unchanged."""
        return Replacement(self.before, self.after)

    @property
    def words(self) -> str:
        """What was typed of them, without blanks around it."""
        return (self.before if self.suffix else self.before + self.after).strip()

    @property
    def question(self) -> str:
        """The words with what they speak of: the commands before, where they mean one, and the suffix."""
        words = f"{self.words} (in front of: {self.suffix.strip()})" if self.suffix else self.words
        if not self.history or not (len(self.history) > 1 or _MEANS_THE_LAST.search(words)):
            return words
        earlier = f"Earlier commands: {'; '.join(self.history[:-1])}\n" if len(self.history) > 1 else ""
        return f"{earlier}The last command was: {self.history[-1]} (exit status {self.status})\n{words}"


def replace_words(line: Line, code: str, comment: bool) -> Replacement:
    """The command in place of the words; they stay behind it where they are kept as a comment."""
    before = code.strip("\n").rstrip()
    if line.suffix:
        before = before.removesuffix(line.suffix.strip())
    if line.suffix and "\n" not in before:
        blank = "" if line.suffix[0].isspace() or line.suffix[0] in ";)" else " "
        before = before.rstrip() + blank
    kept = f"  # {' '.join(line.words.split())}" if comment and "\n" not in before and not line.suffix else ""
    return Replacement(before, line.suffix + kept)


def mark_danger(line: Replacement, reason: str, has_comments: bool) -> Replacement:
    """The line made harmless, with the reason: as a comment, or as something to print in a shell that takes # for a
    command. Who means it takes the mark away."""
    whole = line.before + line.after
    if has_comments and "\n" not in whole:
        return Replacement(f"# danger, it {reason}: {whole}", "")
    return Replacement(f"echo danger, it {shlex.quote(reason)}: {shlex.quote(whole)}", "")


def complete_command(line: Line, middle: str) -> Replacement:
    """The command with what was written at the cursor."""
    return Replacement(line.before + middle.split("\n")[0].rstrip(), line.after)


def write_lines(lines: Sequence[Replacement], shell: str) -> str:
    """The lines as a widget reads them: what is before the cursor and what is behind it, or for fish, which splits at
    line feeds what is not split at NULs, the cursor's place and the line."""
    if shell == "fish":
        return "".join(f"{len(line.before)}\0{line.before}{line.after}\0" for line in lines)
    return "".join(f"{line.before}\x1f{line.after}\x1e" for line in lines)
