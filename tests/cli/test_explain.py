"""shellmate explain: each part with its source; nothing is run; what is no command is a question."""

import json
import os
import re

import pytest

from tests.programs import need

SAYS = ["Lists", " the files.", "\n\nMore."]


def test_each_part_has_a_line_and_the_model_has_the_last_word(shellmate):
    result = shellmate("explain", "cd /tmp && ls", answers=[SAYS])
    assert result.code == 0 and result.err == ""
    lines = result.out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["cd", "/tmp", "&&", "ls"]
    assert lines[2].endswith("[shell]") and all(re.search(r"\[[\w-]+\]$", line) for line in lines[:4])
    assert lines[4:] == ["", "model: Lists the files."]
    assert result.engine.closed


def test_the_model_is_given_the_command_and_the_facts(shellmate):
    asked = shellmate("explain", "cd /tmp 2>/dev/null", answers=[SAYS]).engine.asked[0]
    prompt, sampling, _ = asked
    assert prompt.suffix.startswith("```bash\ncd /tmp 2>/dev/null\n```\n- cd: ")
    assert "- 2>/dev/null: throws away the error messages" in prompt.suffix
    assert prompt.openings == () and sampling.stop == "" and sampling.max_tokens <= 120


def test_without_prose_no_model_is_opened(shellmate):
    result = shellmate("explain", "--no-prose", "cd /tmp")
    assert result.code == 0 and "model:" not in result.out and not result.engine.asked and not result.engine.closed


def test_json(shellmate):
    result = shellmate("explain", "--json", "cd 'a\tb' | nope", answers=[SAYS])
    read = json.loads(result.out)
    assert list(read) == ["command", "parts", "prose", "danger", "hits", "undoable"]
    assert (read["command"], read["prose"]) == ("cd 'a\tb' | nope", "Lists the files.")
    assert [set(part) for part in read["parts"]] == [{"text", "kind", "meaning", "source"}] * 4
    assert [part["kind"] for part in read["parts"]] == ["program", "argument", "operator", "program"]
    assert read["parts"][3]["source"] is None
    assert json.loads(shellmate("explain", "--json", "--no-prose", "cd").out)["prose"] == ""


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["cd", "-P", "--json", "my dir"], "cd -P --json 'my dir'"),
        (["--", "cd", "-q"], "cd -q"),
        (["echo", "a", "|", "read", "x", "2>&1"], "echo a | read x 2>&1"),
        (["echo a | read x"], "echo a | read x"),
        (["echo", "a;b", "$x"], "echo 'a;b' '$x'"),
    ],
)
def test_words_make_a_command(shellmate, words, command):
    assert json.loads(shellmate("explain", "--json", "--no-prose", *words).out)["command"] == command


def test_a_command_comes_on_stdin(shellmate):
    result = shellmate("explain", "--no-prose", "--json", stdin=b"cd /tmp\n")
    assert json.loads(result.out)["command"] == "cd /tmp"
    assert shellmate("explain", "--no-prose", stdin=b" \n").code == 2
    assert shellmate("explain", terminal=True).code == 2


@pytest.mark.parametrize(
    "words", [["how", "git", "rebase", "works"], ["how git rebase works"], ["what's", "up"], ["for loops in bash"]]
)
def test_a_question_is_a_question(shellmate, words):
    need("bash")
    result = shellmate("explain", *words)
    assert result.code == 2 and result.out == "" and result.err.count("\n") == 1
    assert f"to ask it as a question: shellmate -- explain {' '.join(words)}" in result.err
    assert shellmate("--", "explain", *words, answers=[["```bash\n", "ls", "\n```"]]).code == 0


@pytest.mark.parametrize("command", ["cd 'a", "cd $(ls", "cd |", "cd >", "cd )", "cd && ;"])
def test_what_is_no_command_line_is_one_line_of_error(shellmate, command):
    need("bash")
    result = shellmate("explain", "--no-prose", command)
    assert result.code == 2 and result.out == "" and result.err.count("\n") == 1 and "internal" not in result.err


def test_an_unknown_program_is_explained_when_asked_for(shellmate):
    result = shellmate("explain", "--no-prose", "--", "there-is-no-such-program", "-x")
    assert result.code == 0 and "not a program on this machine [unknown]" in result.out


@pytest.mark.parametrize(
    "command",
    [
        "touch x",
        "cd $(touch x)",
        "cd `touch x`",
        "cat <(touch x)",
        "echo a > x",
        "bash -c 'touch x'",
        "find . -exec touch x \\;",
        "env touch x",
        "cd; touch x &",
        "cd ${y:=$(touch x)}",
        "[[ -n $(touch x) ]]",
        "cat <<E\n$(touch x)\nE",
        "f() { touch x; }; f",
    ],
)
def test_the_command_is_never_run(shellmate, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    result = shellmate("explain", "--no-prose", command)
    assert result.code == 0 and result.out
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["./mine", "mine", "{}/mine"])
def test_a_script_of_the_users_own_is_not_asked_for_its_help(shellmate, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "mine"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\n")
    script.chmod(0o755)
    name = name.format(tmp_path)
    result = shellmate("explain", "--no-prose", f"{name} --help; {name} -x", PATH=f"{tmp_path}:{os.defpath}")
    assert result.code == 0 and "it is not run to ask" in result.out
    assert not (tmp_path / "asked").exists()


def test_hidden_characters_are_shown(shellmate):
    result = shellmate("explain", "--no-prose", "cd 'a\x1b]52;c;b\x07\u202e'")
    assert r"\x1b]52;c;b\x07\u202e" in result.out and "\x1b" not in result.out


def test_colours_are_for_terminals_and_for_those_who_ask(shellmate):
    assert "\x1b" not in shellmate("explain", "--no-prose", "cd").out
    assert "\x1b[36mcd\x1b[0m" in shellmate("explain", "--no-prose", "--color", "always", "cd").out


def test_ctrl_c_while_the_model_speaks(shellmate):
    result = shellmate("explain", "cd", answers=[["Goes", KeyboardInterrupt()]])
    assert result.code == 130 and result.engine.closed and result.out.endswith("model: Goes")
