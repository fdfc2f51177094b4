"""Command lines, cut into words and put together again; nothing but a usage error comes out of any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.core.errors import UsageError
from shellmate.request.command.commandline import tokenize
from shellmate.request.command.simplecommands import first_program, read_items

SIGNS = st.sampled_from(
    ["$(", "`", '"', "'", "((", "))", "[[", "]]", "<<E", "\n", "|", "&&", ";", "#", "\\", "${", "}"]
)
WORDS = st.sampled_from(
    ["case", "in", "esac", "for", "do", "done", "a=1", "-n", "{}", "sudo", "x", "2>", "&>", "f()", ";;"]
)
SHELLISH = st.lists(SIGNS | WORDS | st.sampled_from([" ", " ", "*", "~"]), max_size=25).map("".join)


def texts(line: str) -> list[str]:
    return [token.text for token in tokenize(line)]


def kinds(line: str) -> list[tuple[str, str]]:
    return [(item.kind, item.text) for item in read_items(line)]


def test_quotes_are_taken_off_the_value_and_kept_in_the_raw_word():
    words = [token.word for token in tokenize("""'a b' "c $d" e\\ f $'g' h"i"j""")]
    assert [word.value for word in words] == ["a b", "c $d", "e f", "g", "hij"]
    assert [word.raw for word in words] == ["'a b'", '"c $d"', "e\\ f", "$'g'", 'h"i"j']
    assert words[1].variables == ("d",)


@pytest.mark.parametrize(
    ("line", "opening", "inside"),
    [
        ('echo "$(date +%F)"', "$(", "date +%F"),
        ("echo `pwd`", "`", "pwd"),
        ("diff <(ls a)", "<(", "ls a"),
        ("echo $(( 1 + (2) ))", "$((", " 1 + (2) "),
        ("echo $(echo ')' \"$(b)\")", "$(", "echo ')' \"$(b)\""),
    ],
)
def test_what_is_inside_of_a_word(line: str, opening: str, inside: str):
    assert tokenize(line)[-1].word.commands == ((opening, inside),)


def test_signs_in_quotes_are_no_signs():
    assert texts("""echo 'a | b' "c && <(d)" e\\;f # | g""") == ["echo", "'a | b'", '"c && <(d)"', "e\\;f"]
    assert not tokenize('echo "<(d)"')[1].word.commands


def test_redirections_have_their_target():
    found = [(token.text, token.word.raw) for token in tokenize("a >x 2>&1 <<<'y z' &>> log {fd}<in 2> /dev/null")[1:]]
    expected = [(">", "x"), ("2>&", "1"), ("<<<", "'y z'"), ("&>>", "log"), ("{fd}<", "in"), ("2>", "/dev/null")]
    assert found == expected


def test_the_body_of_a_here_document_is_no_command():
    assert texts("cat <<E; ls\nit's | text\nE\npwd") == ["cat", "<<", ";", "ls", "\n", "pwd"]
    assert texts("cat <<-'E'\n\tit's\n\tE\npwd") == ["cat", "<<-", "\n", "pwd"]


@pytest.mark.parametrize(
    "line", ["a 'b", 'a "b', "a $(b", "a ${b", "a `b", "x >", "[[ a", 'a "$(b"', "cat <<", "a <(b"]
)
def test_what_is_not_closed_is_a_usage_error(line: str):
    with pytest.raises(UsageError):
        tokenize(line)


def test_commands_and_what_is_between_them():
    assert kinds("a b | c && (d; e) &") == [
        ("command", "a b"),
        ("operator", "|"),
        ("command", "c"),
        ("operator", "&&"),
        ("operator", "("),
        ("command", "d"),
        ("operator", ";"),
        ("command", "e"),
        ("operator", ")"),
        ("operator", "&"),
    ]


def test_keywords_take_what_belongs_to_them():
    assert kinds("for f in *.png; do mv $f x; done")[0] == ("keyword", "for f in *.png")
    assert [t for k, t in kinds("case $x in a|b) ls;; *) pwd;; esac") if k == "pattern"] == ["a|b)", "*)"]
    assert kinds("f() { ls; }")[:2] == [("function", "f()"), ("keyword", "{")]
    assert kinds("[[ -f x && $y < 3 ]] && ((i++))") == [
        ("test", "[[ -f x && $y < 3 ]]"),
        ("operator", "&&"),
        ("test", "((i++))"),
    ]
    assert ("command", "echo for done") in kinds("echo for done"), "keywords are words behind a command"


@pytest.mark.parametrize(
    ("line", "name"),
    [("A=1 ls -l", "ls"), ("'my prog' x", "my prog"), ("if x; then y; fi", ""), ("$x y", ""), (">f", "")],
)
def test_the_program_that_comes_first(line: str, name: str):
    assert first_program(line) == name


@given(st.text(max_size=60) | SHELLISH)
def test_no_text_raises_anything_but_a_usage_error(text: str):
    try:
        items = read_items(text)
    except UsageError as error:
        assert "\n" not in str(error)
    else:
        assert all(item.text or item.redirections for item in items)


def test_a_text_that_is_too_long_is_no_command_line():
    with pytest.raises(UsageError):
        tokenize("a" * 10_001)
