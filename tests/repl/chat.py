"""The chat on a terminal of its own, with a fake engine, and what it leaves in the log."""

import json
import sys
from pathlib import Path

from shellmate.session.log import SessionLog
from shellmate.session.turn import Turn
from tests.repl.terminal import Talk, read_lines
from tests.shell.terminal import CHECKOUT

PIECES = 0.03  # seconds between the pieces of a slow answer
LS = ["```bash\n", "ls -l", "\n```"]
SORTED = ["```bash\n", "ls -lS", "\n```"]
LOOP = ["```python\n", "for i in range(3):\n", "    print(i)", "\n```"]
PROSE = ["It lists ", "the files."]


def shell(code: str) -> list:
    """An answer."""
    return ["```bash\n", code, "\n```"]


def slow(count: int = 200) -> list:
    """An answer that takes a while: `echo 0`, `echo 1` and so on, a line each time."""
    return ["```bash\n", *(piece for n in range(count) for piece in (f"echo {n}\n", PIECES)), "```"]


def variables_of(place: Path) -> dict[str, str]:
    places = {f"SHELLMATE_{kind}_DIR": str(place / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    return {**places, "SHELL": "/bin/bash", "PYTHONPATH": str(CHECKOUT)}


def command_of(place: Path, *arguments: str) -> str:
    return " ".join((sys.executable, "-m", "tests.repl.fake_chat", str(place), *(arguments or ("repl",))))


def write_answers(place: Path, *answers: list) -> None:
    (place / "answers.json").write_text(json.dumps(answers), encoding="utf-8")


def logged_in(place: Path) -> list[Turn]:
    """All turns of the log, oldest first."""
    if not SessionLog.is_in(place / "state"):
        return []
    log = SessionLog(place / "state", lambda _: None)
    try:
        return [turn for _, turn in reversed(log.recent(0))]
    finally:
        log.close()


class ChatTerminal(Talk):
    """`columns` and `rows` are those of a screen on which all of a test's talk has room."""

    def __init__(
        self, place: Path, *answers: list, command: str = "", columns: int = 80, rows: int = 60, **variables: str
    ):
        write_answers(place, *answers)
        self.spawn(command or f"exec {command_of(place)}", place, columns, rows, **variables_of(place) | variables)
        self.count = 0
        self.comes_back()

    def comes_back(self) -> None:
        """Wait for one prompt more than there were."""
        self.count += 1
        self.prompts(self.count)

    def say(self, message: str) -> None:
        """Send a message and wait for the next prompt."""
        self.send(f"{message}\r")
        self.comes_back()

    def asked(self) -> list[dict]:
        """What reached the model."""
        return read_lines(self.place / "asked.jsonl")

    def noted(self) -> list[dict]:
        """What the model was told to keep."""
        return read_lines(self.place / "noted.jsonl")

    def logged(self) -> list[str]:
        """The words of the turns in the log."""
        return [turn.words for turn in logged_in(self.place)]

    def pid(self) -> int:
        """The process of the chat that was started last."""
        return int((self.place / "pid").read_text())

    def ends(self) -> int:
        """Wait for the end; the exit status, negative for a signal."""
        self.wait(lambda: not self.child.isalive(), "it ends")
        self.read(0.05)
        return -self.child.signalstatus if self.child.signalstatus else self.child.exitstatus
