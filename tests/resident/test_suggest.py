"""Suggestions while typing, by the real plugin in a real zsh."""

import socket
import sys
import time
from pathlib import Path

import pexpect
import pytest

from tests.repl.terminal import Talk

pytestmark = pytest.mark.model
RIGHT = "\x1b[C"
PLUGIN = Path("/usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh")


@pytest.fixture
def zsh(resident, tmp_path):
    """An interactive zsh whose only suggestions are shellmate's, on the server that is there."""
    if not PLUGIN.exists():
        pytest.fail("zsh-autosuggestions is not here: apt-get install zsh-autosuggestions", pytrace=False)
    program = tmp_path / "bin" / "shellmate"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m shellmate \"$@\"\n")
    program.chmod(0o755)
    variables = {
        **resident.variables,
        "PATH": f"{program.parent}:{resident.variables['PATH']}",
        "HOME": str(tmp_path),
        "TERM": "xterm",
        "LANG": "C.UTF-8",
        "PS1": "ready> ",
    }
    shell = pexpect.spawn("zsh", ["-f", "-i"], env=variables, encoding="utf-8", dimensions=(24, 100), timeout=30)
    shell.expect("ready> ")
    shell.sendline(f'source {PLUGIN}; ZSH_AUTOSUGGEST_STRATEGY=(shellmate); eval "$(shellmate init zsh)"; print loaded')
    shell.expect("loaded\r\n.*ready> ")
    yield shell
    shell.close(force=True)


def test_a_line_is_completed_in_grey(zsh):
    zsh.send("pip install -r req")
    zsh.expect("uirements.txt")
    zsh.send("\x1b[C\x01print -r -- '\x05'\r")  # the right arrow takes it
    zsh.expect("\r\npip install -r requirements.txt\r\n")


def test_what_is_not_sure_is_not_shown(zsh):
    zsh.send("git checkout -b fea")
    time.sleep(2)
    zsh.send("\x1b[C\x01print -r -- '\x05'\r")
    zsh.expect("\r\ngit checkout -b fea\r\n")


def test_the_next_key_ends_what_the_last_one_began(resident, zsh):
    for key in "ps aux | grep python":
        zsh.send(key)
        time.sleep(0.03)
    resident.wait_for(lambda health: health["busy"] == health["waiting"] == 0, 3)


@pytest.fixture
def chat(resident, tmp_path):
    talk = Talk.__new__(Talk)
    variables = {**resident.variables, "SHELLMATE_STATE_DIR": str(tmp_path / "state")}
    talk.spawn(f"exec {sys.executable} -m shellmate repl", tmp_path, 80, 40, **variables)
    talk.prompts(1)
    yield talk
    talk.close()


def test_a_message_in_the_chat_is_completed_in_grey(chat):
    chat.send("list files sorted by")
    chat.wait(lambda: chat.line() == "» list files sorted by size", "the end is suggested")
    chat.send(RIGHT + "\r")
    chat.prompts(2)
    assert "ls -" in chat.text()
    chat.send("!pip install -r req")
    chat.wait(lambda: chat.line() == "» !pip install -r requirements.txt", "a command's end is suggested")


@pytest.mark.parametrize(
    ("path", "line", "end"),
    [
        ("", "pip install -r req", "uirements.txt"),
        ("", "sudo systemctl rest", "art"),
        ("", "abc", ""),
        ("", "echo \x1b[2J", ""),
        ("/words", "qwxz zz", ""),
        ("/words", "find files larger th", "an 100MB"),
    ],
)
def test_the_endpoint(resident, path, line, end):
    asking = socket.socket(socket.AF_UNIX)
    asking.settimeout(30)
    asking.connect(resident.socket)
    head = f"POST /shellmate/suggest{path} HTTP/1.0\r\nContent-Length: {len(line)}\r\n\r\n"
    asking.sendall(f"{head}{line}".encode())
    said = b"".join(iter(lambda: asking.recv(4096), b"")).decode()
    asking.close()
    assert said.startswith("HTTP/1.1 200") and said.partition("\r\n\r\n")[2] == end
