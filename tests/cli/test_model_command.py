"""`shellmate model ...`: what it prints, asks and ends with."""

import hashlib
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from shellmate.cli.app import App
from shellmate.cli.model import model
from shellmate.core.environment import Environment
from shellmate.core.errors import ExitCode, ModelError, UsageError
from shellmate.core.paths import Paths
from shellmate.models.catalogue import CATALOGUE, Model
from shellmate.models.installed import place_of
from shellmate.prompt.library import own_prompts

BYTES = b"GGUF" + bytes(range(256)) * 40
TINY = Model("tiny", "tiny.gguf", len(BYTES), hashlib.sha256(BYTES).hexdigest(), "MIT", "a test")


class Terminal:
    """Runs commands with an App of its own; what they print is in `out` and `err`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.env = Environment(None, io.BytesIO(), io.StringIO(), {"HOME": str(folder)}, folder)
        paths = Paths(*(folder / kind for kind in ("config", "data", "cache", "state", "runtime")))
        self.primed: list = []
        engine = SimpleNamespace(prime=lambda prefix: self.primed.append(prefix) or len(prefix), close=lambda: None)
        self.app = App(self.env, paths, {"model": "tiny"}, lambda: engine)
        self.file = place_of(TINY, paths)
        self.file.parent.mkdir(parents=True)

    def run(self, *words: str) -> None:
        """Raises what the command raises."""
        self.env.stdout, self.env.stderr = io.BytesIO(), io.StringIO()
        result = CliRunner().invoke(model, words, obj=self.app)
        if result.exception:
            raise result.exception
        assert result.output == ""

    def answer(self, line: bytes) -> None:
        """Be a terminal on which that is typed."""
        self.env.stdin, self.env.stdin_is_terminal = io.BytesIO(line), True

    @property
    def out(self) -> str:
        return self.env.stdout.getvalue().decode()

    @property
    def err(self) -> str:
        return self.env.stderr.getvalue()

    def keep_copy(self) -> None:
        blob = self.folder / f".ollama/models/blobs/sha256-{TINY.sha256}"
        blob.parent.mkdir(parents=True)
        blob.write_bytes(BYTES)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch) -> Terminal:
    monkeypatch.setitem(CATALOGUE, "tiny", TINY)
    return Terminal(tmp_path)


@pytest.mark.parametrize("command", [(), *((name,) for name in sorted(model.commands))])
def test_every_help_has_examples(command):
    result = CliRunner().invoke(model, [*command, "--help"])
    assert result.exit_code == 0 and f"shellmate model {' '.join(command)}".strip() in result.output
    assert "Examples:" in result.output


def test_list_shows_all_and_marks_the_one_in_use(terminal):
    terminal.run("list")
    lines = terminal.out.splitlines()
    assert len(lines) == len(CATALOGUE)
    assert [line for line in lines if line.startswith("*")] == [lines[-1]]
    assert lines[-1].split() == ["*", "tiny", "10", "kB", "MIT", "not", "installed", "a", "test"]


@pytest.mark.parametrize("data, state", [(None, "not installed"), (BYTES, "installed"), (b"x", "damaged")])
def test_list_as_json(data, state, terminal):
    if data is not None:
        terminal.file.write_bytes(data)
    terminal.run("list", "--json")
    row = json.loads(terminal.out)[-1]
    assert row["name"] == "tiny" and row["default"] and row["state"] == state
    assert row["installed"] == (state == "installed")
    assert row["path"] == (None if data is None else str(terminal.file))
    assert row["bytes"] == TINY.bytes and row["sha256"] == TINY.sha256 and row["licence"] == "MIT"


def test_pull_takes_the_model_in_use_and_says_when_it_is_ready(terminal):
    terminal.keep_copy()
    terminal.run("pull")
    assert terminal.out == ""
    assert "tiny is ready (10 kB, 0 s)" in terminal.err.splitlines()
    assert terminal.file.read_bytes() == BYTES
    assert len(terminal.primed) == len([*own_prompts().rglob("*.toml")])


def test_pull_leaves_the_prompts_alone_if_told_so(terminal):
    terminal.keep_copy()
    terminal.run("pull", "--no-prime")
    assert terminal.primed == []


def test_pull_quietly(terminal):
    terminal.keep_copy()
    terminal.run("pull", "-q", "tiny")
    assert (terminal.out, terminal.err) == ("", "")


@pytest.mark.parametrize("configured", [False, True])
def test_pull_offline(configured, terminal):
    terminal.app.configured["offline"] = configured
    with pytest.raises(ModelError, match="--offline forbids") as error:
        terminal.run("pull", *([] if configured else ["--offline"]))
    assert error.value.exit_code == ExitCode.MODEL


def test_pull_of_a_file_of_ones_own(terminal):
    (terminal.folder / "own.gguf").write_bytes(BYTES)
    terminal.app.configured["model"] = "./own.gguf"
    terminal.run("pull")
    assert "nothing to fetch" in terminal.err


@pytest.mark.parametrize("command", ["pull", "verify", "path", "rm"])
def test_an_unknown_name_is_a_usage_error(command, terminal):
    with pytest.raises(UsageError, match="did you mean tiny"):
        terminal.run(command, "tinny")


def test_path(terminal):
    terminal.file.write_bytes(BYTES)
    terminal.run("path")
    assert terminal.out == f"{terminal.file}\n"


@pytest.mark.parametrize("command", ["path", "verify"])
def test_a_missing_model_gets_the_command_that_fetches_it(command, terminal):
    with pytest.raises(ModelError, match="run `shellmate model pull tiny`"):
        terminal.run(command)
    assert terminal.out == ""


def test_verify_reads_the_file_whatever_is_remembered(terminal):
    import os

    terminal.file.write_bytes(BYTES)
    terminal.run("verify")
    assert terminal.out == "tiny: OK\n"
    before = terminal.file.stat()
    terminal.file.write_bytes(BYTES[::-1])
    os.utime(terminal.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ModelError, match="damaged"):
        terminal.run("verify", "tiny")


def test_verify_of_a_path(terminal):
    (terminal.folder / "own.gguf").write_bytes(BYTES)
    (terminal.folder / "other.gguf").write_bytes(BYTES + b"x")
    terminal.run("verify", "./own.gguf")
    assert terminal.out == "./own.gguf: OK, tiny\n"
    terminal.run("verify", "./other.gguf")
    assert terminal.out == f"./other.gguf: no known model, SHA-256 {hashlib.sha256(BYTES + b'x').hexdigest()}\n"


def test_rm_asks_and_heeds_the_answer(terminal):
    terminal.file.write_bytes(BYTES)
    for answer in (b"\n", b"n\n", b""):
        terminal.answer(answer)
        terminal.run("rm", "tiny")
        assert terminal.err == f"Remove {terminal.file}? [y/N] nothing removed\n"
        assert terminal.file.exists()
    terminal.answer(b"y\n")
    terminal.run("rm", "tiny")
    assert terminal.err.endswith("tiny is removed (10 kB freed)\n")
    assert not terminal.file.exists()


def test_rm_without_a_terminal_needs_yes(terminal):
    terminal.file.write_bytes(BYTES)
    with pytest.raises(UsageError, match="-y"):
        terminal.run("rm", "tiny")
    assert terminal.file.exists()
    terminal.run("rm", "-y", "tiny")
    assert not terminal.file.exists()


def test_rm_of_what_is_not_there(terminal):
    with pytest.raises(ModelError, match="not installed"):
        terminal.run("rm", "-y", "tiny")
