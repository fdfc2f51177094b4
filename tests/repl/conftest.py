"""Terminals that are closed when the test is over."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.repl.chat import ChatTerminal, command_of, variables_of, write_answers
from tests.repl.terminal import Terminal


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts a reader; its arguments are those of Terminal."""
    opened = []

    def open_terminal(**arguments) -> Terminal:
        opened.append(Terminal(tmp_path, **arguments))
        return opened[-1]

    yield open_terminal
    for terminal in opened:
        terminal.close()


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Callable[..., ChatTerminal]]:
    """Starts a chat; its arguments are those of ChatTerminal, but for the place."""
    opened = []

    def open_chat(*answers: list, **arguments) -> ChatTerminal:
        opened.append(ChatTerminal(tmp_path, *answers, **arguments))
        return opened[-1]

    yield open_chat
    for terminal in opened:
        terminal.close()


@pytest.fixture
def pipe_chat(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Has the chat answer messages from a pipe, in a session without a terminal."""

    def run(messages: str, *answers: list, arguments: tuple[str, ...] = (), **variables: str):
        write_answers(tmp_path, *answers)
        return subprocess.run(
            command_of(tmp_path, "repl", *arguments).split(),
            input=messages,
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **variables_of(tmp_path), **variables},
            cwd=tmp_path,
            start_new_session=True,
            timeout=20,
        )

    return run
