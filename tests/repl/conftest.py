"""Terminals that are closed when the test is over."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
