"""The widgets as linters and the shells themselves see them."""

import io
import subprocess

import pytest

from shellmate.cli.main import main
from shellmate.core.environment import Environment
from shellmate.shell.quick import render_plain
from tests.programs import need


def widget(shellmate_path, shell: str, *options: str) -> str:
    return subprocess.run(
        [shellmate_path, "init", shell, *options], capture_output=True, text=True, check=True, timeout=30
    ).stdout


def test_shellcheck_finds_nothing(shellmate_path):
    code = widget(shellmate_path, "bash")
    done = subprocess.run([need("shellcheck"), "--shell=bash", "-"], input=code, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 0)


def test_shfmt_would_write_it_the_same(shellmate_path):
    code = widget(shellmate_path, "bash")
    done = subprocess.run([need("shfmt"), "-i", "4", "-ci", "-d"], input=code, capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize(("shell", "flags"), [("bash", ["-n"]), ("zsh", ["-fn"]), ("fish", ["--no-execute"])])
@pytest.mark.parametrize("options", [(), ("--force", "--keep-comment", "--key", "ctrl-x f5", "--history", "9")])
def test_the_shell_can_read_it(shellmate_path, tmp_path, shell, flags, options):
    file = tmp_path / "widget"
    file.write_text(widget(shellmate_path, shell, *options))
    done = subprocess.run([need(shell), *flags, str(file)], capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize(
    ("shell", "start"),
    [
        ("bash", ["--norc", "-ic", ". $0 && . $0"]),
        ("zsh", ["-fic", ". $0 && . $0"]),
        ("fish", ["--no-config", "-ic", "source $argv[1]; and source $argv[1]"]),
    ],
)
@pytest.mark.parametrize("options", [(), ("--key", "")])
def test_a_start_file_that_ends_with_it_has_succeeded(shellmate_path, tmp_path, shell, start, options):
    file = tmp_path / "widget"
    file.write_text(widget(shellmate_path, shell, *options))
    done = subprocess.run([need(shell), *start, str(file)], stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr


@pytest.mark.parametrize("key", ["alt-", "ctrl-c", "shift-a", "alt-'", "f13", "ctrl-é"])
def test_a_key_that_there_is_not_is_refused(shellmate_path, key):
    done = subprocess.run([shellmate_path, "init", "bash", "--key", key], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 2)
    assert "--key alt-m" in done.stderr and done.stderr.count("\n") == 1


def test_an_old_bash_is_told_so(shellmate_path):
    code = widget(shellmate_path, "bash").replace("${BASH_VERSINFO[0]:-0}", "3")
    done = subprocess.run([need("bash"), "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 0)
    assert "needs bash 4" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    "options", [(), ("--force",), ("--key", "ctrl-g", "--keep-comment"), ("--history", "3"), ("--key", "")]
)
def test_the_quick_way_and_the_usual_one_print_the_same(shell, options, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["/somewhere/else/shellmate"])
    quick = render_plain([shell, *options], {"PATH": str(tmp_path), "SHELLMATE_CONFIG_DIR": str(tmp_path)})
    out = io.BytesIO()
    variables = {"PATH": str(tmp_path), "SHELLMATE_CONFIG_DIR": str(tmp_path)}
    env = Environment(None, out, io.StringIO(), variables, tmp_path)
    assert main(["init", shell, *options], env) == 0
    assert out.getvalue().decode() == quick
    assert "/somewhere/else/shellmate __line" in quick


@pytest.mark.parametrize(
    "arguments",
    [[], ["tcsh"], ["bash", "--key"], ["bash", "zsh"], ["bash", "--history", "x"], ["bash", "--key", "shift-a"]],
)
def test_what_is_not_plain_is_left_to_the_usual_way(arguments, tmp_path):
    assert render_plain(arguments, {"SHELLMATE_CONFIG_DIR": str(tmp_path)}) is None


def test_settings_in_the_file_count(tmp_path):
    variables = {"SHELLMATE_CONFIG_DIR": str(tmp_path)}
    (tmp_path / "config.toml").write_text('lang = "shell"\n')
    assert render_plain(["zsh"], variables)
    (tmp_path / "config.toml").write_text('key = "ctrl-g"\n')
    assert render_plain(["zsh"], variables) is None
    out = io.BytesIO()
    assert main(["init", "zsh"], Environment(None, out, io.StringIO(), variables, tmp_path)) == 0
    assert "_shellmate_bind '^g' ctrl-g" in out.getvalue().decode()
