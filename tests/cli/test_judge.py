"""`shellmate judge`."""

import json

import pytest


@pytest.mark.parametrize(
    ("command", "level", "code"),
    [("ls -l", "safe", 0), ("git push --force", "caution", 0), ("rm -rf /", "danger", 5)],
)
def test_level_reasons_and_exit_status(shellmate, command, level, code):
    result = shellmate("judge", command)
    assert (result.code, result.err) == (code, "")
    assert result.out.splitlines()[0] == level
    assert result.out.splitlines()[1:] == [] if level == "safe" else result.out.splitlines()[1].startswith("  it ")


def test_json(shellmate):
    result = shellmate("judge", "--json", 'rm -rf "$HOME"')
    assert result.code == 5
    assert json.loads(result.out) == {"level": "danger", "reasons": ["deletes all of your home folder"]}


def test_words_need_no_quotes(shellmate):
    assert shellmate("judge", "git", "reset", "--hard").out.startswith("caution\n  it loses changes")


def test_a_word_with_a_blank_stays_one(shellmate):
    assert shellmate("judge", "git", "commit", "-m", "rm -rf /; rm -rf /").out == "safe\n"


@pytest.mark.parametrize("args", [("judge", "-"), ("judge",)])
def test_stdin(shellmate, args):
    result = shellmate(*args, stdin=b"set -e\ncd /\nrm -rf *\n")
    assert (result.code, result.out) == (5, "danger\n  it deletes all of /\n")


def test_python_is_known_by_its_looks_or_told(shellmate):
    assert shellmate("judge", "import shutil; shutil.rmtree('/')").code == 5
    assert shellmate("judge", "--lang", "shell", "echo(1)").out.startswith("safe")
    assert shellmate("judge", "--lang", "python", "x = 1").out == "safe\n"


def test_quiet_says_nothing(shellmate):
    result = shellmate("judge", "-q", "rm -rf /")
    assert (result.code, result.out, result.err) == (5, "", "")


@pytest.mark.parametrize("data", [b"", b" \n"])
def test_nothing_to_judge(shellmate, data):
    result = shellmate("judge", stdin=data)
    assert result.code == 2 and "nothing to judge" in result.err and result.err.count("\n") == 1


def test_bytes_that_are_no_text(shellmate):
    assert shellmate("judge", "-", stdin=b"\xff\xfe\x00 rm -rf /\n").code == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030"])
def test_other_encodings_hide_nothing(shellmate, encoding):
    assert shellmate("judge", "-", stdin="# 删除所有文件\nrm -rf /\n".encode(encoding)).code == 5


def test_reasons_carry_no_control_characters(shellmate):
    assert "\x1b" not in shellmate("judge", "rm -rf '\x1b[31mx'").out
