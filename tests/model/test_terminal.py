"""The command in a shell on a real terminal, with the real model: what Ctrl-C leaves behind."""

import re
import sys
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.programs import need

pytestmark = pytest.mark.model

LONG = "a python class for a binary search tree with insert, delete, find, in-order and level-order traversal"
SHELLS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}


@pytest.fixture(params=SHELLS)
def shell(request, tmp_path: Path):
    """Starts an interactive shell on a terminal of its own."""
    program = need(request.param)

    def start(variables: dict[str, str]) -> pexpect.spawn:
        variables = variables | {"TERM": "xterm", "PS1": "$ ", "HOME": str(tmp_path), "fish_features": "no-query-term"}
        child = pexpect.spawn(
            program,
            SHELLS[request.param],
            env=variables,
            cwd=tmp_path,
            encoding="utf-8",
            timeout=60,
            dimensions=(40, 200),
        )
        children.append(child)
        child.send("echo up\r")
        child.expect("up\r\n")
        return child

    children: list[pexpect.spawn] = []
    yield start
    for child in children:
        child.close(force=True)


def test_the_shell_sees_130_while_code_is_written(shell, primed):
    child = shell(primed)
    child.send(f"{sys.executable} -m shellmate --py {LONG}\r")
    child.expect("def")
    child.sendintr()
    _is_left_clean(child)


def test_the_shell_sees_130_while_the_prompt_is_primed(shell, unprimed):
    child = shell(unprimed)
    child.send(f"{sys.executable} -m shellmate --py {LONG}\r")
    child.expect("priming the prompt")
    child.expect("%")
    child.sendintr()
    _is_left_clean(child)


def test_reading_an_input_shows_how_far_it_is_and_leaves_no_trace(primed, tmp_path):
    """More than a second of prompt: a line with tokens, of how many, and the time that is left."""
    (tmp_path / "notes.txt").write_text("".join(f"{n}: some words about the matter at hand\n" for n in range(99)))
    child = pexpect.spawn(
        "bash", ["--norc", "-c", f"cat notes.txt | '{sys.executable}' -m shellmate 'lines with a 7'"],
        env=primed | {"TERM": "xterm"}, cwd=tmp_path, encoding="utf-8", timeout=60, dimensions=(24, 90),
    )  # fmt: skip
    child.expect(pexpect.EOF)
    written = child.before
    assert re.search(r"reading: +\d+%.*\d+/\d+ \[\d\d:\d\d<\d\d:\d\d", written), written[-800:]
    screen = pyte.Screen(90, 24)
    pyte.Stream(screen).feed(written)
    shown = [line.rstrip() for line in screen.display if line.strip()]
    assert not [line for line in shown if "reading" in line], shown
    assert [line for line in shown if "7" in line], shown


def _is_left_clean(child: pexpect.spawn) -> None:
    """No traceback, 130, and a terminal that shows the cursor and what is typed."""
    fish = "fish" in str(child.command)
    child.expect(r"\^C", timeout=10)
    child.send(f"echo end={'$status' if fish else '$?'}=\r")
    child.expect(r"end=(\d+)=\r\n", timeout=10)
    assert child.match[1] == "130"
    assert "Traceback" not in child.before
    assert child.before.rfind("\x1b[?25h") >= child.before.rfind("\x1b[?25l"), "the cursor is there"
    child.send(f"echo still {'(math 40 + 2)' if fish else '$((40 + 2))'} here\r")
    child.expect("40 \\+ 2", timeout=10)  # what is typed is shown
    child.expect("still 42 here", timeout=10)
