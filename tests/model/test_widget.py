"""The key in the real shells, with the real model."""

import subprocess
import time

import pytest

from tests.programs import need
from tests.shell.terminal import ARGUMENTS, Terminal

pytestmark = pytest.mark.model


@pytest.fixture(params=ARGUMENTS)
def terminal(request, tmp_path, primed):
    settings = {name: value for name, value in primed.items() if name.startswith("SHELLMATE_")}
    opened = Terminal(request.param, need(request.param), tmp_path, real=True, **settings)
    yield opened
    opened.close()


def parses(line: str) -> bool:
    return subprocess.run(["bash", "-n", "-c", line], capture_output=True).returncode == 0


def test_words_become_a_command_and_the_next_press_another(terminal):
    words = "files larger than 100MB"
    terminal.send(words)
    terminal.press()
    terminal.wait(lambda: terminal.line()[1] != words, "the words are replaced", 60)
    first = terminal.line()[1]
    assert "find" in first and "100M" in first and parses(first)
    seen = [first]
    while seen[-1] != words:
        terminal.press()
        terminal.wait(lambda: terminal.line()[1] != seen[-1], "the next one is there", 5)
        seen.append(terminal.line()[1])
        assert len(seen) < 5 and parses(seen[-1])
    assert len(set(seen)) == len(seen)


def test_a_command_with_an_open_end_is_completed(terminal):
    begun = "find . -name '*.py' | "
    terminal.send(begun)
    terminal.press()
    terminal.wait(lambda: terminal.line()[1] != begun, "it is completed", 60)
    line = terminal.line()[1]
    assert line.startswith(begun) and len(line) > len(begun) and parses(line)


def test_ctrl_c_at_any_time_leaves_the_words(terminal):
    words = "a list of all the users that are logged in, sorted by name"
    terminal.send(words)
    for seconds in (0.2, 0.5, 0.9):
        terminal.press()
        terminal.read(seconds)
        terminal.send("\x03")
        time.sleep(0.5)
        terminal.settle()
        if terminal.line()[1] == "":  # it came before the widget had begun
            terminal.send(words)
        terminal.wait(lambda: terminal.line()[1] == words, "the words are there")
