"""One behaviour, three shells: what a user sees and gets who presses the key."""

import random
import re
import time

import pytest

from tests.programs import need
from tests.shell.terminal import ARGUMENTS, CHECKOUT, Terminal

pytestmark = pytest.mark.slow

CLEAR = "\x15"
UNDO = {"zsh": "\x1f", "fish": "\x1f"}
ESCAPE = "\x1b"


@pytest.fixture(params=ARGUMENTS)
def start(request, tmp_path):
    """Starts the shell; its arguments are those of Terminal."""
    opened = []

    def open_terminal(**arguments) -> Terminal:
        opened.append(Terminal(request.param, need(request.param), tmp_path, **arguments))
        return opened[-1]

    yield open_terminal
    for terminal in opened:
        terminal.close()


def gives(terminal: Terminal, *lines: str) -> None:
    """One press after another, each of which turns the line into the next of these."""
    for line in lines:
        terminal.press()
        terminal.becomes(line)


def test_words_become_the_command_and_nothing_is_run(start):
    terminal = start()
    terminal.answer("touch here")
    terminal.send("make a file")
    terminal.press()
    terminal.becomes("touch here")
    assert not (terminal.place / "here").exists()
    assert [asked["words"] for asked in terminal.asked()] == ["make a file"]
    terminal.send("\r")
    terminal.wait((terminal.place / "here").exists, "Enter runs it")


def test_the_other_key_that_the_documents_name_is_free(start):
    [key] = set(re.findall(r"--key ([\w-]+)", (CHECKOUT / "docs" / "shell.md").read_text(encoding="utf-8")))
    terminal = start(options=f"--key {key}")
    assert "bound" not in terminal.text()
    terminal.send("make a file\x1b" + key.removeprefix("alt-"))
    terminal.becomes("ls -l")


def test_each_press_gives_the_next_one_and_then_the_words(start):
    terminal = start()
    terminal.answer("ls -lS", "du -a", "find .")
    terminal.send("biggest files  here ")
    gives(terminal, "ls -lS", "du -a", "find .", "biggest files  here ", "ls -lS")
    assert len(terminal.asked()) == 1


def test_what_is_not_on_this_machine_comes_behind_what_is(start):
    terminal = start()
    terminal.answer("nosuchprogram -S", "ls --nosuchoption", "ls -S")
    terminal.send("biggest files")
    gives(terminal, "ls -S", "nosuchprogram -S", "ls --nosuchoption", "biggest files")


def test_where_nothing_is_on_this_machine_the_likeliest_comes_first(start):
    terminal = start()
    terminal.answer("nosuchprogram -S", "nosuchprogram -l")
    terminal.send("biggest files")
    terminal.press()
    terminal.becomes("nosuchprogram -S")


@pytest.mark.parametrize("kind", ["alias", "function"])
def test_an_alias_and_a_function_of_the_shell_are_on_this_machine(start, kind):
    terminal = start()
    functions = {"fish": "function nosuchprogram; ls $argv; end"}
    function = functions.get(terminal.shell, "nosuchprogram() { ls; }")
    terminal.send(f"{function if kind == 'function' else 'alias nosuchprogram=ls'}\r")
    terminal.settle()
    terminal.answer("nosuchprogram -S", "ls -S")
    terminal.send("biggest files")
    terminal.press()
    terminal.becomes("nosuchprogram -S")


def test_an_edited_line_is_asked_anew(start):
    terminal = start()
    terminal.answer("ls -lS", "du -a")
    terminal.send("biggest files")
    terminal.press()
    terminal.becomes("ls -lS")
    terminal.send(CLEAR + "smallest files")
    terminal.answer("ls -lSr")
    terminal.press()
    terminal.becomes("ls -lSr")
    assert [asked["words"] for asked in terminal.asked()] == ["biggest files", "smallest files"]


def test_the_same_line_on_another_day_is_asked_anew(start):
    terminal = start()
    terminal.answer("true one", "true two")
    terminal.send("words")
    terminal.press()
    terminal.becomes("true one")
    terminal.send("\r")
    terminal.settle()
    terminal.answer("true three")
    terminal.send("true one")
    terminal.press()
    terminal.becomes("true three")


def test_a_line_with_what_separates_lines_is_refused(start):
    terminal = start()
    words = "some \x1e words" if terminal.shell != "fish" else "some words"
    terminal.send(words.replace("\x1e", "\x16\x1e"))
    terminal.settle()
    terminal.press()
    terminal.settle()
    terminal.send("!")
    terminal.wait(lambda: terminal.line()[1].replace("!", "") in (words, "ls -l"), "nothing is lost")


def test_an_answer_with_what_separates_lines_is_left_out(start):
    terminal = start()
    terminal.answer("echo \x1e one", "echo \x1f two", "ls -S")
    terminal.send("words")
    terminal.press()
    terminal.becomes("ls -S")


def test_undo_gives_the_words_back_in_one_step(start):
    terminal = start()
    if terminal.shell == "bash":
        return  # readline forgets its undo list when a bound command has changed the line; a press gives the words back
    terminal.send("biggest files")
    terminal.press()
    terminal.becomes("ls -l")
    terminal.send(UNDO[terminal.shell])
    terminal.wait(lambda: terminal.line()[1] == "biggest files", "undo restores the words")


def test_what_is_behind_the_cursor_stays_where_it_is_an_operator(start):
    terminal = start()
    terminal.answer("ls -S")
    terminal.send("biggest files | head -3")
    terminal.send("\x1b[D" * len(" | head -3"))
    terminal.press()
    terminal.wait(lambda: terminal.line() == (len("ls -S"), "ls -S | head -3"), "the suffix stays")
    terminal.press()
    terminal.wait(lambda: terminal.line() == (len("biggest files"), "biggest files | head -3"), "the words are back")


def test_words_around_the_cursor_are_all_of_the_question(start):
    terminal = start()
    terminal.send("biggest files here")
    terminal.send("\x1b[D" * 5)
    terminal.press()
    terminal.becomes("ls -l")
    assert terminal.asked()[0]["words"] == "biggest files here"


def test_a_command_with_an_open_end_is_completed(start):
    terminal = start()
    terminal.answer("wc -l", "sort")
    terminal.send("ls -l | ")
    terminal.press()
    terminal.becomes("ls -l | wc -l")
    terminal.press()
    terminal.becomes("ls -l | sort")
    before, after = terminal.asked()[0]["infill"]
    assert before.endswith("\nls -l | ") and after == "\n"


def test_the_words_are_kept_as_a_comment_where_that_is_wanted(start):
    terminal = start(options="--keep-comment")
    terminal.send("biggest files")
    terminal.press()
    terminal.wait(lambda: terminal.line() == (5, "ls -l  # biggest files"), "the words are behind the command")


def test_what_is_being_written_is_shown_and_leaves_no_trace(start):
    terminal = start()
    terminal.answer("find . -size +1M", delay=1.5)
    terminal.send("echo first\r")
    terminal.settle()
    terminal.send("big files")
    terminal.settle()
    terminal.press()
    terminal.wait(lambda: re.search(r"^find \.", terminal.text(), re.MULTILINE), "what is written is shown")
    terminal.wait(lambda: re.search(r"^\$ find \. -size \+1M$", terminal.text(), re.MULTILINE), "the line is there")
    terminal.settle()
    assert terminal.text().splitlines()[-3:] == ["$ echo first", "first", "$ find . -size +1M"]
    assert terminal.screen.cursor.x == len("$ find . -size +1M")


def test_at_the_bottom_of_the_screen_too(start):
    terminal = start()
    terminal.answer("find . -size +1M", delay=0.5)
    terminal.send("\r" * 40)
    terminal.settle()
    terminal.send("big files")
    terminal.press()
    terminal.becomes("find . -size +1M")
    terminal.settle()
    lines = terminal.text().splitlines()
    assert lines[-1] == "$ find . -size +1M" and set(lines[:-1]) == {"$"}


def test_ctrl_c_leaves_the_line_as_it_was_whenever_it_comes(start):
    terminal = start()
    terminal.answer("never", delay=10)
    words = "big  files 'n 中文 "
    terminal.send(words)
    terminal.send("\x1b[D" * 3)
    terminal.settle()
    moments = random.Random(4)
    for _ in range(10):
        terminal.press()
        terminal.read(moments.uniform(0, 0.8))
        terminal.child.send("\x03")
        time.sleep(0.4)
        terminal.settle()
        if terminal.line()[1] == "":  # it came before the widget had begun, and is the shell's own then
            terminal.send(words + "\x1b[D" * 3)
            terminal.settle()
        assert terminal.line() == (len(words) - 3, words)
    terminal.answer("ls")
    terminal.press()
    terminal.becomes("ls")
    assert "^C" not in terminal.text().splitlines()[-1]


def test_what_is_typed_meanwhile_is_kept(start):
    terminal = start()
    terminal.answer("ls -l", delay=1)
    terminal.send("long list")
    terminal.press()
    terminal.read(0.5)
    terminal.send(" /tmp")
    terminal.becomes("ls -l /tmp")


@pytest.mark.parametrize("error", ["the model is gone", ""])
def test_a_failure_changes_nothing_and_says_why_until_the_next_key(start, error):
    terminal = start()
    terminal.answer(*(["x"] if error else ['echo "open']), error=error)
    terminal.send("do it now")
    terminal.settle()
    terminal.press()
    said = error or "no command for that"
    terminal.wait(lambda: f"shellmate: {said}" in terminal.text(), "the reason is shown")
    terminal.send("!")
    terminal.wait(lambda: said not in terminal.text(), "it is gone at the next key")
    terminal.becomes("do it now!")


@pytest.mark.parametrize("program", ["", "#!/bin/sh\nexit 1\n", "#!/nosuch/python\n", "#!/bin/sh\nkill -9 $$\n"])
def test_where_shellmate_itself_is_gone_or_broken_that_is_said_until_the_next_key(start, program):
    terminal = start()
    script = terminal.place / "bin" / "shellmate"
    script.write_text(program) if program else script.unlink()
    terminal.send("list files")
    terminal.settle()
    before = terminal.text().splitlines()
    terminal.press()
    terminal.wait(lambda: "try: shellmate doctor" in terminal.text(), "it is said")
    terminal.send("!")
    terminal.wait(lambda: "shellmate doctor" not in terminal.text(), "it is gone at the next key")
    terminal.becomes("list files!")
    terminal.settle()
    assert terminal.text().splitlines() == [*before[:-1], f"{before[-1]}!"]


def test_on_a_dumb_terminal_it_is_said_above_the_line(start):
    terminal = start(TERM="dumb")
    (terminal.place / "bin" / "shellmate").unlink()
    terminal.send("list files")
    terminal.press()
    terminal.wait(lambda: "try: shellmate doctor" in terminal.text(), "it is said")
    terminal.send("!")
    terminal.becomes("list files!")
    terminal.wait(lambda: terminal.text().splitlines()[-1] == "$ list files!", "the line is below it")


@pytest.mark.parametrize("fault", ["file", "variable"])
def test_settings_that_are_wrong_are_said(start, fault):
    terminal = start()
    if fault == "variable":
        terminal.send("export SHELLMATE_CTX=many\r")
        terminal.settle()
    else:
        (terminal.place / "config").mkdir()
        (terminal.place / "config" / "config.toml").write_text("nonsense = 3\n")
    terminal.send("list files")
    terminal.press()
    terminal.wait(lambda: "shellmate: the settings are wrong; `shellmate doctor` says what" in terminal.text(), "said")
    terminal.send("!")
    terminal.becomes("list files!")


def test_the_shell_is_as_it_was_behind_presses_whatever_came_of_them(start):
    """Options, traps, bindings, functions and variables."""
    state = {
        "bash": "set +o; shopt; trap; bind -p; bind -X; declare -F; declare -p IFS PATH PS1 PROMPT_COMMAND",
        "zsh": "setopt; unsetopt; trap; bindkey -L; print -l ${(ok)functions} ${(ok)parameters}; typeset -p IFS PATH PS1",
        "fish": "set -n; functions -a -n; bind; trap; status job-control; set -S fish_bind_mode IFS PATH",
    }
    terminal = start()
    group = "begin; {}; end > {}" if terminal.shell == "fish" else "{{ {}; }} > {} 2>&1"

    def note(count: int) -> list[str]:
        file = terminal.place / f"state{count}"
        terminal.send(f" {group.format(state[terminal.shell], file)}; echo no''ted {count}\r")
        terminal.wait(lambda: f"noted {count}" in terminal.text().splitlines(), "it is noted")
        return [line for line in file.read_text().splitlines() if "_shellmate_" not in line]

    note(1)
    before = note(2)
    terminal.send("list files")
    gives(terminal, "ls -l", "list files")
    terminal.send(CLEAR + "cut short")
    terminal.answer("never", delay=30)
    terminal.press()
    terminal.read(0.8)
    terminal.send("\x03")
    terminal.settle()
    terminal.send(CLEAR + "no command")
    terminal.answer('echo "open')
    terminal.press()
    terminal.wait(lambda: "no command for that" in terminal.text(), "it fails")
    terminal.send(CLEAR)
    terminal.settle()
    assert len(before) > 50 and note(3) == before


def test_a_missing_model_is_not_fetched_and_the_mend_is_shown_whole(tmp_path):
    terminal = Terminal("zsh", need("zsh"), tmp_path, real=True)
    try:
        terminal.send("list files")
        terminal.press()
        terminal.wait(lambda: "run `shellmate model pull qwen2.5-coder-0.5b`" in terminal.text(), "the mend is shown")
        terminal.send("!")
        terminal.becomes("list files!")
    finally:
        terminal.close()


def test_the_status_of_the_last_command_is_kept_and_told(start):
    terminal = start()
    terminal.send("false\r")
    terminal.settle()
    status = "$status" if terminal.shell == "fish" else "$?"
    terminal.answer(f"echo is {status}")
    terminal.send("do that again")
    terminal.press()
    terminal.becomes(f"echo is {status}")
    terminal.send("\r")
    terminal.wait(lambda: "is 1" in terminal.text().splitlines(), "the status is what it was")
    asked = terminal.asked()[0]["words"]
    assert asked == "The last command was: false (exit status 1)\ndo that again"


def test_an_empty_line_asks_nothing(start):
    terminal = start()
    terminal.press()
    terminal.send("  ")
    terminal.press()
    terminal.settle()
    assert terminal.asked() == [] and terminal.line()[1].strip() == ""


def test_a_key_that_is_taken_stays_taken(start):
    taken = {
        "bash": 'bind \'"\\em": "mine"\'',
        "zsh": "bindkey -s '^[m' mine",
        "fish": "bind \\em 'commandline -i mine'",
    }
    terminal = start()
    setup = taken[terminal.shell]
    terminal.close()
    terminal = start(setup=setup)
    assert "SHELLMATE_KEY" in terminal.text()
    terminal.press()
    terminal.becomes("mine")
    terminal.close()
    terminal = start(setup=setup, options="--force")
    assert "SHELLMATE_KEY" not in terminal.text()
    terminal.send("words")
    terminal.press()
    terminal.becomes("ls -l")


def test_a_function_in_readlines_own_file_is_a_binding_too(tmp_path):
    (tmp_path / ".inputrc").write_text('"\\em": beginning-of-line\n')
    terminal = Terminal("bash", need("bash"), tmp_path)
    try:
        assert "SHELLMATE_KEY" in terminal.text()
        terminal.send("words")
        terminal.press()
        terminal.wait(lambda: terminal.line() == (0, "words"), "the key does what it did")
    finally:
        terminal.close()


def test_a_function_that_bashs_own_start_file_binds_is_a_binding_too(tmp_path):
    (tmp_path / ".bashrc").write_text("bind '\"\\em\": beginning-of-line'\n")
    terminal = Terminal("bash", need("bash"), tmp_path, setup=". ~/.bashrc")
    try:
        assert "SHELLMATE_KEY" in terminal.text()
        terminal.send("words")
        terminal.press()
        terminal.wait(lambda: terminal.line() == (0, "words"), "the key does what it did")
    finally:
        terminal.close()


def test_tab_completes_what_shellmate_has(start):
    """Without compinit zsh completes nothing, whoever asks."""
    terminal = start()
    terminal.close()
    terminal = start(setup="autoload -Uz compinit; compinit -D -u" if terminal.shell == "zsh" else "")
    terminal.send("shellmate --sandb\t")
    terminal.wait(lambda: terminal.line()[1].strip() == "shellmate --sandbox", "an option")
    terminal.send(CLEAR + "shellmate model ver\t")
    terminal.wait(lambda: terminal.line()[1].strip() == "shellmate model verify", "a command")


def test_a_compinit_that_comes_later_finds_the_completions(tmp_path):
    terminal = Terminal("zsh", need("zsh"), tmp_path)
    try:
        terminal.send("autoload -Uz compinit; compinit -D -u\r")
        terminal.settle()
        terminal.send("shellmate model ver\t")
        terminal.wait(lambda: terminal.line()[1].strip() == "shellmate model verify", "a command")
    finally:
        terminal.close()


def test_another_key_and_none(start):
    terminal = start(SHELLMATE_KEY="ctrl-x ctrl-t")
    terminal.send("words")
    terminal.send("\x18\x14")
    terminal.becomes("ls -l")
    terminal.close()
    terminal = start(SHELLMATE_KEY="")
    terminal.send("words")
    terminal.press()
    terminal.settle()
    assert terminal.asked() == terminal.asked()[:1] and terminal.line()[1].startswith("words")


@pytest.mark.parametrize("mode", ["insert", "command"])
def test_in_vi_mode(start, mode):
    terminal = start()
    vi = {"bash": "set -o vi", "zsh": "bindkey -v", "fish": "fish_vi_key_bindings"}[terminal.shell]
    terminal.close()
    terminal = start(setup=vi)
    terminal.send("biggest files")
    terminal.settle()
    if mode == "command":
        terminal.send(ESCAPE)
        time.sleep(0.8)
        terminal.settle()
    terminal.press()
    terminal.wait(lambda: terminal.asked() and "ls -l" in terminal.text().splitlines()[-1], "the command is there")
    assert len(terminal.asked()) == 1


def test_what_is_dangerous_is_marked_and_does_nothing_on_enter(start):
    terminal = start()
    terminal.answer("touch here; rm -rf /; touch there", "ls")
    terminal.send("delete everything")
    terminal.press()
    terminal.wait(lambda: "danger, it" in terminal.line()[1], "it is marked")
    line = terminal.line()[1]
    assert "touch here; rm -rf /; touch there" in line and "deletes all of /" in line
    terminal.send("\r")
    terminal.settle()
    assert not {"here", "there"} & {file.name for file in terminal.place.iterdir()}
    terminal.send("delete everything")
    terminal.press()
    terminal.press()
    terminal.becomes("ls")


def test_fish_has_bash_do_what_it_cannot_or_would_do_otherwise(tmp_path):
    terminal = Terminal("fish", need("fish"), tmp_path)
    try:
        terminal.answer('for n in {1..3}; do echo "n${n}n"; done', "echo {4..5}", "echo $?")
        terminal.send("count to three")
        gives(
            terminal,
            "bash -c 'for n in {1..3}; do echo \"n${n}n\"; done'",
            "bash -c 'echo {4..5}'",
            "echo $status",
            "count to three",
            "bash -c 'for n in {1..3}; do echo \"n${n}n\"; done'",
        )
        terminal.send("\r")
        terminal.wait(lambda: {"n1n", "n2n", "n3n"} <= set(terminal.text().splitlines()), "Enter runs it")
    finally:
        terminal.close()


def test_what_fish_would_take_otherwise_completes_no_line_of_its_user(tmp_path):
    terminal = Terminal("fish", need("fish"), tmp_path)
    try:
        terminal.answer("grep `date` {1..3}", "xargs -n1 echo")
        terminal.send("ls | ")
        gives(terminal, "ls | xargs -n1 echo", "ls | ")
    finally:
        terminal.close()


def test_what_is_behind_the_cursor_is_not_handed_to_bash(tmp_path):
    terminal = Terminal("fish", need("fish"), tmp_path)
    try:
        terminal.answer("echo {1..3}")
        terminal.send("numbers | wc -w")
        terminal.send("\x1b[D" * len(" | wc -w"))
        terminal.press()
        line = "bash -c 'echo {1..3}' | wc -w"
        terminal.wait(lambda: terminal.line()[1] == line, "the suffix stays")
    finally:
        terminal.close()


def test_what_is_dangerous_is_marked_where_bash_is_to_do_it(tmp_path):
    terminal = Terminal("fish", need("fish"), tmp_path)
    try:
        terminal.answer("for f in /; do rm -rf $f; done")
        terminal.send("delete everything")
        terminal.press()
        terminal.wait(lambda: terminal.line()[1].startswith("# danger, it deletes all of /: bash -c"), "it is marked")
    finally:
        terminal.close()


def test_several_lines(start):
    terminal = start()
    answer = 'for f in *; do\n  echo "$f"\ndone'
    if terminal.shell == "fish":
        answer = "for f in *\n    echo $f\nend"
    terminal.answer(answer)
    terminal.send("print each file")
    terminal.press()
    terminal.becomes(answer)
