"""-r on a terminal: what is dangerous is not even asked about."""

import pytest

from tests.programs import need
from tests.shell.terminal import Terminal

pytestmark = pytest.mark.slow


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
    terminal.wait(
        lambda: "caution, it deletes build and all in it: run it? [y/e/c/x/a/N]" in terminal.text(), "it is said"
    )
    terminal.send("n")
    terminal.wait(lambda: "ended 1" in terminal.text().splitlines(), "it is not run")


def test_what_needs_care_is_said_once(terminal):
    ask_about(terminal, "rm -rf build")
    terminal.send("y")
    ends_with(terminal, 0)
    assert terminal.text().count("it deletes build and all in it") == 1


def ask_about(terminal, code: str) -> None:
    terminal.answer(code)
    terminal.send("shellmate -r --sh 'do it'; echo ended $?\r")
    terminal.wait(lambda: "run it?" in terminal.text(), "it asks")


def ends_with(terminal, status: int) -> None:
    terminal.wait(lambda: f"ended {status}" in terminal.text().splitlines(), f"it ends with {status}")


def test_how_much_it_would_hit_is_said_and_how_to_undo_it(terminal):
    (terminal.place / "build").mkdir()
    for n in range(3):
        (terminal.place / "build" / f"{n}.o").write_bytes(b"x" * 1000)
    ask_about(terminal, "rm -rf build")
    assert "it deletes 3 files, 3.0 KB" in terminal.text()
    terminal.send("n")
    ends_with(terminal, 1)
    assert (terminal.place / "build" / "0.o").exists()


def test_the_exit_status_of_what_was_run_is_its_own(terminal):
    ask_about(terminal, "exit 7")
    terminal.send("y")
    ends_with(terminal, 7)
    assert "ended with exit status 7" in terminal.text()


@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        ("bash", "echo it is ${BASH_VERSION:+bash}", "it is bash"),
        ("zsh", "echo it is ${ZSH_VERSION:+zsh}", "it is zsh"),
        ("fish", "echo it is fish $FISH_VERSION", "it is fish 3"),
        ("fish", "echo it is ${BASH_VERSION:+bash}", "it is bash"),  # which fish cannot read
        ("fish", "[[ -d / ]] && echo it is bash", "it is bash"),  # which fish can read, and has no command of
    ],
)
def test_it_runs_in_the_users_own_shell(tmp_path, shell, code, said):
    terminal = Terminal("bash", need("bash"), tmp_path, SHELL=need(shell))
    try:
        ask_about(terminal, code)
        terminal.send("y")
        ends_with(terminal, 0)
        assert any(line.startswith(said) for line in terminal.text().splitlines())
    finally:
        terminal.close()


def test_what_is_edited_is_judged_again_and_run(terminal):
    ask_about(terminal, "echo one")
    terminal.send("e")
    terminal.wait(lambda: "edit: echo one" in terminal.text(), "it can be edited")
    terminal.send(" two; rm -f x*\r")
    terminal.wait(lambda: "caution, it deletes files" in terminal.text(), "it is judged again")
    terminal.send("y")
    terminal.wait(lambda: "one two" in terminal.text().splitlines(), "it is run as it was edited")
    ends_with(terminal, 0)


def test_what_becomes_dangerous_by_editing_is_refused(terminal):
    ask_about(terminal, "echo one")
    terminal.send("e")
    terminal.wait(lambda: "edit: echo one" in terminal.text(), "it can be edited")
    terminal.send("; rm -rf ~\r")
    ends_with(terminal, 5)
    assert "it deletes all of your home folder" in terminal.text()


def test_what_does_not_parse_any_more_is_left_as_it_was(terminal):
    ask_about(terminal, "echo one")
    terminal.send("e")
    terminal.wait(lambda: "edit: echo one" in terminal.text(), "it can be edited")
    terminal.send(" '\r")
    terminal.wait(
        lambda: "that does not parse" in terminal.text() and terminal.text().count("run it?") == 2, "it asks anew"
    )
    terminal.send("y")
    terminal.wait(lambda: "one" in terminal.text().splitlines(), "it is run as it was")


def test_an_edit_that_is_given_up_changes_nothing(terminal):
    ask_about(terminal, "echo one")
    terminal.send("e")
    terminal.wait(lambda: "edit: echo one" in terminal.text(), "it can be edited")
    terminal.send("garbage\x03")
    terminal.wait(lambda: terminal.text().count("run it?") == 2, "it asks anew")
    terminal.send("y")
    terminal.wait(lambda: "one" in terminal.text().splitlines(), "it is run as it was")


def test_explaining_copying_and_asking_for_help_come_back_to_the_question(terminal):
    ask_about(terminal, "echo one")
    for key, said in (
        ("x", "echo"),
        ("c", "asked the terminal to copy it"),
        ("?", "e  edit it"),
        ("a", "no other answer"),
    ):
        asked = terminal.text().count("run it?")
        terminal.send(key)
        terminal.wait(lambda asked=asked: terminal.text().count("run it?") > asked, f"{key} comes back")
        assert said in terminal.text(), key
    terminal.send("y")
    terminal.wait(lambda: "one" in terminal.text().splitlines(), "it is run")


def test_what_is_piped_in_is_there_for_it_and_cannot_be_asked_about_twice(terminal):
    terminal.answer("cat; echo ran")
    terminal.send("printf 'data\\n' | shellmate -r --sh 'show it'; echo ended $?\r")
    terminal.wait(lambda: "run it? [y/e/c/x/N]" in terminal.text(), "it asks")
    terminal.send("y")
    ends_with(terminal, 0)
    assert "data" in terminal.text().splitlines() and "ran" in terminal.text().splitlines()


def test_in_the_sandbox_it_is_tried_on_a_copy(terminal):
    (terminal.place / "a.txt").write_text("a\n")
    terminal.answer("rm a.txt; echo tried > b.txt; cat b.txt; exit 4")
    terminal.send("shellmate --sandbox --sh 'do it'; echo ended $?\r")
    terminal.wait(lambda: "run it?" in terminal.text(), "it asks")
    terminal.send("y")
    ends_with(terminal, 4)
    assert "in the sandbox it makes b.txt" in terminal.text() and "in the sandbox it deletes a.txt" in terminal.text()
    assert (terminal.place / "a.txt").exists() and not (terminal.place / "b.txt").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_was_run_is_in_the_history_behind_what_asked_for_it(tmp_path, shell):
    terminal = Terminal(shell, need(shell), tmp_path)
    try:
        ask_about(terminal, "echo 'it   ran' $((40 + 2))")
        terminal.send("y")
        ends_with(terminal, 0)
        terminal.send("fc -ln -2 > said; echo wro''te\r")
        terminal.wait(lambda: "wrote" in terminal.text().splitlines(), "the history is written")
        said = [line.strip() for line in (tmp_path / "said").read_text().splitlines()]
        wanted = ["shellmate -r --sh 'do it'; echo ended $?", "echo 'it   ran' $((40 + 2))"]
        assert [line for line in said if not line.startswith("fc")][-2:] == wanted
        terminal.send("\x1b[A\x1b[A\r")  # and the one before it, which prints it again
        terminal.wait(lambda: terminal.text().splitlines().count("it   ran 42") == 2, "it is run again from there")
    finally:
        terminal.close()


@pytest.mark.parametrize("session", ["", "work"])
def test_in_fish_too_with_what_its_history_escapes(tmp_path, session):
    terminal = Terminal("fish", need("fish"), tmp_path, setup=f"set -g fish_history {session}" if session else "")
    asking, code = "shellmate -r --sh 'do it'; echo ended $status", "echo 'it   ran' \\\\ '\\n' é\necho \"and $HOME\""
    try:
        terminal.answer(code)
        terminal.send(f"{asking}\r")
        terminal.wait(lambda: "run it?" in terminal.text(), "it asks")
        terminal.read(1.2)  # a merge in the second in which the shell began brings nothing new
        terminal.send("y")
        ends_with(terminal, 0)
        terminal.send("\x1b[A")
        terminal.wait(lambda: terminal.line()[1] == code, "it comes back first, byte for byte")
        terminal.send("\x03")
        terminal.settle()
        terminal.send("\x1b[A\x1b[A")
        terminal.wait(lambda: terminal.line()[1] == asking, "and behind it what asked for it")
        terminal.close()
        kept = (tmp_path / ".local/share/fish" / f"{session or 'fish'}_history").read_text()
        assert kept.count("it   ran") == 1 and kept.index("shellmate -r") < kept.index("it   ran")
    finally:
        terminal.close()


def test_what_was_run_in_private_is_in_no_history_of_fish(tmp_path):
    terminal = Terminal("fish", need("fish"), tmp_path, setup="set -g fish_private_mode 1")
    try:
        terminal.answer("echo it ran")
        terminal.send("shellmate -r --sh 'do it'; echo ended $status\r")
        terminal.wait(lambda: "run it?" in terminal.text(), "it asks")
        terminal.send("y")
        ends_with(terminal, 0)
        terminal.close()
        assert not [file for file in tmp_path.rglob("*_history") if "it ran" in file.read_text()]
    finally:
        terminal.close()


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_was_not_run_is_not_in_the_history(tmp_path, shell):
    terminal = Terminal(shell, need(shell), tmp_path)
    try:
        ask_about(terminal, "echo no")
        terminal.send("n")
        ends_with(terminal, 1)
        terminal.send("\x1b[A")
        terminal.wait(lambda: terminal.text().count("shellmate -r --sh 'do it'") == 2, "the last line comes back")
        assert not list(tmp_path.glob("shellmate-*"))
    finally:
        terminal.close()


def test_without_bubblewrap_the_sandbox_is_refused_before_anything_is_asked(terminal):
    terminal.send("PATH=$PWD/bin shellmate --sandbox --sh 'do it'; echo ended $?\r")
    ends_with(terminal, 2)
    assert "--sandbox needs bubblewrap" in terminal.text() and terminal.asked() == []
