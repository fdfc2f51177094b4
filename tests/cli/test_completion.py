"""What the program tells a shell at TAB."""

import os
import subprocess
import sys

import pytest

from tests.unit.test_house import HEAVY


def names(result):
    assert result.code == 0 and result.err == "" and not result.engine.asked
    return [line.split("\t")[0] for line in result.out.splitlines()]


def test_models_say_which_are_installed(shellmate, tmp_path):
    assert "smollm2-135m" in names(shellmate(_SHELLMATE_COMPLETE="models"))
    assert names(shellmate(_SHELLMATE_COMPLETE="installed")) == []
    (tmp_path / "data" / "models").mkdir(parents=True)
    (tmp_path / "data" / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf").touch()
    assert names(shellmate(_SHELLMATE_COMPLETE="installed")) == ["smollm2-135m"]
    assert "(installed)" in shellmate(_SHELLMATE_COMPLETE="models").out


def test_prompts_of_the_users_own_whatever_is_in_them(shellmate, tmp_path):
    folder = tmp_path / "config" / "prompts"
    folder.mkdir(parents=True)
    (folder / "docker.toml").write_text('description = "two\\nlines\\u001b[31m\\t"\nsystem = "x"\n')
    (folder / "broken.toml").write_text("system =")
    (folder / "not a name.toml").write_text('system = "x"')
    found = shellmate(_SHELLMATE_COMPLETE="prompts")
    assert {"docker", "broken", "shell"} <= set(names(found)) and "not a name" not in names(found)
    assert "docker\ttwo lines[31m\n" in found.out


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["lang"], ["auto", "shell", "python"]),
        (["offline"], ["true", "false"]),
        (["threads"], []),
        (["x"], []),
        ([], []),
    ],
)
def test_values_of_a_setting(shellmate, words, values):
    assert names(shellmate(*words, _SHELLMATE_COMPLETE="values")) == values


def test_a_broken_configuration_is_no_hindrance(shellmate, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("nonsense")
    assert "docker" not in names(shellmate(_SHELLMATE_COMPLETE="prompts", SHELLMATE_THREADS="many"))


def test_an_unknown_list_is_silent(shellmate):
    result = shellmate("a question", _SHELLMATE_COMPLETE="bash_source")
    assert (result.code, result.out, result.err) == (1, "", "")


@pytest.mark.parametrize("listed", ["models", "installed", "prompts", "settings", "values"])
def test_nothing_heavy_is_loaded(listed, tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "shellmate", "model"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"HOME": str(tmp_path), "_SHELLMATE_COMPLETE": listed},
        timeout=60,
    )
    assert done.returncode == 0
    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "click" in loaded and not loaded & HEAVY
    assert not list(tmp_path.iterdir())
