"""What a terminal does to the chat: interrupts, signals, sizes, keys that come early, and what `!` runs on it."""

import os
import signal
import termios
import time

import pytest

from tests.repl.chat import LOOP, LS, PROSE, SORTED, command_of, shell, slow, write_answers

pytestmark = pytest.mark.slow

CTRL_C, CTRL_D = "\x03", "\x04"
CUT = "^C  cut here, and not remembered"


def echoes(terminal) -> bool:
    return bool(termios.tcgetattr(terminal.child.fileno())[3] & termios.ECHO)


def test_a_newcomer_sees_the_way_on_and_the_way_out_until_there_are_figures(chat):
    terminal = chat(LS)
    terminal.wait(lambda: "/help, Ctrl-D leaves" in terminal.text(), "they stand below the first message")
    terminal.say("list files")
    terminal.wait(lambda: "tokens/s" in terminal.text(), "the figures of the answer stand there")
    assert "/help" not in terminal.text()


def test_an_interrupted_answer_stays_on_the_screen_and_is_not_remembered(chat):
    terminal = chat(LS, slow(), SORTED)
    terminal.say("list files")
    terminal.send("now count to 200\r")
    terminal.shows("echo 3")
    terminal.send(CTRL_C)
    terminal.comes_back()
    assert "echo 0\necho 1\necho 2\necho 3" in terminal.text() and CUT in terminal.text()
    assert f"\x1b[2m{CUT}" in terminal.output
    assert terminal.logged() == ["list files"] and len(terminal.noted()) == 1
    terminal.say("now sort by size")
    assert terminal.asked()[-1]["turns"] == ["list files", "".join(LS)]
    assert terminal.logged() == ["list files", "now sort by size"]


def test_a_second_ctrl_c_clears_the_line_and_ctrl_d_leaves(chat):
    terminal = chat(slow())
    terminal.send("count\r")
    terminal.shows("echo 1")
    terminal.send(CTRL_C)
    terminal.comes_back()
    terminal.send("half a message")
    terminal.shows("half a message")
    terminal.send(CTRL_C)
    terminal.comes_back()
    assert terminal.line() == "»" and len(terminal.asked()) == 1
    terminal.send(CTRL_D)
    assert terminal.ends() == 0
    assert "Traceback" not in terminal.text()


def test_many_interrupts_at_once_are_one(chat):
    terminal = chat(slow(), slow(), slow(), LS, NO_COLOR="1")
    for _ in range(3):
        terminal.send("count\r")
        terminal.wait(lambda: "echo 2" in terminal.output, "it is answered")
        for _ in range(20):
            os.kill(terminal.pid(), signal.SIGINT)
            time.sleep(0.001)
        terminal.settle()
        terminal.output = ""
    terminal.send(CTRL_C + "list files\r")
    terminal.shows("ls -l\n»")
    terminal.send(CTRL_D)
    assert terminal.ends() == 0
    assert echoes(terminal)


def test_ctrl_c_ends_an_explanation_and_a_command_but_not_the_chat(chat):
    terminal = chat(LS, ["It lists", 5, "files."], SORTED)
    terminal.say("list files")
    terminal.send("/explain\r")
    terminal.shows("It lists")
    terminal.send(CTRL_C)
    terminal.comes_back()
    assert CUT in terminal.text()
    terminal.send("!echo begun; sleep 10\r")
    terminal.shows("\nbegun")
    terminal.send(CTRL_C)
    terminal.comes_back()
    assert "it was ended by signal 2; /why asks what went wrong" in terminal.text()
    assert terminal.text().count(CUT) == 1
    terminal.say("now sort by size")
    assert terminal.logged() == ["list files", "now sort by size"]


def test_ctrl_c_ends_a_snippet_but_not_the_chat(chat):
    terminal = chat(shell("echo begun; sleep 10"))
    terminal.say("wait")
    terminal.send("/run\r")
    terminal.shows("run it? [y/e/c/x/a/N]")
    terminal.send("y")
    terminal.shows("y\nbegun")
    terminal.send(CTRL_C)
    terminal.comes_back()
    assert "the snippet was ended by signal 2" in terminal.text()


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_what_is_typed_ahead_is_not_seen_in_the_answer_and_is_the_next_message(chat, term):
    terminal = chat(slow(10), SORTED, TERM=term)
    mark = "»" if term == "xterm" else ">"
    terminal.send("count\r")
    terminal.shows("echo 1")
    terminal.send("now sort by size\rhalf")
    terminal.count += 1
    terminal.comes_back()
    if term == "xterm":
        terminal.shows(f"{mark} half")
    assert "".join(f"echo {n}\n" for n in range(10)) + mark in terminal.text()
    assert terminal.asked()[-1]["words"].endswith("now sort by size")
    terminal.send(" a message\r")
    terminal.wait(lambda: len(terminal.asked()) == 3, "it is asked")
    assert terminal.asked()[-1]["words"].endswith("half a message")


def test_a_resize_during_an_answer(chat):
    line = "echo 中文 " + "x" * 50
    terminal = chat(["```bash\n", "if true; then\n", f"  {line}\n", 1, "fi\n", "```"], SORTED)
    terminal.send("do it\r")
    terminal.shows("xxx")
    terminal.resize(40, 60)
    terminal.comes_back()
    assert "fi\n»" in terminal.text()
    terminal.say("now sort by size")
    assert terminal.text().endswith("auto · context 1.1k of 4.0k · 0 tok") or "ls -lS\n»" in terminal.text()


def test_forty_columns_and_wide_characters(chat):
    code = "echo '" + "数一数当前目录里所有文件的行数" * 2 + "'"
    terminal = chat(shell(code), columns=40)
    terminal.say("列出所有文件的大小并按照时间排序输出到一个文件里面去")
    shown = terminal.text().replace("\n", "").replace(" ", "")
    assert code.replace(" ", "") in shown and "排序输出到一个文件里面去" in shown
    assert terminal.logged() == ["列出所有文件的大小并按照时间排序输出到一个文件里面去"]


def test_a_dumb_terminal_gets_no_escape_codes(chat):
    terminal = chat(LOOP, slow(), PROSE, TERM="dumb")
    terminal.say("loop three times")
    terminal.send("count\r")
    terminal.shows("echo 2")
    terminal.send(CTRL_C)
    terminal.comes_back()
    assert CUT in terminal.text()
    terminal.say("/explain")
    terminal.say("/help")
    terminal.say("/copy")
    assert "this terminal has no clipboard" in terminal.text()
    terminal.send(CTRL_D)
    assert terminal.ends() == 0
    assert "\x1b" not in terminal.output


def test_no_colour_where_none_is_wanted(chat):
    terminal = chat(LOOP, LS, NO_COLOR="1")
    terminal.say("loop three times")
    terminal.say("now in shell")
    terminal.say("/diff")
    terminal.say("/run now")
    cells = [cell for row in terminal.screen.buffer.values() for cell in row.values()]
    assert all(cell.fg == cell.bg == "default" for cell in cells)
    assert "\x1b[2m" not in terminal.output and "\x1b[31m" not in terminal.output


def test_what_was_answered_survives_a_crash_and_goes_on_in_the_same_terminal(chat, tmp_path):
    command = f"{command_of(tmp_path)}; {command_of(tmp_path, 'repl', '-c')}"
    terminal = chat(LS, SORTED, slow(), LOOP, command=command)
    terminal.say("list files")
    terminal.say("now sort by size")
    terminal.send("count\r")
    terminal.shows("echo 1")
    os.kill(terminal.pid(), signal.SIGKILL)
    terminal.comes_back()
    write_answers(tmp_path, LOOP)
    assert terminal.logged() == ["list files", "now sort by size"]
    terminal.say("now in python")
    assert terminal.asked()[-1]["turns"][::2] == ["list files", "Change the code above: now sort by size"]
    assert terminal.logged() == ["list files", "now sort by size", "now in python"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("busy", ["answer", "command", ""])
def test_a_signal_ends_the_chat_and_keeps_the_log(chat, number, busy):
    terminal = chat(LS, slow())
    terminal.say("list files")
    if busy:
        terminal.send("count\r" if busy == "answer" else "!echo 'echo' 1; sleep 5\r")
        terminal.shows("\necho 1")
    os.kill(terminal.pid(), number)
    status = terminal.ends()
    assert status in ((143,) if number == signal.SIGTERM else (0, -signal.SIGHUP))
    assert "Traceback" not in terminal.text() and "Error" not in terminal.text()
    assert terminal.logged() == ["list files"]
    assert echoes(terminal) or number == signal.SIGHUP


def test_a_command_has_a_terminal_of_its_own(chat):
    terminal = chat(PROSE, columns=90, rows=50)
    terminal.say("!stty size; test -t 0 && test -t 1 && echo on a terminal")
    assert "\n50 90\non a terminal\n" in terminal.text()
    terminal.say(r"!printf '\033[31mred\033[0m\n'; exit 3")
    assert "\x1b[31mred" in terminal.output
    assert "it ended with exit status 3; /why asks what went wrong" in terminal.text()
    terminal.send("!read -p 'name? ' name; echo hello $name\r")
    terminal.shows("\nname?")
    terminal.send("x\x7fworld\r")
    terminal.comes_back()
    assert "name? world\nhello world\n»" in terminal.text()
    terminal.send("!trap 'stty size; exit' WINCH; echo waits; while :; do sleep 0.1; done\r")
    terminal.shows("\nwaits")
    terminal.resize(70, 50)
    terminal.comes_back()
    assert "\n50 70\n" in terminal.text()
    terminal.say("!yes | head -n 1")
    assert "\ny\n»" in terminal.text()
    terminal.say("!sleep 60 &")
    assert terminal.asked() == []


def test_why_is_asked_about_what_was_printed(chat):
    terminal = chat(PROSE, PROSE)
    terminal.say(r"!printf '\033[31mone\033[0m\ntwo\n'; exit 3")
    terminal.say("/why")
    terminal.say("/why what is the second line")
    first, second = terminal.asked()
    assert (first["name"], first["openings"]) == ("about", [])
    assert "one\ntwo\n" in first["context"] and "\x1b" not in first["context"] and "\r" not in first["context"]
    assert first["words"].endswith("exit 3` ended with exit status 3. Why?")
    assert second["words"] == "what is the second line"
    assert terminal.logged() == []


def test_a_command_that_prints_nothing_or_no_text_can_be_asked_about(chat):
    terminal = chat(PROSE)
    terminal.say("!false")
    terminal.say("/why")
    assert terminal.asked()[-1]["context"] == ""
    terminal.say("!head -c 3000 /dev/zero")
    terminal.say("/why")
    assert "what it printed is binary data" in terminal.text() and "stdin" not in terminal.text()


def test_a_shell_that_is_not_there_is_said_and_the_chat_goes_on_once(chat):
    terminal = chat(LS, SHELL="/no/such/shell")
    terminal.say("!ls")
    assert "/no/such/shell cannot be run" in terminal.text()
    terminal.say("list files")
    terminal.send(CTRL_D)
    assert terminal.ends() == 0
    assert terminal.logged() == ["list files"]
