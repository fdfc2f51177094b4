"""The bytes that a terminal takes for a text to be kept."""

import io
from base64 import b64decode

import pytest

from shellmate.core.environment import Environment
from shellmate.core.errors import ShellmateError, UsageError
from shellmate.repl import clipboard
from shellmate.repl.clipboard import MOST_BYTES, copy


def world(tmp_path, is_terminal=True, **variables):
    return Environment(
        None, io.BytesIO(), io.StringIO(), {"TERM": "xterm", **variables}, tmp_path, stdout_is_terminal=is_terminal
    )


def test_the_text_arrives_whole(tmp_path):
    env = world(tmp_path)
    copy(env, "echo 'é'\n")
    assert env.stdout.getvalue() == b"\x1b]52;c;ZWNobyAnw6knCg==\x07"


def test_tmux_hands_it_on(tmp_path):
    env = world(tmp_path, TMUX="/tmp/tmux,1,0", TERM="screen")
    copy(env, "ls")
    assert env.stdout.getvalue() == b"\x1bPtmux;\x1b\x1b]52;c;bHM=\x07\x1b\\"


@pytest.mark.parametrize("variables", [{"STY": "1.pts"}, {"TERM": "screen-256color"}])
def test_screen_hands_it_on_in_short_parts(tmp_path, variables):
    env = world(tmp_path, **variables)
    text = "x" * 1000
    copy(env, text)
    parts = env.stdout.getvalue().split(b"\x1b\\")
    assert parts.pop() == b""
    assert all(part.startswith(b"\x1bP") and len(part) < 256 for part in parts)
    sequence = b"".join(part.removeprefix(b"\x1bP") for part in parts)
    assert b64decode(sequence.removeprefix(b"\x1b]52;c;").removesuffix(b"\x07")).decode() == text


def test_too_long_a_text_is_refused(tmp_path):
    env = world(tmp_path)
    copy(env, "x" * MOST_BYTES)
    assert len(env.stdout.getvalue()) <= 100_000
    with pytest.raises(ShellmateError, match="/save FILE"):
        copy(env, "é" * (MOST_BYTES // 2 + 1))


def test_without_a_terminal_there_is_no_clipboard(tmp_path, monkeypatch):
    monkeypatch.setattr(clipboard, "TERMINAL", str(tmp_path / "missing"))
    for env in (world(tmp_path, is_terminal=False), world(tmp_path, TERM="dumb")):
        with pytest.raises(UsageError):
            copy(env, "ls")
        assert env.stdout.getvalue() == b""
