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


@pytest.mark.parametrize(
    ("level", "command"),
    [
        ("danger", "rm \u2013rf /"),
        ("danger", "rm \uff0drf \uff0f"),
        ("danger", "\uff52\uff4d -rf /"),
        ("danger", "\u0433m -rf /"),
        ("danger", "\u200brm -rf /"),
        ("danger", "r\u200dm -rf /"),
        ("danger", "rm\u00a0-rf\u00a0/"),
        ("danger", "rm -rf /\ufeff"),
        ("danger", "rm -rf \u202e/"),
        ("danger", "ls\rrm -rf /"),
        ("caution", "echo \x1b[2J"),
        ("caution", "echo 'a\u202eb'"),
        ("caution", "cat a\u200bb"),
        ("safe", "ls\r\npwd\r\n"),
        ("safe", "ls\r"),
        ("safe", "\ufeffls"),
        ("safe", "echo '\U0001f468\u200d\U0001f469\u200d\U0001f467 family'"),
        ("safe", "cat \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.txt"),
        ("safe", "git commit -m 'a \u2013 b \u2014 \u201cquotes\u201d'"),
        ("safe", "echo don\u2019t"),
        ("safe", "cd ~/\u0414\u043e\u043a\u0443\u043c\u0435\u043d\u0442\u044b && ls"),
        ("safe", "echo '\u4f60\u597d\uff1b\u518d\u89c1'"),
        ("safe", "awk -F'\uff0c' '{print $1}' f"),
    ],
)
def test_signs_that_look_like_others_or_are_not_seen(level, command):
    assert judge("shell", command).level == level, judge("shell", command).reasons
