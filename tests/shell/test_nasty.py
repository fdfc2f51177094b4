"""What must go through the widgets byte for byte, and what they must leave alone."""

import random
import subprocess
import time
from pathlib import Path

import pytest

from shellmate.shell.line import Replacement, write_lines
from tests.programs import need
from tests.shell.terminal import ARGUMENTS, Terminal

pytestmark = pytest.mark.slow

PIECES = [
    "'", '"', "`", "\\", "$", "$(x)", "${x}", "!", "!!", "!$", "%", "%s", "%%", "*", "?", "[a]", "{a,b}", "~", "#", "-", "--", "-n ",
    "-e", ";", "&", "&&", "|", "<", ">", "(", ")", "=", "a", "b c", "  ", "\t", "\n", "\\n", "\\t", "\\e", "\\0", "中文", "é", "🙂",
    "👩‍👩‍👧", "\u202e", "\u200b", "e\u0301", "$'\\n'", "@PROGRAM@", "\\x1e", "^[", "%F{red}", "\\[", "end", "'\\''", "0",
]  # fmt: skip
COUNT, AT_ONCE = 200, 20
STUB = """#!/bin/sh
[ "$1" = init ] && exec {real} "$@"
cat >{place}/typed.new
mv {place}/typed.new {place}/typed
cat {place}/reply
"""


def nasty_strings() -> list[str]:
    chosen = random.Random(7)
    alone = [piece for piece in PIECES if piece.strip()]
    more = ("".join(chosen.choices(PIECES, k=chosen.randint(2, 8))) for _ in range(5 * COUNT))
    # No widget is asked about blanks alone, and none can tell a line from the same line.
    return list(dict.fromkeys([*alone, *(text for text in more if text.strip())]))[:COUNT]


@pytest.fixture(params=ARGUMENTS)
def terminal(request, tmp_path):
    program = need(request.param)
    real = tmp_path / "real"
    opened = Terminal(request.param, program, tmp_path, setup=f"alias real={real}")
    (tmp_path / "bin" / "shellmate").rename(real)
    (tmp_path / "bin" / "shellmate").write_text(STUB.format(real=real, place=tmp_path))
    (tmp_path / "bin" / "shellmate").chmod(0o755)
    yield opened
    opened.close()


def typed(place: Path, shell: str) -> str:
    """The line that reached shellmate."""
    _, _, first, second, _ = (place / "typed").read_text(encoding="utf-8").split("\0", 4)
    return second.removesuffix("\n") if shell == "fish" else first + second


def test_two_hundred_nasty_strings_go_there_and_back(terminal):
    strings = nasty_strings()
    assert len(strings) == COUNT
    for begin in range(0, COUNT, AT_ONCE):
        these = strings[begin : begin + AT_ONCE]
        pasted = these[0].replace("\t", " ") + "x"  # a tab that is pasted is expanded by some
        lines = [Replacement(text, "") for text in these]
        (terminal.place / "reply").write_text(write_lines([*lines, Replacement(pasted, "")], terminal.shell))
        (terminal.place / "typed").unlink(missing_ok=True)
        terminal.send(f"\x1b[200~{pasted}\x1b[201~")
        terminal.press()
        terminal.becomes(these[0])
        assert typed(terminal.place, terminal.shell) == pasted
        for text in [*these[1:], pasted]:
            terminal.press()
            terminal.becomes(text)
        # One that comes while the shell has not yet taken the terminal back from what wrote the line is lost.
        terminal.wait(lambda: terminal.line()[1] == "" or terminal.send("\x03"), "the next line is empty")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_an_answer_that_ctrl_c_came_too_early_to_stop_does_not_count(tmp_path, shell):
    terminal = Terminal(shell, need(shell), tmp_path)
    try:
        (tmp_path / "reply").write_text(write_lines([Replacement("ls", "")], shell))
        stub = STUB.format(real="false", place=tmp_path).replace("#!/bin/sh\n", "#!/bin/sh\ntrap '' INT\nsleep 1\n")
        (tmp_path / "bin" / "shellmate").write_text(stub)
        terminal.send("some words")
        terminal.press()
        terminal.read(0.4)
        terminal.send("\x03")
        time.sleep(1.2)
        terminal.settle()
        assert terminal.line()[1] == "some words"
        terminal.press()
        terminal.wait(lambda: terminal.line()[1] == "ls", "the next press is as ever")
    finally:
        terminal.close()


def test_traps_options_and_variables_are_left_alone(tmp_path):
    setup = "trap 'echo interrupted' INT; trap 'true' EXIT; set -u; IFS=:; shopt -s extglob nocasematch"
    terminal = Terminal("bash", need("bash"), tmp_path, setup=setup)
    try:
        state = "{ trap -p; set +o; shopt; declare -p IFS; } >"
        terminal.send(f"{state} before\r")
        terminal.settle()
        terminal.send("some words")
        terminal.press()
        terminal.becomes("ls -l")
        terminal.send("\x15" + f"{state} after\r")
        terminal.settle()
        assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()
    finally:
        terminal.close()


def test_a_strict_bash_is_not_ended(tmp_path):
    terminal = Terminal("bash", need("bash"), tmp_path, setup="set -euo pipefail")
    try:
        terminal.answer("x", error="gone")
        terminal.send("some words")
        terminal.press()
        terminal.wait(lambda: "gone" in terminal.text(), "the failure is shown")
        terminal.send("!")
        terminal.answer("ls -l")
        terminal.becomes("some words!")
        terminal.press()
        terminal.becomes("ls -l")
    finally:
        terminal.close()


def test_the_prompt_of_two_lines_is_drawn_whole(tmp_path):
    for shell, prompt in {"bash": "PS1='one\\n$ '", "zsh": "PS1=$'one\\n$ '"}.items():
        place = tmp_path / shell
        place.mkdir()
        terminal = Terminal(shell, need(shell), place)
        try:
            terminal.send(f"{prompt}\r\x0c")
            terminal.settle()
            terminal.answer("ls -l", delay=0.5)
            terminal.send("some words")
            terminal.press()
            terminal.becomes("ls -l")
            terminal.settle()
            assert terminal.text().splitlines() == ["one", "$ ls -l"], shell
        finally:
            terminal.close()


@pytest.mark.parametrize("shell", ARGUMENTS)
@pytest.mark.parametrize("variables", [{"LANG": "C", "LC_ALL": "C"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_in_another_locale_and_on_another_terminal(tmp_path, shell, variables):
    terminal = Terminal(shell, need(shell), tmp_path, **variables)
    try:
        words = "größte Dateien | head" if "LANG" not in variables or shell != "zsh" else "big files | head"
        terminal.send(words)
        terminal.send("\x1b[D" * len(" | head"))
        terminal.press()
        terminal.wait(lambda: terminal.line()[1] == "ls -l | head", "the command is there")
        terminal.press()
        terminal.wait(lambda: terminal.line()[1] == words, "the words are back")
        terminal.answer("x", error="it is gone")
        terminal.send("!")
        terminal.press()
        terminal.wait(lambda: "it is gone" in terminal.text(), "a failure is not silent")
        terminal.send("?")
        terminal.wait(lambda: terminal.line()[1].replace("!", "").replace("?", "") == words, "the line is as it was")
    finally:
        terminal.close()


@pytest.mark.parametrize("options", ["", "--force", "--keep-comment --key f5", "--key ''", "--history 5"])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_strict_flags_take_it_and_nothing_is_said(shellmate_path, shell, options):
    strict = {
        "bash": "set -euo pipefail",
        "zsh": "setopt err_exit no_unset pipe_fail warn_create_global",
        "fish": "true",
    }
    how = {"bash": 'eval "$({})"', "zsh": 'eval "$({})"', "fish": "{} | source"}[shell]
    script = f"{strict[shell]}\n{how.format(f'{shellmate_path} init {shell} {options}')}\necho fine\n"
    for interactive in (["-i"], []):
        arguments = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
        done = subprocess.run(
            [need(shell), *arguments, *interactive, "-c", script], capture_output=True, text=True, timeout=30
        )
        said = [line for line in done.stderr.splitlines() if "job control" not in line and "process group" not in line]
        assert (done.stdout, said) == ("fine\n", []), interactive
