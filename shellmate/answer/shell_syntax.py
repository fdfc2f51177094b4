"""What a shell says about a script's syntax. The shell only reads it (`-n`): nothing is run, no startup file read."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shellmate.answer.showing.sanitise import make_visible

# The script is named as a file so that every shell tells the line of an error; bash does not for plain stdin.
SCRIPT = "/dev/stdin"
READ_ONLY = {
    "bash": ["--norc", "--noprofile", "-n"],
    "dash": ["-n"],
    "fish": ["--no-config", "--no-execute"],
    "sh": ["-n"],
    "zsh": ["-f", "-n"],
}
SECONDS = 5
LONGEST_MESSAGE = 120

# `/dev/stdin: line 3: …` (bash), `…: 3: …` (dash), `…:3: …` (zsh), `… (line 3): …` (fish; it may omit the line).
COMPLAINT = re.compile(rf"\S*{SCRIPT}(?:: line |: ?| \(line )(?P<line>\d+)\)?: (?P<message>.+)")
COMPLAINT_WITHOUT_LINE = re.compile(rf"\S*{SCRIPT}: (?P<message>.+)")
UNREADABLE = re.compile(rf"{SCRIPT}['\"]?: (?:No such|Permission|can't|cannot)|(?:[Cc]an't|cannot) open", re.IGNORECASE)
ECHO = re.compile(r"`.*'", re.DOTALL)  # bash repeats the offending line, in its quotes
END = re.compile(r"\bEOF\b|end of file|[Uu]nterminated|Missing '|[Mm]issing end|end of (?:string|the input)")

IN_PLAIN_WORDS = (
    (re.compile(r"warning: here-document at line \d+ delimited by end-of-file \(wanted `(.*)'\)"), r"no closing \1"),
    (re.compile(r"unexpected EOF while looking for matching `([\"'`])'"), "unterminated quote"),
    (re.compile(r"unexpected EOF while looking for (?:matching )?`(.*)'"), r"no matching \1"),
    (re.compile(r"syntax error near unexpected token `(.*)'"), r"unexpected \1"),
    (re.compile(r"unexpected token `EOF' .*|syntax error: unexpected end of file"), "unexpected end"),
    (re.compile(r"[Ss]yntax error: "), ""),
)


@dataclass(frozen=True)
class Complaint:
    """One thing that a shell has against a script; `at_end` where more lines might mend it."""

    line: int
    message: str
    at_end: bool
    is_warning: bool = False

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class NoShellError(Exception):
    """No shell is here that could read the script."""


class ShellFailedError(Exception):
    """The shell did not end in time, or ended with a crash."""


def read_script(code: str, shell: str) -> list[Complaint]:
    """What `shell` has against the script, or bash or sh in its place where it is not here or not known.

    Raises NoShellError and ShellFailedError.
    """
    for name in dict.fromkeys((shell, "bash", "sh")):
        path = shutil.which(name) if name in READ_ONLY else None
        if path:
            try:
                return _complaints_of([str(Path(path).absolute()), *_options(name, code), SCRIPT], code)
            except (OSError, NoShellError):
                continue
    raise NoShellError


def _options(name: str, code: str) -> list[str]:
    """A script that turns extended globs on is read with them on: `-n` keeps its `shopt` from being run."""
    extended = name == "bash" and re.search(r"^[^#\n]*\bshopt\s+-s\b[^\n]*\bextglob\b", code, re.MULTILINE)
    return [*READ_ONLY[name], "-O", "extglob"] if extended else READ_ONLY[name]


def _complaints_of(command: list[str], code: str) -> list[Complaint]:
    try:
        done = subprocess.run(
            command,
            input=code.encode("utf-8", "replace"),
            capture_output=True,
            env={"LC_ALL": "C", "PATH": os.defpath, "HOME": "/nonexistent"},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ShellFailedError from error
    said = done.stderr.decode("utf-8", "replace")
    complaints = list(_parse(said))
    if done.returncode < 0:
        raise ShellFailedError
    if done.returncode and not complaints:
        if UNREADABLE.search(said):
            raise NoShellError
        return [Complaint(0, "the shell does not take it", at_end=False)]
    return complaints


def _parse(said: str) -> Iterator[Complaint]:
    if UNREADABLE.search(said):
        return
    for text in said.split("\n"):
        found = COMPLAINT.fullmatch(text) or COMPLAINT_WITHOUT_LINE.fullmatch(text)
        if found and not ECHO.fullmatch(found["message"]):
            message = found["message"]
            yield Complaint(
                line=int(found.groupdict().get("line") or 0),
                message=_in_plain_words(message),
                at_end=bool(END.search(message)),
                is_warning="warning: here-document" in message,
            )


def _in_plain_words(message: str) -> str:
    for pattern, words in IN_PLAIN_WORDS:
        message = pattern.sub(words, message, count=1)
    return make_visible(message.strip())[:LONGEST_MESSAGE]
