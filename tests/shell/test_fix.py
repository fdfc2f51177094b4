"""`shellmate fix` in the shells: it is told what was run last, and how it ended."""

import time

import pytest

from shellmate.request.screen import find_output
from tests.programs import need
from tests.shell.terminal import ARGUMENTS, Terminal

pytestmark = pytest.mark.slow


@pytest.fixture(params=ARGUMENTS)
def terminal(request, tmp_path):
    opened = Terminal(request.param, need(request.param), tmp_path)
    yield opened
    opened.close()


def test_the_last_command_and_its_status_are_told(terminal):
    terminal.answer("git status")
    for failing, status in (("sh -c 'exit 3' gti", 3), ("GITHUB_TOKEN=abc123 false", 1)):
        terminal.send(f"{failing}\r")
        terminal.settle()
        so_far = len(terminal.asked())
        for count in (1, 2):
            terminal.send("\x0cshellmate fix\r")
            terminal.wait(lambda: len(terminal.asked()) == so_far + count, "it is asked")  # noqa: B023
            terminal.wait(lambda: terminal.text().endswith("git status\n$"), "the command is printed")
        asked = terminal.asked()[so_far]["words"]
        assert asked == f"{failing.replace('abc123', '***')}\nexit status {status}"


def test_any_other_use_is_what_it_was(terminal):
    status = "$status" if terminal.shell == "fish" else "$?"
    terminal.send(f"shellmate --version; shellmate init nosuch; echo ended {status}\r")
    terminal.wait(lambda: "ended 2" in terminal.text().splitlines(), "the status is shellmate's own")
    assert "shellmate, version" in terminal.text() and "nosuch" in terminal.text()


def test_without_the_shells_help_it_says_what_to_do(terminal):
    erase = "functions -e shellmate" if terminal.shell == "fish" else "unset -f shellmate"
    terminal.send(f"{erase}; shellmate fix\r")
    terminal.wait(lambda: "the last command is not known" in terminal.text(), "it is said")
    assert terminal.asked() == []


def test_what_it_printed_is_read_off_the_screen_of_tmux(tmp_path):
    terminal = Terminal("bash", need("bash"), tmp_path)
    try:
        terminal.answer("tar xf a.tar -C out")
        inner = f"{need('bash')} --norc --noprofile -i"
        terminal.send(f"{need('tmux')} -L {tmp_path.name} -f /dev/null new-session -x 80 -y 20 '{inner}'\r")
        time.sleep(1)
        terminal.send(f" . {tmp_path}/rc\r")
        terminal.settle()
        terminal.send("tar xf a.tar --into out\r")
        terminal.wait(lambda: "unrecognized option" in terminal.text(), "it fails")
        terminal.settle()
        terminal.send("shellmate fix --screen\r")
        terminal.wait(lambda: "tar xf a.tar -C out" in terminal.text(), "it is mended")
        context = terminal.asked()[-1]["context"]
        assert "unrecognized option" in context and "shellmate fix" not in context
    finally:
        terminal.send(f"tmux -L {tmp_path.name} kill-server\r")
        terminal.settle()
        terminal.close()


@pytest.mark.parametrize(
    ("lines", "output"),
    [
        (["$ x", "one", "two", "$ shellmate fix", "", ""], "one\ntwo"),
        (["$ x", "old", "$ x", "new", "$ shellmate fix"], "new"),
        (["$ y", "one", "$ shellmate fix"], ""),
        (["$ x", "$ shellmate fix"], ""),
        ([], ""),
    ],
)
def test_what_is_behind_the_command_is_its_output(lines, output):
    assert find_output("x", lines) == output
