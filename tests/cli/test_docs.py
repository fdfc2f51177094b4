"""The completions, the man page and the reference are as the commands are."""

import os
import subprocess
import sys
from pathlib import Path

from scripts.docs.tree import read_tree
from shellmate.core.errors import ExitCode
from shellmate.core.settings import SETTINGS
from tests.programs import need

CHECKOUT = Path(__file__).parents[2]
PAGE = CHECKOUT / "man" / "shellmate.1"


def docs(*args):
    return subprocess.run(
        [sys.executable, "-m", "scripts.docs", *args], cwd=CHECKOUT, capture_output=True, text=True, timeout=60
    )


def test_the_generated_files_are_as_the_commands_are():
    done = docs("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_check_names_what_drifted_and_writes_nothing(tmp_path):
    """In a copy of the checkout where an option is new."""
    done = subprocess.run(["cp", "-R", *(CHECKOUT / n for n in ("shellmate", "scripts", "man", "prompts")), tmp_path])
    assert done.returncode == 0
    commands = tmp_path / "shellmate" / "cli" / "commands.py"
    commands.write_text(commands.read_text().replace('"--json", is_flag', '"--as-json", "json", is_flag'))
    env = os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.docs", "--check"], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert done.returncode == 1
    for file in (
        "man/shellmate.1",
        "completions/_shellmate",
        "completions/shellmate.bash",
        "completions/shellmate.fish",
        "docs/reference.md",
    ):
        assert file in done.stderr
    assert "make docs" in done.stderr
    assert not (tmp_path / "completions").exists()
    assert "as\\-json" not in (tmp_path / "man" / "shellmate.1").read_text()


def test_the_man_page_is_clean_roff():
    done = subprocess.run([need("groff"), "-man", "-ww", "-Tutf8", PAGE], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_man_page_says_what_there_is():
    page = PAGE.read_text(encoding="utf-8").replace("\\-", "-")
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "ENVIRONMENT", "FILES"]:
        assert f"\n.SH {section}\n" in page
    assert all(setting.variable in page for setting in SETTINGS.values())
    assert all(f"\\fB{code:d}\\fR" in page for code in ExitCode)
    assert "shellmate model pull [OPTIONS] [NAME]..." in page and "--no-prime" in page
    assert "head sales.csv | shellmate \\(dqmean of price\\(dq" in page


def test_the_reference_says_what_there_is():
    page = (CHECKOUT / "docs" / "reference.md").read_text(encoding="utf-8")
    for command in read_tree().walk():
        if command.words and command.commands:
            continue
        start = page.index(f"\n### {' '.join(('shellmate', *command.words))}\n")
        section = page[start : page.index("\n##", start + 4)]
        for option in command.options:
            assert all(f"`{name}" in section for name in option.names if name not in ("-h", "--help")), option
    assert all(f"| `{setting.name}` | `{setting.variable}` |" in page for setting in SETTINGS.values())
    assert all(f"\n| {code:d} | " in page for code in ExitCode)
