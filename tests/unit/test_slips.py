"""Slips in commands that parse."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shellmate.answer.choosing.slips import slips_in
from shellmate.prompt.library import own_prompts


@pytest.mark.parametrize(
    "command, slip",
    [
        ("find . -type f | rm", "rm does not read"),
        ("ls | find -type d", "find does not read"),
        ("find . | basename", "basename does not read"),
        ("ls -l | sort -nr", "ls -l"),
        ("ls -la /srv | sort -hr | head", "ls -l"),
        ("ls -A /srv | sort -hr", "no sizes"),
        ("du -sh * | sort -n", "sizes such as 2K"),
        ("find . -type f | md5sum", "takes the names"),
        ("find src -type f | sort -nr | head -n 5", "beginning of a path"),
        ("find . -type f | wc -l | sort -n", "one number"),
        ("find . -exec rm {}", "-exec has no end"),
        ("find . -type f -exec cp {} /tmp/+", "-exec has no end"),
        ("find . -name '*.o' -name '*.a'", "both patterns"),
        ("find . -name 'src/*.c'", "slashes"),
        ("find . -name '.*\\.txt$'", "regular expression"),
        ("tar -xzf run.sh", "no archive"),
        ("unzip notes.txt", "no archive"),
        ("gzip -c big.log", "writes to the screen"),
        ("cp notes.txt", "only one place"),
        ('cat "~/notes.txt"', "no home"),
        ("curl -fLO https://example.org/a > a.txt", "a file of its own"),
        ("wget -q https://example.org/a > a.txt", "a file of its own"),
        ("ping example.org", "does not end"),
        ("rm -- $file", "nothing sets $file"),
        ('find . -exec mkdir -p -- "$f" \\;', "nothing sets $f"),
    ],
)
def test_slips(command, slip):
    assert any(slip in found for found in slips_in("x", command)), slips_in("x", command)


@pytest.mark.parametrize(
    "command",
    [
        "find . -type f -print0 | xargs -0 rm",
        "ls -l | sort -k5,5n",
        "du -sh * | sort -h",
        "du -s * | sort -n",
        "ls -sh | sort -h",
        "tar c . | sha256sum",
        "find . -type f -printf '%s %p\\n' | sort -n",
        "find . -type f | sort -t- -k2 -n",
        "find . -name '*.o' -o -name '*.a'",
        "find . -name '*.o' ! -name 'x*'",
        "find . -exec rm {} +",
        'find . -exec sh -c \'mv "$1" "$1.bak"\' _ {} \\;',
        "find . -name '*.tar.gz'",
        "tar xzf a.tgz",
        "tar czf - src | ssh host 'cat > a.tgz'",
        "gzip -c big.log > big.log.gz",
        "gzip -dc a.gz",
        "cp -t /tmp a",
        "cp {a,b}.txt",
        "cat ~/notes.txt",
        "curl -fL https://example.org/a > a.txt",
        "curl -fLO https://example.org/a 2> err.txt",
        "wget -qO- https://example.org/a > a.txt",
        "wget -q -O - https://example.org/a > a.txt",
        "ping -c 3 example.org",
        'f=a.txt; rm -- "$f"',
        'for f in *; do rm -- "$f"; done',
        'while read -r line; do echo "$line"; done < f',
        'read -r name; echo "$name"',
        'echo "$HOME" | cat -',
        "awk '{ print $1 }' f",
        "ls | cat - f",
        "",
        "'",
    ],
)
def test_no_slips(command):
    assert slips_in("x", command) == []


def test_a_variable_that_the_question_names_is_set_already():
    assert slips_in("is the variable name empty", '[ -z "$name" ]') == []


def test_the_worked_examples_have_none():
    files = [*(own_prompts() / "kinds").glob("*.toml"), own_prompts() / "shell.toml"]
    examples = [e for file in files for e in tomllib.loads(file.read_text(encoding="utf-8"))["examples"]]
    blamed = [(e["answer"], slips) for e in examples if (slips := slips_in(e["ask"], e["answer"]))]
    assert len(blamed) <= 3, blamed


@given(st.text(), st.text(alphabet="find-exec name|;{}+*'\"$()sort ls -l\\\n\0é\ud800", max_size=80))
def test_nothing_raises(words, code):
    slips_in(words, code)
