"""Lines from a pipe, one by one."""

import io
import subprocess
import sys

import pytest

from shellmate.core.environment import Environment
from shellmate.core.errors import UsageError
from shellmate.repl.plain import LONGEST, PlainReader
from tests.piping import piped
from tests.shell.terminal import CHECKOUT


def read_all(stdin, tmp_path):
    out = io.BytesIO()
    reader = PlainReader(Environment(stdin, out, io.StringIO(), {}, tmp_path), show_prompt=False)
    messages = []
    with pytest.raises(EOFError):
        while True:
            messages.append(reader.read())
    assert out.getvalue() == b""
    return messages


@pytest.mark.parametrize(
    "data, messages",
    [
        (b"", []),
        (b"\n\r\n \t\n", []),
        (b"one", ["one"]),
        (b"one\r\n two \n", ["one", " two "]),
        (b"a\rb\n", ["a\rb"]),
        (b"\xff\0\n", ["\ufffd\ufffd"]),
    ],
)
def test_each_line_is_a_message(data, messages, tmp_path):
    with piped(data) as stdin:
        assert read_all(stdin, tmp_path) == messages


def test_a_closed_stdin_is_the_end(tmp_path):
    assert read_all(None, tmp_path) == []


def test_an_endless_line_is_no_message(tmp_path):
    with piped(b"x" * (LONGEST + 10)) as stdin:
        reader = PlainReader(Environment(stdin, io.BytesIO(), io.StringIO(), {}, tmp_path), show_prompt=False)
        with pytest.raises(UsageError):
            reader.read()


def test_lines_need_nothing_heavy():
    code = "import shellmate.repl.reader, shellmate.repl.slash, sys; sys.exit('prompt_toolkit' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, timeout=20)
