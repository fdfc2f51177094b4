"""-r: the snippet is shown, asked about on the terminal, and run on the very bytes that were piped in."""

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

pytestmark = pytest.mark.model

SALES = "day,price\n" + "".join(f"2024-05-{n:02d},{n}\n" for n in range(1, 31))
SHELLMATE = f"'{sys.executable}' -m shellmate"


@pytest.fixture
def bash(primed: dict[str, str], tmp_path: Path):
    """Runs a line in bash on a terminal, in a directory with sales.csv; its exit status is printed at the end."""
    (tmp_path / "sales.csv").write_text(SALES)
    children: list[pexpect.spawn] = []

    def run(line: str) -> pexpect.spawn:
        line = line.replace("shellmate", SHELLMATE) + "; echo status=$?="
        child = pexpect.spawn(
            "bash", ["--norc", "-c", line], env=primed | {"TERM": "xterm"}, cwd=tmp_path, encoding="utf-8", timeout=60
        )
        children.append(child)
        return child

    yield run
    for child in children:
        child.close(force=True)


def end_of(child: pexpect.spawn) -> tuple[str, int]:
    child.expect(r"status=(\d+)=")
    return child.before, int(child.match[1])


def test_one_key_runs_it_on_what_was_piped_in(bash):
    child = bash("cat sales.csv | shellmate -r 'mean of price'")
    child.expect(r"run it\? \[y/e/c/N\] ")
    assert "select" in child.before
    child.send("y")
    printed, status = end_of(child)
    assert printed.split() == ["y", "15.5"]
    assert status == 0


def test_the_code_is_shown_on_the_terminal_wherever_stderr_goes(bash):
    child = bash("shellmate -r --sh 'print the working directory' 2>/dev/null")
    child.expect(r"run it\? ")
    assert "pwd" in child.before
    child.send("n")
    assert end_of(child)[1] == 1


def test_any_other_key_does_not(bash, tmp_path):
    child = bash("shellmate -r --sh 'create the file made.txt'")
    child.expect(r"run it\? ")
    child.send("\r")
    printed, status = end_of(child)
    assert "shellmate: not run" in printed
    assert status == 1
    assert not (tmp_path / "made.txt").exists()


def test_what_was_typed_before_the_question_is_no_answer(bash):
    child = bash("cat sales.csv | shellmate -r 'mean of price'")
    child.send("yyy")
    child.expect(r"run it\? ")
    with pytest.raises(pexpect.TIMEOUT):
        child.expect("status=", timeout=2)
    child.send("n")
    assert end_of(child)[1] == 1


def test_stdout_has_only_what_the_snippet_prints(bash, tmp_path):
    child = bash("cat sales.csv | shellmate -r 'mean of price' > out.txt")
    child.expect(r"run it\? ")
    child.send("y")
    assert end_of(child)[1] == 0
    assert (tmp_path / "out.txt").read_text() == "15.5\n"


def test_an_interrupt_at_the_question_is_130(bash):
    child = bash("shellmate -r --sh 'print the working directory'; echo code=$?=")
    child.expect(r"run it\? ")
    child.sendintr()
    child.expect([pexpect.EOF, "code=130="])
    assert "Traceback" not in child.before


def test_a_snippet_that_fails_says_so(bash):
    child = bash("shellmate -r --sh 'run the command false'")
    child.expect(r"run it\? ")
    assert "false" in child.before
    child.send("y")
    printed, status = end_of(child)
    assert (status, "ended with exit status 1" in printed) == (1, True)


def test_without_a_terminal_nothing_is_asked_of_the_model(primed, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "shellmate", "-r", "list files"],
        env=primed, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        preexec_fn=os.setsid,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "shellmate: --run asks on the terminal, and there is none; leave out --run\n"
    assert done.stdout == ""
