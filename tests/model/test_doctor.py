"""`shellmate doctor` with the real model: what takes it to find out, and to mend."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shellmate.core.paths import Paths
from shellmate.models.catalogue import CATALOGUE
from shellmate.models.store import ModelFile

pytestmark = pytest.mark.model
SMALL = CATALOGUE["smollm2-135m"]
COPIED = CATALOGUE["qwen2.5-coder-0.5b"]


def ask(variables: dict[str, str], *words: str) -> dict[str, dict[str, Any]]:
    """The findings by name."""
    done = subprocess.run(
        [sys.executable, "-m", "shellmate", "doctor", "--json", *words],
        env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def run(variables: dict[str, str], command: str) -> None:
    """A command that mends, in bash, where `shellmate` is this one."""
    script = f'shellmate() {{ "{sys.executable}" -m shellmate "$@"; }}; {command}'
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def snapshot(folder: Path) -> dict[str, Any]:
    return {str(f): (f.lstat().st_mtime_ns, f.lstat().st_size) for f in sorted(folder.rglob("*"))}


def test_deep_reads_everything_times_an_answer_and_writes_nothing(primed: dict[str, str]) -> None:
    cache, data = Path(primed["SHELLMATE_CACHE_DIR"]), Path(primed["SHELLMATE_DATA_DIR"])
    before = snapshot(cache), snapshot(data / "models")
    found = ask(primed, "--deep")
    assert found["model"]["level"] == "ok" and "have just been checked" in found["model"]["text"]
    assert found["cache"]["level"] == "ok" and "each checked" in found["cache"]["text"]
    assert found["prompts"]["level"] == "ok" and "all primed" in found["prompts"]["text"]
    assert "first byte after" in found["speed"]["text"] and "tokens a second" in found["speed"]["text"]
    assert "not primed" not in found["speed"]["text"]
    assert (snapshot(cache), snapshot(data / "models")) == before


def test_prompts_that_are_not_primed_are_a_note(unprimed: dict[str, str], smollm_file: ModelFile) -> None:
    variables = unprimed | {"SHELLMATE_MODEL": SMALL.name}
    assert ask(variables)["prompts"]["level"] == "note"
    assert ask(variables)["prompts"]["mend"] == ask(variables)["cache"]["mend"] == "shellmate cache prime"
    run(variables, "shellmate cache prime auto")
    before, after = ask(variables)["prompts"]["text"], ask(variables, "--deep")["speed"]["text"]
    assert before.startswith("17 of 18 are not primed") and "not primed" not in after


@pytest.fixture
def apart(unprimed: dict[str, str], model_file: ModelFile, tmp_path: Path) -> dict[str, str]:
    """The variables of a command that has a data folder of its own, beside a copy of the model in Ollama's."""
    blob = tmp_path / "ollama" / "blobs" / f"sha256-{COPIED.sha256}"
    blob.parent.mkdir(parents=True)
    os.link(model_file.path, blob)
    file = tmp_path / "data" / "models" / COPIED.file
    file.parent.mkdir(parents=True, mode=0o700)
    file.parent.parent.chmod(0o700)
    return unprimed | {"SHELLMATE_DATA_DIR": str(tmp_path / "data"), "OLLAMA_MODELS": str(tmp_path / "ollama")}


@pytest.mark.parametrize("fault", ["missing", "truncated", "a wrong byte"])
def test_a_model_is_mended_by_the_command_that_is_named(
    apart: dict[str, str], model_file: ModelFile, fault: str
) -> None:
    file = Paths.of(apart).models / COPIED.file
    if fault != "missing":
        shutil.copyfile(model_file.path, file)
        with file.open("r+b") as opened:
            opened.seek(100_000_000)
            opened.write(b"x")
            if fault == "truncated":
                opened.truncate(123_456_789)
    deep = ["--deep"] if fault == "a wrong byte" else []
    finding = ask(apart, *deep)["model"]
    assert finding["level"] == "broken"
    assert finding["mend"].endswith(f"shellmate model pull {COPIED.name}")
    run(apart, f"{finding['mend']} --no-prime")
    found = ask(apart, "--deep")
    assert found["model"]["level"] == "ok" and found["speed"]["level"] in ("ok", "note")


def test_a_state_is_mended_by_the_command_that_is_named(
    unprimed: dict[str, str], smollm_file: ModelFile, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    variables = unprimed | {"SHELLMATE_MODEL": SMALL.name}
    run(variables, "shellmate cache prime auto")
    (state,) = (tmp_path / "cache" / "kv").rglob("*.val")
    damage(state)
    finding = ask(variables, "--deep")["cache"]
    assert finding["level"] == "warning"
    run(variables, finding["mend"])
    assert ask(variables)["cache"]["level"] == "note"
    run(variables, ask(variables)["cache"]["mend"] + " auto")
    assert ask(variables, "--deep")["cache"]["level"] == "ok"


@pytest.fixture(params=["cut short", "a wrong bit"])
def damage(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    def cut(file: Path) -> None:
        os.truncate(file, file.stat().st_size // 2)

    def flip(file: Path) -> None:
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 4
        file.write_bytes(data)

    return cut if request.param == "cut short" else flip
