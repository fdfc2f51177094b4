"""What a key press hands over: words or a command, what stays, and what comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.shell.line import Line, Replacement, complete_command, mark_danger, replace_words, write_lines


@pytest.mark.parametrize(
    "before",
    [
        "ls -l | ",
        "git commit -m ",
        "find . -name '*.py' | ",
        "sudo apt-get -y ",
        "A=1 ls -l",
        "cd /tmp && ",
        "echo $HOM",
        "for f in *; do ",
        "cat x | sort -",
        "/bin/ls -l",
    ],
)
def test_commands(before: str):
    assert Line(before, "").is_command


@pytest.mark.parametrize(
    "before",
    [
        "",
        "   ",
        "files over 100MB changed this week",
        "find files over 100MB",
        "kill process on port 8080",
        "list today's files",
        "sort lines by the second column; show the first ten",
        "sed: replace foo by bar",
        "统计每个目录的大小",
        "top 10 largest files",
        "make a backup of /etc",
        "what does -x mean",
    ],
)
def test_words(before: str):
    assert not Line(before, "").is_command


@pytest.mark.parametrize(
    ("before", "after", "words", "suffix"),
    [
        ("big files", " | head", "big files", " | head"),
        ("big files", " >out", "big files", " >out"),
        ("big ", "files", "big files", ""),
        ("big files ", "", "big files", ""),
        ("count", " && echo done", "count", " && echo done"),
    ],
)
def test_what_is_asked_and_what_stays(before: str, after: str, words: str, suffix: str):
    line = Line(before, after)
    assert (line.words, line.suffix) == (words, suffix)


@pytest.mark.parametrize(
    ("line", "code", "before", "after"),
    [
        (Line("w", ""), "ls -l\n", "ls -l", ""),
        (Line("w", " | head"), "ls", "ls", " | head"),
        (Line("w", "| head"), "ls", "ls ", "| head"),
        (Line("w", " | head"), "ls -S | head", "ls -S", " | head"),
        (Line("w", ""), "for f in *\ndo ls\ndone\n", "for f in *\ndo ls\ndone", ""),
    ],
)
def test_the_command_takes_the_place_of_the_words(line: Line, code: str, before: str, after: str):
    assert replace_words(line, code, comment=False) == Replacement(before, after)


def test_a_comment_goes_only_behind_one_line():
    assert replace_words(Line("two  words", ""), "ls", comment=True) == Replacement("ls", "  # two words")
    assert replace_words(Line("w", ""), "a\nb", comment=True) == Replacement("a\nb", "")
    assert replace_words(Line("w", " | x"), "ls", comment=True) == Replacement("ls", " | x")


def test_a_command_is_only_added_to():
    assert complete_command(Line("ls | ", " | head"), "sort -n\nmore") == Replacement("ls | sort -n", " | head")


def test_the_question_tells_of_the_last_command_where_it_means_it():
    past = ("make", "gcc -c x.c")
    assert Line("list files", "", 1, past[:1]).question == "list files"
    assert Line("do that again", "", 1, past[:1]).question.startswith("The last command was: make (exit status 1)\n")
    assert Line("list files", "", 0, past).question.startswith(
        "Earlier commands: make\nThe last command was: gcc -c x.c"
    )


def test_what_a_mark_makes_of_a_command_does_nothing():
    assert mark_danger(Replacement("rm -rf /", ""), "deletes all", True).before == "# danger, it deletes all: rm -rf /"
    quoted = mark_danger(Replacement("a; rm -rf 'x' /", ""), "deletes all", False).before
    assert quoted.startswith("echo danger, it 'deletes all': 'a; rm -rf ")


@pytest.mark.parametrize(
    ("raw", "shell", "line"),
    [
        (b"1\0ll\ngo\0a b\0 c\0last one\n", "bash", Line("a b", " c", 1, ("last one",), frozenset(("ll", "go")))),
        (b"0\0\0" + b"2\0" + "中文 x\n".encode() + b"\0two\0one\0", "fish", Line("中文", " x", 0, ("one", "two"))),
        (b"", "zsh", Line("", "")),
        ("²\0\0x\0y\n\0".encode(), "fish", Line("", "y")),
        (b"x\0\n\0\xff\0", "zsh", Line("\udcff", "")),
        (b"0\0\0a\0b\0export TOKEN=abc", "bash", Line("a", "b", 0, ("export TOKEN=***",))),
    ],
)
def test_what_the_widgets_send_is_read(raw: bytes, shell: str, line: Line):
    assert Line.read(raw, shell) == line


def test_what_they_get_is_written_as_each_can_read_it():
    lines = [Replacement("ls", " | head"), Replacement("中\n", "")]
    assert write_lines(lines, "bash") == "ls\x1f | head\x1e中\n\x1f\x1e"
    assert write_lines(lines, "fish") == "2\0ls | head\0" + "2\0中\n\0"


@given(st.binary(max_size=100), st.sampled_from(["bash", "zsh", "fish"]))
def test_nothing_that_is_sent_raises(raw: bytes, shell: str):
    line = Line.read(raw, shell)
    assert isinstance(line.is_command, bool) and isinstance(line.question, str)
