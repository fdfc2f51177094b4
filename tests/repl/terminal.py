"""A script on a terminal of its own, whose screen any size fits."""

import json
import os
import sys
import time
from pathlib import Path

import pexpect
import pyte

from tests.shell import terminal as shell
from tests.shell.terminal import CHECKOUT

READ = """
import asyncio, json, signal, sys, time
sys.path[:0] = [{checkout!r}]
from pathlib import Path
from shellmate.core.environment import Environment
from shellmate.repl.reader import open_reader

def end(*_):
    raise SystemExit(1)

signal.signal(signal.SIGTERM, end)
env = Environment.of_process()
place = Path({place!r})
names = {{"model": lambda: ["small", "smaller"], "prompt": lambda: 1 / 0}}

async def suggest(typed, in_words):
    log = open(place / "suggested.jsonl", "a", buffering=1)
    log.write(json.dumps([typed, in_words]) + "\\n")
    try:
        await asyncio.sleep({slowly!r})
        return {suggestion!r}
    except asyncio.CancelledError:
        log.write("null\\n")
        raise

reader = open_reader(
    env, place / "state" / "history", names, lambda: {toolbar!r},
    vi={vi!r}, remember={remember!r}, suggest=suggest if {suggestion!r} else None,
)
said = open(place / "said.jsonl", "a", buffering=1)
env.write({first!r})
while True:
    try:
        message = reader.read()
    except EOFError:
        said.write(json.dumps(None) + "\\n")
        break
    said.write(json.dumps(message) + "\\n")
    if message.startswith("print "):
        env.write(message.removeprefix("print "))
    if message == "stop":
        time.sleep(0.5)
reader.close()
env.write("left\\n")
"""


def write_script(
    place: Path,
    toolbar: str = "",
    vi: bool = False,
    remember: bool = True,
    first: str = "",
    suggestion: str = "",
    slowly: float = 0,
) -> Path:
    """The script that reads messages and notes them in said.jsonl."""
    script = place / "script.py"
    script.write_text(
        READ.format(
            checkout=str(CHECKOUT),
            place=str(place),
            toolbar=toolbar,
            vi=vi,
            remember=remember,
            first=first,
            suggestion=suggestion,
            slowly=slowly,
        )
    )
    return script


def said_in(place: Path) -> list[str | None]:
    return read_lines(place / "said.jsonl")


def read_lines(file: Path) -> list:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


class AnsweringScreen(pyte.Screen):
    """A screen that says where its cursor is when it is asked."""

    child: pexpect.spawn

    def write_process_input(self, data: str) -> None:
        self.child.send(data)


class Talk(shell.Terminal):
    """A command on a terminal: `output` is all that it has written."""

    def spawn(self, command: str, place: Path, columns: int, rows: int, **variables: str) -> None:
        """Start it in /bin/sh."""
        self.place = place
        self.columns, self.rows = columns, rows
        self.output = ""
        self.screen = AnsweringScreen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            "/bin/sh",
            ["-c", command],
            env={"PATH": os.environ["PATH"], "HOME": str(place), "TERM": "xterm", "LANG": "C.UTF-8", **variables},
            cwd=place,
            encoding="utf-8",
            codec_errors="surrogateescape",
            timeout=20,
            dimensions=(rows, columns),
        )
        self.screen.child = self.child
        self.child.logfile_read = self

    def write(self, text: str) -> None:
        """For pexpect: all that the script has written."""
        self.output += text

    def flush(self) -> None:
        pass

    def shows(self, text: str) -> None:
        self.wait(lambda: text in self.text(), f"{text!r} is shown")

    def prompts(self, count: int) -> None:
        """Wait until there are so many prompts, the last of them being typed at."""
        mark = ">" if self.child.env.get("LANG") == "C" or self.child.env["TERM"] == "dumb" else "»"
        self.wait(lambda: sum(line[:1] == mark for line in self.screen.display) == count, f"{count} prompts")

    def line(self) -> str:
        """The row that the cursor is in."""
        return self.screen.display[self.screen.cursor.y].rstrip()

    def hang_up(self) -> None:
        """Close the terminal under the script."""
        self.child.ptyproc.fileobj.close()
        self.read = lambda seconds=0.05: time.sleep(seconds)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)


class Terminal(Talk):
    """`said` is what has been sent; None stands for the end."""

    def __init__(
        self,
        place: Path,
        *,
        columns: int = 80,
        rows: int = 24,
        toolbar: str = "",
        vi: bool = False,
        remember: bool = True,
        first: str = "",
        suggestion: str = "",
        slowly: float = 0,
        to_file: bool = False,
        ignore_hangup: bool = False,
        wait: bool = True,
        **variables: str,
    ):
        script = write_script(
            place, toolbar=toolbar, vi=vi, remember=remember, first=first, suggestion=suggestion, slowly=slowly
        )
        ignore = "trap '' HUP; " if ignore_hangup else ""
        command = f"{ignore}exec {sys.executable} {script}" + (f" > {place / 'out'}" if to_file else "")
        self.spawn(command, place, columns, rows, **variables)
        if wait:
            self.prompts(1)

    def said(self) -> list[str | None]:
        return said_in(self.place)

    def suggested(self) -> list[list | None]:
        """What was typed when an end was asked for, and whether it was words; None where that was given up."""
        return read_lines(self.place / "suggested.jsonl")

    def hears(self, *messages: str | None) -> None:
        """Wait until these, and no others, have been sent."""
        self.wait(lambda: len(self.said()) >= len(messages), f"{messages} are sent, not only {self.said()}")
        assert self.said() == list(messages), self.said()
