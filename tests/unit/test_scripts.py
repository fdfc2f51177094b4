"""What make runs beside Python: the check of shell scripts, and the hooks before a commit."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.programs import need

CHECKOUT = Path(__file__).parents[2]


def lint(checkout: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", checkout / "scripts" / "lint_shell.sh"],
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The scripts, in a checkout that a test may spoil."""
    for name in ("scripts", ".ci", "shellmate/shell"):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH without the programs that check."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "dirname").symlink_to(need("dirname"))
    return str(programs)


def test_the_scripts_are_clean() -> None:
    need("shellcheck")
    need("shfmt")
    done = lint(CHECKOUT, PATH=os.environ["PATH"], CI="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("program", "line"), [("shellcheck", "echo $1"), ("shfmt", "echo  spaced")])
def test_a_fault_is_found(copy: Path, program: str, line: str) -> None:
    need(program)
    with (copy / "scripts" / "install.sh").open("a") as script:
        script.write(f"{line}\n")
    done = lint(copy, PATH=os.environ["PATH"])
    assert done.returncode == 1 and line in done.stdout


def test_what_is_not_installed_is_said_and_is_a_fault_in_ci(bare_path: str) -> None:
    at_home, in_ci = lint(CHECKOUT, PATH=bare_path), lint(CHECKOUT, PATH=bare_path, CI="1")
    assert (at_home.returncode, in_ci.returncode) == (0, 1)
    assert "shellcheck is not installed" in at_home.stderr and "apt install shfmt" in at_home.stderr


def test_the_hooks_are_what_lint_runs() -> None:
    config = yaml.safe_load((CHECKOUT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    recipe = (CHECKOUT / "Makefile").read_text(encoding="utf-8").replace("\t@", "\t").replace("$(BIN)/", ".venv/bin/")
    assert [each["repo"] for each in config["repos"]] == ["local"]
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        assert f"\t{hook['entry']}\n" in recipe
