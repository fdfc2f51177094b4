"""Running a snippet: only after a yes on the terminal, on the very bytes that were piped in."""

import os
import shutil
import signal
import subprocess
import sys
import termios
import tty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from shellmate.answer.answer import Answer
from shellmate.answer.danger import DANGER, Verdict, judge
from shellmate.answer.fish import suits_fish
from shellmate.core import process
from shellmate.core.errors import NoAnswerError, RefusedError, ShellmateError, UsageError


def judge_fit(answer: Answer | None) -> Verdict:
    """What has to be known before an answer is run. Raises UsageError where it is nothing that could be run,
    NoAnswerError where it is known not to be whole or right, RefusedError where it is dangerous."""
    if answer is None or answer.language not in ("shell", "python"):
        raise UsageError("only shell and Python are run", "say what the code should do, or leave out --run")
    if answer.cut:
        raise NoAnswerError("the answer was cut and is not run", "give a larger --max-tokens")
    if answer.faults:
        raise NoAnswerError(f"not run, since {answer.faults[0]}", "say it in other words")
    verdict = judge(answer.language, answer.code)
    if verdict.level == DANGER:
        raise RefusedError(f"not run: it {verdict.reasons[0]}", "if you mean that, run it yourself")
    return verdict


@contextmanager
def open_terminal(asker: str = "--run") -> Iterator[int]:
    """The descriptor of the terminal that the process belongs to, whatever its streams are. Raises UsageError, in which
    `asker` is what needs one, where it has none."""
    try:
        terminal = process.open_terminal()
    except OSError as error:
        raise UsageError(f"{asker} asks on the terminal, and there is none", f"leave out {asker}") from error
    try:
        yield terminal
    finally:
        os.close(terminal)


def ask_key(terminal: int, question: str) -> str:
    """The next key, a letter in lower case; n where it is none. What was typed before the question is no answer to
    it."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal)
        termios.tcflush(terminal, termios.TCIFLUSH)
        os.write(terminal, question.encode("utf-8", "replace"))
        key = os.read(terminal, 1).decode("ascii", "replace").lower()
        key = key if key.isalpha() or key == "?" else "n"
        os.write(terminal, key.encode())
    finally:
        os.write(terminal, b"\n")
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)  # an arrow key is several bytes
    return key


def confirm(terminal: int, question: str) -> bool:
    """Whether the next key is a y."""
    return ask_key(terminal, question) == "y"


def status_in_words(status: int) -> str:
    """How a program ended; negative for a signal."""
    return f"was ended by signal {-status}" if status < 0 else f"ended with exit status {status}"


def user_shell(variables: Mapping[str, str], code: str) -> str:
    """The user's own shell, if it takes the code, which is written for bash, for what bash does."""
    shell = variables.get("SHELL", "")
    match os.path.basename(shell):
        case "bash" | "zsh":
            return shell if shutil.which(shell) else "bash"
        case "fish" if shutil.which(shell):
            return shell if suits_fish(code) else "bash"
    return "bash"


def command_for(language: str, code: str, variables: Mapping[str, str]) -> list[str]:
    """The command that runs code: Python, or the user's own shell."""
    return [sys.executable, "-P", "-c", code] if language == "python" else [user_shell(variables, code), "-c", code]


def run_to_its_end(command: Sequence[str], stdin: BinaryIO | None) -> int:
    """Run a command on `stdin`, from its beginning, or on the process's own; the exit status, negative for a signal.

    Ctrl-C is the command's own for as long as it runs. Raises ShellmateError where it cannot be started.
    """
    if stdin:
        stdin.seek(0)
    try:
        process = subprocess.Popen(command, stdin=stdin)
    except (OSError, ValueError) as error:  # too long for an argument, no shell, a NUL character
        raise ShellmateError(f"the snippet cannot be run: {error}") from error
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
