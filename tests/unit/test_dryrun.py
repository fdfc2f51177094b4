"""What is found out about a command by trying it, unseen."""

import os
from pathlib import Path

import pytest

from shellmate.answer.trying.dryrun import find_error
from tests.unit.test_sandbox import needs_bubblewrap

pytestmark = needs_bubblewrap
VARIABLES = {"PATH": os.environ["PATH"], "HOME": "/root"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.txt").write_text("a 1\nb 2\n")
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        "find . -maxdpth 1 | wc -l",
        "find . -size +1X",
        "find . -type f -mtime -1H",
        "find . -perm -r 444",
        "ls --sort-by-size",
        "grep -E '(' notes.txt",
        "awk '{ print $1 +* }' notes.txt",
        "sort -k notes.txt",
        "head -n x notes.txt",
        "cut notes.txt",
        "tr a notes.txt | wc -Q",
        "date -d 'no such day'",
        "cat missing.txt",
        "wc -l < missing.txt",
        "basename",
    ],
)
def test_what_is_wrong_is_said(folder, command):
    assert find_error(command, "lines of notes.txt", folder, VARIABLES)


def test_what_a_command_comes_upon_is_not_its_fault(folder):
    (folder / "dangling").symlink_to("nowhere")
    assert find_error("find . -type l | xargs cat", "show all links", folder, VARIABLES) == ""
    assert find_error("cat dangling", "show all links", folder, VARIABLES)


@pytest.mark.parametrize(
    "command",
    [
        "grep nothing notes.txt",
        "diff notes.txt /etc/hosts",
        "[ -d notes.txt ]",
        "cat notes.txt | head -n 1",
        "yes | head -n 1",
        "find . -name '*.txt' | xargs wc -l",
        "awk '{ s += $2 } END { print s }' notes.txt",
        "cat asked.txt",
        "ls /asked/for",
        "wc -l *.csv",
        "tail -f notes.txt",
        "rm --no-such-option notes.txt",
    ],
)
def test_what_is_not_wrong_is_left(folder, command):
    assert find_error(command, "count lines in asked.txt below /asked/for", folder, VARIABLES) == ""
    assert (folder / "notes.txt").exists()
