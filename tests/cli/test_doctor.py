"""`shellmate doctor`: real faults, what it says of them, and whether the command that it names mends them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from shellmate.engine.blob import Frame
from shellmate.engine.kvstore import KVStore
from shellmate.models.catalogue import CATALOGUE
from shellmate.session.log import SessionLog

ROOT = Path(__file__).parents[2]
MODEL = CATALOGUE["smollm2-135m"]
KINDS = ("CONFIG", "DATA", "CACHE", "STATE", "RUNTIME")


@dataclass
class Told:
    """What the doctor said: the exit status, and the findings by name."""

    code: int
    checks: list[dict[str, Any]]
    err: str

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self.all(name)[0]

    def all(self, name: str) -> list[dict[str, Any]]:
        return [check for check in self.checks if check["name"] == name]

    def level(self, name: str) -> str:
        return self[name]["level"]


@dataclass
class House:
    """A home of its own, with a `shellmate` on the PATH, and a model of the right size whose digest is remembered."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        given = {"env": self.variables, "stdin": subprocess.DEVNULL, "cwd": self.home, "timeout": 60} | more
        return subprocess.run(["shellmate", *words], capture_output=True, text=True, **given)

    def ask(self, *words: str) -> Told:
        done = self.run("doctor", "--json", *words)
        assert done.stdout, done.stderr
        told = json.loads(done.stdout)
        assert set(told) == {"version", "level", "checks"}
        assert all(set(check) == {"name", "level", "text", "mend"} for check in told["checks"])
        assert (done.returncode == 1) == (told["level"] == "broken") and done.returncode in (0, 1)
        return Told(done.returncode, told["checks"], done.stderr)

    def mend(self, finding: dict[str, Any]) -> None:
        """Run the command as a user would, in a shell that stays: what it exports, and unsets, counts from there on."""
        script = f"{finding['mend']}\nenv -0 > {self.home}/after"
        done = subprocess.run(
            ["bash", "--norc", "-c", script], env=self.variables, cwd=self.home, capture_output=True, timeout=60
        )
        assert not done.stderr, done.stderr
        after = (self.home / "after").read_text().split("\0")
        self.variables = dict(pair.split("=", 1) for pair in after if "=" in pair)

    def place(self, kind: str) -> Path:
        return Path(self.variables[f"SHELLMATE_{kind}_DIR"])

    @property
    def config(self) -> Path:
        return self.place("CONFIG") / "config.toml"

    def write_config(self, text: str | bytes) -> None:
        self.config.parent.mkdir(mode=0o700, exist_ok=True)
        self.config.write_bytes(text.encode() if isinstance(text, str) else text)
        self.config.chmod(0o600)

    def keep_states(self, count: int = 2) -> list[Path]:
        """States in the KV store; their files."""
        store = KVStore(self.place("CACHE") / "kv", 1 << 30)
        for number in range(count):
            key = sha256(b"%d" % number).hexdigest()
            assert store.write(key, Frame("qwen2", 9, [1, 2], [3], [2]), os.urandom(2000))
        store.close()
        return sorted((self.place("CACHE") / "kv").rglob("*.val"))

    def snapshot(self) -> dict[str, Any]:
        """Everything in the home: times, modes and bytes."""
        return {
            str(file): (os.lstat(file).st_mtime_ns, os.lstat(file).st_mode, file.is_file() and file.stat().st_size)
            for file in sorted(self.home.rglob("*"))
        }


@pytest.fixture
def house(tmp_path: Path) -> House:
    home = tmp_path / "home"
    program = home / "bin" / "shellmate"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m shellmate "$@"\n')
    program.chmod(0o755)
    variables = {f"SHELLMATE_{kind}_DIR": str(home / kind.lower()) for kind in KINDS}
    variables |= {
        "PATH": f"{program.parent}:{os.defpath}", "HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT),
        "SHELLMATE_MODEL": MODEL.name, "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    made = House(home, variables)
    put_model(made)
    return made


def put_model(house: House) -> Path:
    """A file with holes that has the model's size, and a stamp that says that its bytes are the right ones."""
    file = house.place("DATA") / "models" / MODEL.file
    file.parent.mkdir(parents=True, mode=0o700)
    with file.open("wb") as new:
        new.truncate(MODEL.bytes)
    status = file.stat()
    house.place("DATA").chmod(0o700)
    house.place("CACHE").mkdir(mode=0o700)
    stamps = house.place("CACHE") / "models.json"
    stamps.write_text(json.dumps({str(file): [status.st_size, status.st_mtime_ns, status.st_ino, MODEL.sha256]}))
    stamps.chmod(0o600)
    return file


def test_nothing_is_broken_in_a_sound_house(house):
    told = house.ask()
    assert told.code == 0
    assert [
        check for check in told.checks if check["level"] in ("warning", "broken") and check["name"] != "shellmate"
    ] == []
    assert told.level("model") == "ok" and MODEL.name in told["model"]["text"]
    assert told.err == ""


def test_it_writes_nothing(house):
    house.keep_states()
    SessionLog(house.place("STATE"), print).close()
    before = house.snapshot()
    house.ask()
    assert house.snapshot() == before
