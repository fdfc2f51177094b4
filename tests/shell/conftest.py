"""This checkout's shellmate, for shells to call."""

import os
import sys
from pathlib import Path

import pytest

from tests.shell.terminal import CHECKOUT


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The working directory, with a few files in it, and the environment: a home of its own with shellmate on the PATH,
    a prompt of the user's own and an installed model."""
    home = tmp_path_factory.mktemp("home")
    program = home / "bin" / "shellmate"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nPYTHONPATH='{CHECKOUT}' exec '{sys.executable}' -m shellmate \"$@\"\n")
    program.chmod(0o755)
    prompts, models = home / "config" / "prompts", home / "data" / "models"
    prompts.mkdir(parents=True)
    (prompts / "docker.toml").write_text('description = "Words to docker"\nsystem = "You write docker."\n')
    (prompts / "broken.toml").write_text("system =\n")
    models.mkdir(parents=True)
    (models / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF")
    cwd = home / "work"
    (cwd / "folder").mkdir(parents=True)
    for name in ("other.gguf", "notes.txt", "folder/deep.bin"):
        (cwd / name).touch()
    return cwd, {
        "HOME": str(home),
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "SHELLMATE_CONFIG_DIR": str(home / "config"),
        "SHELLMATE_DATA_DIR": str(home / "data"),
        "SHELLMATE_CACHE_DIR": str(home / "cache"),
        "SHELLMATE_STATE_DIR": str(home / "state"),
        "SHELLMATE_RUNTIME_DIR": str(home / "run"),
        "SHELLMATE_RESIDENT": "use",
    }


@pytest.fixture
def shellmate_path(tmp_path: Path) -> Path:
    path = tmp_path / "shellmate"
    path.write_text(f"#!/bin/sh\nPYTHONPATH='{CHECKOUT}' exec '{sys.executable}' -m shellmate \"$@\"\n")
    path.chmod(0o755)
    return path
