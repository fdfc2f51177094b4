"""What is a command, what goes to the shell, what are words."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.core.errors import UsageError
from shellmate.repl.slash import COMMANDS, Shell, Slash, Words, help_text, parse, quote_name, read_name


@pytest.mark.parametrize(
    "text, parsed",
    [
        ("list files", Words("list files")),
        ("  list files \n", Words("list files")),
        ("one\n/run", Words("one\n/run")),
        ("/run", Slash("run")),
        ("/run  \n", Slash("run")),
        ("/RUN", Slash("run")),
        ("/q", Slash("quit")),
        ("/ex", Slash("explain")),
        ("/se", Slash("sessions")),
        ("/model", Slash("model")),
        ("/m small", Slash("model", "small")),
        ("/model\tsmall", Slash("model", "small")),
        ("/model /tmp/a.gguf", Slash("model", "/tmp/a.gguf")),
        ("/lang Python", Slash("lang", "python")),
        ("/resume last week", Slash("resume", "last week")),
        ('/resume it\'s "this"', Slash("resume", 'it\'s "this"')),
        ("/save a.py", Slash("save", "a.py")),
        ('/save "my file.py"', Slash("save", "my file.py")),
        ("/save 'my file.py'", Slash("save", "my file.py")),
        (r"/save my\ file.py", Slash("save", "my file.py")),
        ("/save my file.py", Slash("save", "my file.py")),
        ("/save it's.py", Slash("save", "it's.py")),
        ("/save 中文.py", Slash("save", "中文.py")),
        ("!ls -l", Shell("ls -l")),
        ("!  ls\n", Shell("ls")),
        ("!for i in 1 2\ndo echo $i\ndone", Shell("for i in 1 2\ndo echo $i\ndone")),
        ("!/run", Shell("/run")),
        (" !ls", Words("!ls")),
        (" /run", Words("/run")),
        ("//run", Words("/run")),
        ("//", Words("/")),
        ("// a comment", Words("/ a comment")),
        ("/etc/passwd how many lines", Words("/etc/passwd how many lines")),
        ("/etc how many files", Words("/etc how many files")),
        ("/etc", Words("/etc")),
        ("/nowhere/at all", Words("/nowhere/at all")),
        ("/run/user how big", Words("/run/user how big")),
        ("/ how full is it", Words("/ how full is it")),
        ("/* a comment */\nint main", Words("/* a comment */\nint main")),
        ("", Words("")),
    ],
)
def test_what_a_message_is(text, parsed):
    assert parse(text) == parsed


@pytest.mark.parametrize(
    "text, told",
    [
        ("!", "no command behind the !"),
        ("!  \n", "no command behind the !"),
        ("/", "no command behind the /"),
        ("/s", "/s may be /save, /sessions or /stats; type more of it"),
        ("/re", "/re may be /retry or /resume"),
        ("/exlpain", "did you mean /explain?; see /help"),
        ("/xyzzy", "there is no command /xyzzy; see /help"),
        ("/xyzzy what is it", "begin the message with a blank"),
        ("/?", "see /help"),
        ("/a\0b", "there is no command"),
        ("/run it", "/run stands alone; begin the message with a blank"),
        ("/explain\nthis", "/explain stands alone"),
        ("/help me write a loop", "begin the message with a blank"),
        ("/save", "/save needs a name; write it as /save FILE"),
        ('/save ""', "/save needs a name"),
        ("/save a\nb", "/save FILE takes one line"),
        ('/save "my file.py', "no closing quotation"),
        ('/save "a b" c', "more than one name"),
        ("/lang perl", "perl is not a language; take auto, shell or python"),
    ],
)
def test_what_is_none_is_told_with_what_mends_it(text, told):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert told in str(caught.value)


def test_each_command_is_known_by_its_name_and_its_shortest_beginning():
    for name in COMMANDS:
        needed = " x" if COMMANDS[name].needs_argument else ""
        assert parse(f"/{name}{needed}").command == name
        others = [other for other in COMMANDS if other != name]
        shortest = next(n for n in range(1, len(name) + 1) if not any(o.startswith(name[:n]) for o in others))
        assert parse(f"/{name[:shortest]}{needed}").command == name


def test_a_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    assert parse("/load ~/a b.py") == Slash("load", "/home/me/a b.py")
    assert parse('/load "~/a b.py"') == Slash("load", "/home/me/a b.py")
    assert parse("/model ~/a.gguf") == Slash("model", "/home/me/a.gguf")
    assert parse("/load a~b") == Slash("load", "a~b")


@given(st.text())
def test_any_text_is_something_or_a_usage_error(text):
    for mark in ("", "/", "!", "/save ", "/model "):
        with suppress(UsageError):
            assert isinstance(parse(mark + text), Slash | Shell | Words)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1))
def test_a_quoted_name_is_read_back(name):
    if name == name.strip() and not name.startswith("~"):
        assert read_name(quote_name(name)) == name


@pytest.mark.parametrize("columns", [40, 59, 60, 80, 200])
def test_the_help_fits(columns):
    lines = help_text(columns).splitlines()
    assert max(map(len, lines)) <= columns
    for command in COMMANDS.values():
        assert any(line.startswith(command.usage) for line in lines)
    begins = {len(line) - len(line.split("  ")[-1].lstrip()) for line in lines if "  " in line}
    assert len(begins) == 1
