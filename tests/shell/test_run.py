"""-r on a terminal: what is dangerous is not even asked about."""

import pytest

from tests.programs import need
from tests.shell.terminal import Terminal


@pytest.fixture
def terminal(tmp_path):
    opened = Terminal("bash", need("bash"), tmp_path)
    yield opened
    opened.close()


def test_what_is_dangerous_is_refused(terminal):
    terminal.answer("rm -rf ~")
    terminal.send("shellmate -r --sh 'delete everything'; echo ended $?\r")
    terminal.wait(lambda: "ended 5" in terminal.text().splitlines(), "it is refused")
    assert "deletes all of your home folder" in terminal.text() and "run it?" not in terminal.text()
    assert (terminal.place / "rc").exists()


def test_what_needs_care_is_said_with_the_question(terminal):
    terminal.answer("rm -rf build")
    terminal.send("shellmate -r --sh 'delete the build'; echo ended $?\r")
    terminal.wait(lambda: "caution, it deletes build and all in it: run it? [y/N]" in terminal.text(), "it is said")
    terminal.send("n")
    terminal.wait(lambda: "ended 1" in terminal.text().splitlines(), "it is not run")
