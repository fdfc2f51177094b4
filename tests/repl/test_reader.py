"""What happens at which key, on a real terminal."""

import signal
import stat
import subprocess
import sys
import termios

import pytest

from tests.repl.terminal import Terminal, said_in, write_script

pytestmark = pytest.mark.slow

ALT_ENTER = "\x1b\r"
CTRL_C, CTRL_D, CTRL_R, ESCAPE, RIGHT, UP = "\x03", "\x04", "\x12", "\x1b", "\x1b[C", "\x1b[A"
EDIT = "\x18\x05"


def paste(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


def history(terminal: Terminal) -> str:
    return (terminal.place / "state" / "history").read_text(encoding="utf-8")


def test_enter_sends_and_the_message_stays_without_the_toolbar(start):
    terminal = start(toolbar="facts")
    terminal.shows("facts")
    terminal.send("list files\r")
    terminal.hears("list files")
    terminal.prompts(2)
    terminal.shows("facts")
    assert terminal.text().split("\n")[:2] == ["» list files", "»"]
    assert terminal.text().count("facts") == 1
    terminal.send("\r   \r" + CTRL_D)
    terminal.hears("list files")
    terminal.send("\x15" + CTRL_D)
    terminal.hears("list files", None)
    terminal.shows("left")
    assert "facts" not in terminal.text()


@pytest.mark.parametrize("vi", [False, True])
def test_alt_enter_begins_a_line(start, vi):
    terminal = start(vi=vi)
    terminal.send("one" + ALT_ENTER + "two\r")
    terminal.hears("one\ntwo")
    assert "» one\n· two" in terminal.text()


def test_escape_and_then_enter_begins_a_line_for_who_has_no_alt(start):
    terminal = start()
    terminal.send("one" + ESCAPE)
    terminal.read(0.3)
    terminal.send("\rtwo\r")
    terminal.hears("one\ntwo")


def test_what_is_pasted_is_one_message_and_waits_for_enter(start):
    terminal = start()
    terminal.send(paste("def f():\r\n\treturn 1\r\nf()\r\n"))
    terminal.shows("· f()")
    terminal.settle()
    assert terminal.said() == []
    terminal.send("\r")
    terminal.hears("def f():\n\treturn 1\nf()\n")


def test_ctrl_c_clears_a_line_and_tells_once_how_to_leave(start):
    terminal = start()
    terminal.send("wrong" + CTRL_C)
    terminal.prompts(2)
    assert "leaves" not in terminal.text()
    terminal.send(CTRL_C)
    terminal.prompts(3)
    terminal.send(CTRL_C)
    terminal.prompts(4)
    assert terminal.text().count("Ctrl-D or /quit leaves") == 1
    terminal.child.kill(signal.SIGINT)
    terminal.prompts(5)
    terminal.send("right\r")
    terminal.hears("right")


def test_the_history_survives_and_is_private(start):
    first = start()
    first.send("list files\r")
    first.send("print two" + ALT_ENTER + "lines\r")
    first.send(" not this\r")
    first.send("list files\rlist files\r")
    first.send(CTRL_D)
    first.hears("list files", "print two\nlines", " not this", "list files", "list files", None)
    file = first.place / "state" / "history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    kept = [line for line in history(first).splitlines() if line.startswith("+")]
    assert kept == ["+list files", "+print two", "+lines", "+list files"]
    second = start()
    second.send(UP)
    second.shows("» list files")
    second.send(UP)
    second.shows("» print two\n· lines")


def test_ctrl_r_searches_and_enter_does_not_send_yet(start):
    terminal = start()
    terminal.send("count the lines\rlist files\r")
    terminal.hears("count the lines", "list files")
    terminal.prompts(3)
    terminal.send(CTRL_R + "coun")
    terminal.wait(lambda: terminal.text().count("count the lines") == 2, "it is found")
    terminal.send("\r")
    terminal.settle()
    assert len(terminal.said()) == 2
    terminal.send("\r")
    terminal.hears("count the lines", "list files", "count the lines")


@pytest.mark.parametrize("vi", [False, True])
def test_a_suggestion_is_taken_with_the_right_arrow(start, vi):
    terminal = start(vi=vi)
    terminal.send("count the lines\r")
    terminal.hears("count the lines")
    terminal.prompts(2)
    terminal.send("cou")
    terminal.wait(lambda: terminal.line() == "» count the lines", "the rest is suggested")
    terminal.send("\r")
    terminal.hears("count the lines", "cou")
    terminal.prompts(3)
    terminal.send("count")
    terminal.wait(lambda: terminal.line() == "» count the lines", "the rest is suggested")
    terminal.send(RIGHT + "\r")
    terminal.hears("count the lines", "cou", "count the lines")


def test_where_the_history_has_nothing_an_engine_is_asked(start):
    terminal = start(suggestion=" in all files")
    terminal.send("count lines")
    terminal.wait(lambda: terminal.line() == "» count lines in all files", "the end is suggested")
    assert terminal.suggested()[-1] == ["count lines", True]
    terminal.send(RIGHT + "\r")
    terminal.hears("count lines in all files")
    asked = len(terminal.suggested())
    terminal.send("count")
    terminal.wait(lambda: terminal.line() == "» count lines in all files", "the history comes first")
    terminal.settle()
    assert terminal.suggested()[asked:] == []
    terminal.send("\x15!git sta")
    terminal.wait(lambda: ["git sta", False] in terminal.suggested(), "a command is gone on with as one")


def test_the_next_key_ends_what_the_last_one_began(start):
    terminal = start(suggestion=" never shown", slowly=60)
    terminal.send("count")
    terminal.wait(lambda: terminal.suggested() == [["count", True]], "it is asked")
    terminal.send("x")
    terminal.wait(lambda: terminal.suggested() == [["count", True], None, ["countx", True]], "it is asked anew")
    terminal.send("\r")
    terminal.hears("countx")
    terminal.wait(lambda: terminal.suggested()[-1] is None, "what is sent wants no end")


@pytest.mark.parametrize("typed", ["abc", "/lang", "one" + ALT_ENTER + "two and three"])
def test_no_end_is_asked_for(start, typed):
    terminal = start(suggestion="?")
    terminal.send(typed)
    terminal.settle()
    terminal.settle()
    assert terminal.suggested() == [] and "?" not in terminal.text()


def test_forty_columns_with_wide_characters_and_a_long_toolbar(start):
    terminal = start(columns=40, rows=12, toolbar="模型 qwen " * 10)
    terminal.shows("qwen")
    words = "数一数当前目录里所有文件的行数并且按照大小排序然后打印出来"
    terminal.send(words)
    terminal.shows("打印出来")
    terminal.settle()
    rows = terminal.text().split("\n")
    toolbars = [row for row in rows if "qwen" in row]
    assert len(toolbars) == 1 and rows[-1] == toolbars[0]
    terminal.send("\r")
    terminal.hears(words)
    terminal.prompts(2)
    shown = "".join(line.replace("»", "") for line in terminal.screen.display)
    assert words in "".join(shown.split())


def test_the_line_is_drawn_anew_at_another_size(start):
    terminal = start(toolbar="facts")
    terminal.shows("facts")
    terminal.send("words that are typed while " + "x" * 30)
    terminal.shows("x" * 30)
    terminal.resize(40, 10)
    terminal.wait(lambda: terminal.line() == "x" * 19, "the line is wrapped")
    terminal.send(" the size changes")
    terminal.settle()
    terminal.resize(100, 20)
    terminal.shows("x" * 30 + " the size changes")
    terminal.send("\r")
    terminal.hears("words that are typed while " + "x" * 30 + " the size changes")


def test_vi_mode(start):
    terminal = start(vi=True)
    terminal.send("one two" + ESCAPE)
    terminal.read(0.3)
    terminal.send("0ceten" + ESCAPE)
    terminal.read(0.3)
    terminal.send("\r")
    terminal.hears("ten two")


@pytest.mark.parametrize("keys", [EDIT, ESCAPE + "v"])
def test_the_editor_hands_back_a_message_that_enter_sends(start, keys, tmp_path):
    editor = tmp_path / "an editor"
    editor.write_text('#!/bin/sh\necho "was: $(cat "$1")" > "$1"\n')
    editor.chmod(0o755)
    terminal = start(EDITOR=f"'{editor}'", vi=keys != EDIT)
    terminal.send("first")
    terminal.shows("first")
    terminal.send(keys)
    terminal.shows("was: first")
    terminal.settle()
    assert terminal.said() == []
    terminal.send("\r")
    terminal.hears("was: first")


def test_an_editor_that_fails_changes_nothing_and_is_said(start, tmp_path):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "caf\\351" > "$1"; exit $(cat status)\n')
    editor.chmod(0o755)
    (tmp_path / "status").write_text("1")
    terminal = start(EDITOR=str(editor))
    terminal.send("first" + EDIT)
    terminal.shows("Editing failed\n» first")
    (tmp_path / "status").write_text("0")
    terminal.send(EDIT)
    terminal.shows("» caf\ufffd")
    terminal.send("\r")
    terminal.hears("caf\ufffd")


def test_tab_completes_a_command(start):
    terminal = start()
    terminal.send("/mo\t")
    terminal.wait(lambda: terminal.line() == "» /model", "it is completed")
    terminal.send("sm\t")
    terminal.shows("smaller")
    terminal.send("\t\t")
    terminal.wait(lambda: terminal.line() == "» /model smaller", "the second one is chosen")
    terminal.send("\r")
    terminal.wait(lambda: terminal.line() == "» /model smaller", "Enter takes what is chosen")
    assert terminal.said() == []
    terminal.send("\r")
    terminal.hears("/model smaller")
    terminal.prompts(2)
    terminal.send("/re\t")
    terminal.shows("Go on with a session")
    terminal.send(CTRL_C)
    terminal.prompts(3)
    terminal.send("/prompt x\t\r")
    terminal.hears("/model smaller", "/prompt x")


def test_tab_completes_a_path_with_blanks(start, tmp_path):
    (tmp_path / "my folder").mkdir()
    (tmp_path / "my folder" / "a file.py").touch()
    terminal = start()
    terminal.send("/load my\t")
    terminal.wait(lambda: terminal.line() == '» /load "my folder/', "the folder is quoted")
    terminal.send("\t")
    terminal.wait(lambda: terminal.line() == '» /load "my folder/a file.py"', "the file in it is")


def test_a_dumb_terminal_gets_no_escape_codes(start):
    terminal = start(TERM="dumb", toolbar="facts")
    terminal.send("list files\r")
    terminal.hears("list files")
    terminal.send("half" + CTRL_C)
    terminal.shows("Ctrl-D or /quit leaves")
    terminal.send("中文\r" + CTRL_D)
    terminal.hears("list files", "中文", None)
    terminal.shows("left")
    assert "\x1b" not in terminal.output and "facts" not in terminal.output


def test_no_colour_where_none_is_wanted(start):
    for variables, coloured in (({"NO_COLOR": "1"}, False), ({}, True)):
        terminal = start(toolbar="facts", TERM="xterm-256color", **variables)
        terminal.shows("facts")
        terminal.send("one" + ALT_ENTER + CTRL_C)
        terminal.prompts(2)
        terminal.send("/re\t")
        terminal.shows("/retry")
        cells = [cell for row in terminal.screen.buffer.values() for cell in row.values()]
        assert any(cell.fg != "default" or cell.bg != "default" for cell in cells) == coloured
        terminal.send(CTRL_C + CTRL_C)
        terminal.shows("leaves")
        assert ("\x1b[2m" in terminal.output) == coloured


def test_a_terminal_that_is_not_utf_8_gets_an_ascii_prompt(start):
    terminal = start(LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii", wait=False)
    terminal.wait(lambda: terminal.line() == ">", "the prompt is there")
    terminal.send("one" + ALT_ENTER + "two\r")
    terminal.hears("one\ntwo")
    terminal.shows("> one\n. two")


def test_stdout_may_be_a_file(start):
    terminal = start(to_file=True)
    terminal.send("print this\r" + CTRL_D)
    terminal.hears("print this", None)
    terminal.shows("» print this")
    terminal.wait(lambda: (terminal.place / "out").read_text() == "thisleft\n", "stdout has no prompt in it")


def test_the_prompt_overwrites_nothing(start):
    terminal = start(first="before\nno end")
    assert terminal.text() == "before\nno end\n»"
    terminal.send("print again no end\r")
    terminal.prompts(2)
    assert terminal.text() == "before\nno end\n» print again no end\nagain no end\n»"
    terminal.send("print " + "x" * 80 + "\r")
    terminal.prompts(3)
    assert terminal.text().endswith("\n" + "x" * 80 + "\n»")


def test_what_is_typed_ahead_is_sent(start):
    terminal = start()
    terminal.send("stop\r")
    terminal.hears("stop")
    terminal.send("next\r")
    terminal.hears("stop", "next")


@pytest.mark.parametrize("ignored", [False, True])
def test_a_terminal_that_goes_away_is_the_end(start, ignored):
    terminal = start(ignore_hangup=ignored)
    terminal.send("half a message")
    terminal.shows("half a message")
    terminal.hang_up()
    terminal.hears(None)


def test_a_signal_that_ends_the_process_leaves_the_terminal_as_it_was(start):
    terminal = start()
    modes = termios.tcgetattr(terminal.child.fileno())
    assert not modes[3] & termios.ICANON
    terminal.child.kill(signal.SIGTERM)
    terminal.wait(lambda: not terminal.child.isalive(), "it ends")
    assert termios.tcgetattr(terminal.child.fileno())[3] & termios.ICANON


def test_two_at_once_append_to_one_history(start):
    first, second = start(), start()
    for number in range(3):
        first.send(f"first {number}\r")
        first.wait(lambda: f"first {number}" in first.said(), "it is sent")  # noqa: B023
        second.send(f"second {number}\r")
        second.wait(lambda: f"second {number}" in second.said(), "it is sent")  # noqa: B023
    kept = [line for line in history(first).splitlines() if line.startswith("+")]
    assert kept == [f"+{who} {number}" for number in range(3) for who in ("first", "second")]


def test_a_history_that_cannot_be_written_is_said_once(start, tmp_path):
    (tmp_path / "state").write_text("a file where a folder should be")
    terminal = start()
    terminal.send("one\rtwo\r")
    terminal.hears("one", "two")
    terminal.prompts(3)
    terminal.send(UP)
    terminal.shows("» two")
    assert terminal.text().count("the history") == 1


def test_a_damaged_history_is_used_as_far_as_it_can_be(start, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "history").write_bytes(b"\xff\xfe\0junk\n\n# then\n+caf\xe9\n\n# then\n+good one")
    terminal = start()
    terminal.send(UP)
    terminal.shows("» good one")
    terminal.send("\r")
    terminal.hears("good one")
    terminal.shows("is damaged")
    terminal.send(UP + UP)
    terminal.shows("» caf\ufffd")


def test_without_memory_nothing_is_kept(start):
    terminal = start(remember=False)
    terminal.send("one\r")
    terminal.hears("one")
    terminal.prompts(2)
    terminal.send(UP)
    terminal.wait(lambda: terminal.line() == "» one", "this session's own are there")
    assert not (terminal.place / "state").exists()


def test_piped_lines_are_messages_and_no_prompt_is_written(tmp_path):
    lines = "one\r\n\n   \ntwo\0 中\n".encode() + b"caf\xe9\n last"
    done = subprocess.run([sys.executable, write_script(tmp_path)], input=lines, capture_output=True, timeout=20)
    assert (done.stdout, done.stderr) == (b"left\n", b"")
    assert said_in(tmp_path) == ["one", "two\ufffd 中", "caf\ufffd", " last", None]
