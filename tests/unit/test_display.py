import io
import os
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from shellmate.answer.showing.display import (
    ColouredDisplay,
    Display,
    DumbDisplay,
    PipeDisplay,
    SilentDisplay,
    open_display,
)
from shellmate.answer.showing.highlight import Highlighter
from shellmate.answer.showing.sanitise import make_visible
from shellmate.answer.showing.terminal import TerminalDisplay
from shellmate.core.environment import Environment


class Screen(pyte.HistoryScreen):
    """As terminals do and pyte does not, a wide character that no longer fits begins the next row."""

    def draw(self, data: str) -> None:
        for char in data:
            if wcwidth(char) == 2 and self.cursor.x == self.columns - 1:
                self.cursor.x = self.columns
            super().draw(char)


class Terminal(io.BytesIO):
    def __init__(self, columns: int = 20, lines: int = 6, above: int = 0):
        super().__init__()
        self.screen = Screen(columns, lines, history=100_000)
        self.stream = pyte.ByteStream(self.screen)
        self.written = b""
        self.write(b"$ shellmate\n" * above)

    def write(self, data) -> int:
        self.written += bytes(data)
        self.stream.feed(bytes(data).replace(b"\n", b"\r\n"))
        return len(data)

    def size(self) -> os.terminal_size:
        return os.terminal_size((self.screen.columns, self.screen.lines))

    def everything(self) -> list[str]:
        """Every line down to the cursor's, those that scrolled off too; below the cursor there must be nothing."""
        scrolled = ["".join(row[x].data for x in range(self.screen.columns)) for row in self.screen.history.top]
        lines = [line.rstrip() for line in (*scrolled, *self.screen.display)]
        end = len(scrolled) + self.screen.cursor.y + 1
        assert not any(lines[end:])
        return lines[:end]


def environment(stdout, **variables) -> Environment:
    is_terminal = isinstance(stdout, Terminal)
    variables = {"TERM": "xterm"} | variables
    return Environment(None, stdout, io.StringIO(), variables, Path("/"), stdout_is_terminal=is_terminal)


def on(terminal: Terminal, language: str = "shell", colours: bool = True) -> TerminalDisplay:
    return TerminalDisplay(environment(terminal), language, colours, terminal.size)


def assert_shows(terminal: Terminal, text: str, above: int = 0) -> None:
    plain = Terminal(*terminal.size(), above)
    plain.write(make_visible(text).encode())
    assert terminal.everything() == plain.everything()
    assert terminal.screen.cursor.x == plain.screen.cursor.x


# ---- pipes


def test_a_pipe_gets_the_first_piece_at_once_and_then_checked_lines():
    out = io.BytesIO()
    display = PipeDisplay(environment(out))
    display.update("", 0)
    assert (display.released, out.getvalue()) == ("", b"")
    display.update("l", 0)
    assert (display.released, out.getvalue()) == ("l", b"l")
    display.update("ls\nw", 0)
    assert out.getvalue() == b"l"
    display.update("ls\nwc", 3)
    assert (display.released, out.getvalue()) == ("ls\n", b"ls\n")
    display.retract()
    display.finish("ls\nsort")
    assert (display.released, out.getvalue()) == ("ls\nsort\n", b"ls\nsort\n")


@pytest.mark.parametrize("code", ["ls", "ls\n", "ls\n\n\n"])
def test_exactly_one_final_newline(code):
    out = io.BytesIO()
    display = PipeDisplay(environment(out))
    display.finish(code)
    assert out.getvalue() == b"ls\n"
    terminal = Terminal()
    on(terminal).finish(code)
    assert_shows(terminal, "ls\n")


@pytest.mark.parametrize("make", [lambda out: PipeDisplay(environment(out)), on])
def test_no_code_leaves_no_newline(make):
    terminal = Terminal()
    make(terminal).finish("")
    assert terminal.written == b""


def test_a_pipe_gets_the_bytes_as_they_are():
    out = io.BytesIO()
    display = open_display(environment(out), "shell", "auto")
    display.finish("\x1b]0;x\x07\u202e中文\udcff\r\n")
    assert out.getvalue() == "\x1b]0;x\x07\u202e中文".encode() + b"\xff\r\n"


def test_an_abandoned_pipe_gets_nothing_more():
    out = io.BytesIO()
    display = PipeDisplay(environment(out))
    display.update("ls", 0)
    display.abandon()
    assert out.getvalue() == b"ls"


@pytest.mark.parametrize("make", [lambda out: PipeDisplay(environment(out)), on])
def test_a_candidate_that_contradicts_what_is_released_is_refused(make):
    display = make(Terminal())
    display.update("ls\n", 3)
    for refuse in (lambda: display.update("cat\n", 0), lambda: display.finish("cat\n")):
        with pytest.raises(ValueError, match="does not begin"):
            refuse()


def test_a_reader_that_has_gone_is_told():
    class Gone(io.BytesIO):
        def write(self, data) -> int:
            raise BrokenPipeError

    for display in (PipeDisplay(environment(Gone())), TerminalDisplay(environment(Gone()), "shell", True)):
        with pytest.raises(BrokenPipeError):
            display.update("ls\n", 3)


pieces = st.lists(st.sampled_from(["ls", " ", "\n", "中", "\t", "# x\n", "`", '"'])).map("".join)


@given(pieces, st.lists(st.integers(0, 50)), st.sampled_from([PipeDisplay, DumbDisplay]))
def test_a_pipe_ends_with_the_code_however_it_came(code, cuts, kind):
    out = io.BytesIO()
    display = kind(environment(out))
    stream(display, code, cuts)
    display.finish(code)
    expected = display.released
    assert expected.rstrip("\n") == code.rstrip("\n")
    assert out.getvalue().decode() == expected


def stream(display: Display, code: str, cuts: list[int]) -> None:
    checked = 0
    for end in sorted(min(cut, len(code)) for cut in cuts):
        if end % 3:  # a line's check may come later than the line
            checked = code.rfind("\n", 0, end) + 1
        display.update(code[:end], max(checked, 0))


# ---- which display


@pytest.mark.parametrize(
    ("terminal", "variables", "color", "kind"),
    [
        (False, {}, "auto", PipeDisplay),
        (False, {}, "never", PipeDisplay),
        (False, {}, "always", ColouredDisplay),
        (True, {}, "auto", TerminalDisplay),
        (True, {"NO_COLOR": "1"}, "auto", TerminalDisplay),
        (True, {"TERM": "dumb"}, "auto", DumbDisplay),
        (True, {"TERM": ""}, "never", DumbDisplay),
        (True, {"TERM": "dumb"}, "always", ColouredDisplay),
    ],
)
def test_the_display_suits_stdout(terminal, variables, color, kind):
    out = Terminal() if terminal else io.BytesIO()
    assert type(open_display(environment(out, **variables), "shell", color)) is kind


def test_no_colours_means_no_colours():
    for variables, color in (({"NO_COLOR": "1"}, "auto"), ({}, "never")):
        terminal = Terminal(80, 24)
        display = open_display(environment(terminal, **variables), "shell", color)
        display.update("for i in 'a'", 0)
        display.finish("for i in 'a'; do echo; done")
        assert b"m" not in terminal.written
        assert_shows(terminal, "for i in 'a'; do echo; done\n")


def test_colours_that_were_asked_for_in_a_pipe_come_by_lines():
    out = io.BytesIO()
    display = open_display(environment(out), "shell", "always")
    display.update("if a; then\n  b", 0)
    assert out.getvalue() == b""
    display.update("if a; then\n  b", 11)
    assert out.getvalue() == b"\x1b[35mif\x1b[0m a; \x1b[35mthen\x1b[0m\n"
    display.retract()
    display.finish("if a; then\n  \x1b[2J\nfi\n")
    assert out.getvalue().endswith(b"\n  \\x1b[2J\n\x1b[35mfi\x1b[0m\n")


def test_a_dumb_terminal_sees_no_movements_and_ends_on_a_new_line():
    terminal = Terminal()
    display = open_display(environment(terminal, TERM="dumb"), "shell", "auto")
    display.update("ls\x1b[A", 0)
    display.retract()
    display.abandon()
    assert terminal.written == b"ls\\x1b[A\n"


def test_a_silent_display_keeps_everything_back():
    display: Display = SilentDisplay()
    display.update("ls\n", 3)
    display.retract()
    display.finish("ls\n")
    display.abandon()
    assert display.released == ""


# ---- the terminal


def test_every_piece_shows_at_once():
    terminal = Terminal()
    display = on(terminal)
    for code in ("l", "ls", "ls -", "ls -l\n", "ls -l\nw"):
        display.update(code, 0)
        assert_shows(terminal, code)
        assert display.released == ""
    display.update("ls -l\nwc", 6)
    assert_shows(terminal, "ls -l\nwc")
    assert display.released == "ls -l\n"


def test_what_only_grows_is_not_written_again():
    terminal = Terminal(80, 24)
    display = on(terminal)
    display.update("ls", 0)
    display.update("ls -l", 0)
    assert terminal.written == b"ls -l"


@pytest.mark.parametrize(
    "pending", ["cat x", "x" * 20, "x" * 21, "x" * 40, "中" * 10, "a" + "中" * 10, "a\nb\n", "\tb", "\n"]
)
def test_retract_leaves_what_is_released(pending):
    terminal = Terminal(above=2)
    display = on(terminal)
    display.update("ls\n" + pending, 3)
    display.retract()
    assert_shows(terminal, "ls\n", above=2)
    display.finish("ls\nwc\n")
    assert_shows(terminal, "ls\nwc\n", above=2)


def test_a_preview_is_taken_back_for_the_answer():
    terminal = Terminal(above=2)
    display = on(terminal)
    for code in ("find", "find . -type f\n", "find . -type f\n-name '中中中中中中中中中中'"):
        display.preview(code)
        assert_shows(terminal, code, above=2)
        assert display.released == ""
    assert b"\x1b[2mfind" in terminal.written
    display.update("ls\n", 0)
    assert_shows(terminal, "ls\n", above=2)
    display.preview("wc -l")
    display.retract()
    display.preview("du")
    display.finish("ls -l")
    assert_shows(terminal, "ls -l\n", above=2)


def test_a_preview_that_does_not_fit_on_the_screen_is_not_shown():
    terminal = Terminal(20, 6)
    display = on(terminal)
    display.preview("a\n" * 4 + "b")
    display.preview("a\n" * 9 + "b")
    assert_shows(terminal, "a\n" * 4 + "b")
    terminal.screen.resize(3, 20)
    assert display.released == ""
    display.finish("wc -l")
    assert [line.rstrip() for line in terminal.screen.display][1:] == ["wc -l", ""]


def test_a_pipe_gets_no_preview():
    out = io.BytesIO()
    for display in (
        PipeDisplay(environment(out)),
        DumbDisplay(environment(out)),
        ColouredDisplay(environment(out), ""),
    ):
        display.preview("ls\n")
    assert out.getvalue() == b""


def test_what_has_scrolled_off_is_released():
    terminal = Terminal(20, 6)
    display = on(terminal)
    code = "".join(f"echo {n}\n" for n in range(9))
    display.update(code, 0)
    assert display.released == "".join(f"echo {n}\n" for n in range(4))
    display.retract()
    assert_shows(terminal, display.released)
    display.finish(display.released + "ls")
    assert_shows(terminal, "".join(f"echo {n}\n" for n in range(4)) + "ls\n")


def test_a_line_longer_than_the_screen():
    terminal = Terminal(20, 6)
    display = on(terminal, colours=False)
    code = "echo " + "0123456789" * 20
    for end in range(1, len(code)):
        display.update(code[:end], 0)
    assert display.released == code[: 20 * 5]
    display.retract()
    display.finish(display.released + "end")
    assert_shows(terminal, code[: 20 * 5] + "end\n")


def test_hidden_characters_are_shown():
    terminal = Terminal(40, 10)
    display = on(terminal)
    display.update("ls\x1b]0;x\x07", 0)
    display.finish("ls\x1b]0;x\x07\u202e")
    assert terminal.screen.title == ""
    assert_shows(terminal, r"ls\x1b]0;x\x07\u202e" + "\n")


def test_an_abandoned_terminal_is_left_on_a_new_line_in_its_own_colours():
    terminal = Terminal()
    display = on(terminal)
    display.update("if a", 0)
    display.abandon()
    assert terminal.written.endswith(b"\x1b[0m\n")
    assert_shows(terminal, "if a\n")
    for code in ("", "ls\n"):
        terminal = Terminal()
        display = on(terminal)
        display.update(code, len(code))
        display.retract()
        display.abandon()
        assert_shows(terminal, code)


def test_a_terminal_of_another_size_at_each_redraw():
    terminal = Terminal(40, 10)
    display = on(terminal)
    display.update("echo 0123456789 0123456789", 0)
    terminal.screen.resize(24, 20)
    display.update("echo 0123456789 0123456789 0123456789", 0)
    display.retract()
    terminal.screen.resize(3, 20)
    display.update("a\nb\nc\nd\ne", 0)
    assert display.released == "a\nb\n"
    display.finish("a\nb\nc\nd\nf")
    assert [line.rstrip() for line in terminal.screen.display] == ["d", "f", ""]


def test_a_terminal_without_a_size_has_the_usual_one():
    terminal = Terminal(80, 24)
    display = TerminalDisplay(environment(terminal), "shell", True, lambda: os.terminal_size((0, 0)))
    display.update("x" * 90, 0)
    display.finish("ls")
    assert_shows(terminal, "ls\n")


words = st.sampled_from(
    [
        "ls",
        "if",
        " ",
        "  ",
        "\n",
        "\n",
        "\n\t",
        "'",
        '"',
        "# 中",
        "中文中文",
        "x" * 7,
        "0" * 20,
        "-" * 40,
        "$(",
        "\x1b[A",
        "→",
        "é",
    ]
)
codes = st.lists(words, max_size=25).map("".join)
sizes = st.sampled_from([(20, 6), (40, 10), (80, 24)])


candidate_lists = st.lists(st.tuples(codes, st.lists(st.integers(0, 200), max_size=12)), min_size=1, max_size=3)


@settings(max_examples=120, deadline=None)
@given(sizes, st.integers(0, 12), candidate_lists, st.sampled_from(["shell", "python", ""]), st.booleans())
def test_the_screen_shows_just_the_final_code(size, above, candidates, language, colours):
    terminal = Terminal(*size, above)
    display = on(terminal, language, colours)
    for code, cuts in candidates:
        code = display.released + code
        stream(display, code, [max(cut, len(display.released)) for cut in cuts])
        retracted = display.released
        display.retract()
        assert display.released == retracted
        if display.released.endswith("\n"):
            assert_same_text(terminal, display.released, above)
    final = display.released + candidates[-1][0]
    display.finish(final)
    assert_same_text(terminal, display.released, above)
    assert display.released.rstrip("\n") == final.rstrip("\n")
    assert terminal.screen.cursor.x == 0


def assert_same_text(terminal: Terminal, code: str, above: int) -> None:
    """What scrolled off while it was pending may be wrapped earlier, where a character's width is in doubt; and the
    emulator, unlike terminals, lets a wide character stand in the last column."""
    if any(mark in code for mark in "→é\x1b中"):
        whole = "".join(terminal.everything()).replace(" ", "")
        assert whole == ("$shellmate" * above + make_visible(code)).translate({32: None, 9: None, 10: None})
    else:
        assert_shows(terminal, code, above)


# ---- colours


@given(codes, st.sampled_from(["shell", "python", ""]))
def test_one_colour_for_each_character(code, language):
    assert len(Highlighter(language).colours(code)) == len(code)
