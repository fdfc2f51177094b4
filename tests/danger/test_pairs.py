"""What is dangerous, what needs care, and what only looks like it."""

import pytest

from shellmate.answer.danger import guess_language, judge
from tests.danger.pairs import pairs

SHELL, PYTHON = pairs("shell_pairs.txt"), pairs("python_pairs.txt")


@pytest.mark.parametrize(("level", "command"), SHELL)
def test_commands(level, command):
    verdict = judge("shell", command)
    assert (verdict.level, bool(verdict.reasons)) == (level, level != "safe"), verdict.reasons


@pytest.mark.parametrize(("level", "code"), PYTHON)
def test_python(level, code):
    assert judge("python", code).level == level


def test_there_are_enough_of_both():
    flagged = [level for level, _ in SHELL if level != "safe"]
    assert len(flagged) >= 400 and len(SHELL) - len(flagged) >= 400


def test_no_command_is_taken_for_python():
    assert [command for _, command in SHELL if guess_language(command) != "shell"] == []


def test_python_is_known_by_its_calls_and_imports():
    for _, code in PYTHON:
        if code != "def broken(":
            assert guess_language(code) == "python", code


def test_sql_and_other_text_as_a_command():
    assert judge("shell", "DROP DATABASE production").level == "caution"
    assert judge("text", "rm -rf /").level == "safe"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("x=/; rm -rf $x", "deletes all of /"),
        ("rm -rf ~/*", "deletes all of your home folder"),
        ('rm -rf "$dir"/*', "or all of / where that is empty"),
        ("curl x | sh", "runs what it downloads or decodes, unseen"),
        ("dd of=/dev/sda", "overwrites the disk /dev/sda"),
        ("sort a > a", "empties a before it is read"),
        ("psql -c 'DELETE FROM t'", "deletes all rows of a table"),
        ("rm '\x1b[31m*' $(x)", "deletes files that it does not name one by one"),
    ],
)
def test_the_reason_says_what_would_be_done(command, reason):
    assert any(reason in found for found in judge("shell", command).reasons), judge("shell", command).reasons


def test_the_worst_comes_first():
    assert judge("shell", "git push -f; rm -rf /; rm -rf x").reasons[0] == "deletes all of /"
