"""TAB in the real shells, with the files in completions/ and the names that shellmate itself tells."""

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from shellmate.shell.init import find_completions
from tests.programs import need
from tests.shell.terminal import Terminal

pytestmark = pytest.mark.slow

COMPLETIONS = Path(__file__).parents[2] / "completions"
COMPINIT = "autoload -Uz compinit; compinit -D -u"
World = tuple[Path, dict[str, str]]
Complete = Callable[[str], set[str]]


def run(world: World, *command: str) -> str:
    cwd, env = world
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
    )
    assert done.returncode == 0 and done.stderr == "", f"{done.returncode} {done.stderr}"
    return done.stdout


def in_bash(world: World) -> Iterator[Complete]:
    bash = need("bash")
    script = f"""
        source {COMPLETIONS}/shellmate.bash
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _shellmate "$1" "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
        printf '%s\\n' ${{COMPREPLY[@]+"${{COMPREPLY[@]}}"}}
    """

    def complete(line: str) -> set[str]:
        words = shlex.split(line.replace("=", " = ")) + ([""] if line[-1] in " =" else [])
        return set(run(world, bash, "--norc", "-euo", "pipefail", "-c", script, "bash", *words).splitlines())

    yield complete


def in_fish(world: World) -> Iterator[Complete]:
    fish = need("fish")

    def complete(line: str) -> set[str]:
        script = f"source {COMPLETIONS}/shellmate.fish; complete -C {shlex.quote(line)}"
        found = run(world, fish, "--no-config", "-c", script)
        return {offered.split("\t")[0].rpartition("=")[2] for offered in found.splitlines()}

    yield complete


def in_zsh(world: World) -> Iterator[Complete]:
    cwd, env = world
    shell = pexpect.spawn(
        need("zsh"), ["-f"], cwd=cwd, env=env, encoding="utf-8", timeout=20, echo=False, dimensions=(200, 200)
    )
    shell.delaybeforesend = None
    shell.sendline(f"PS1= PS2=; fpath=({COMPLETIONS} $fpath); autoload -Uz compinit; compinit -D -u; LISTMAX=999")
    shell.sendline(
        'show() { print -r -- "${(q-)BUFFER}|shown"; BUFFER=; zle .accept-line }; zle -N show; bindkey ^T show'
    )
    shell.sendline("print rea''dy")
    shell.expect("ready\r")

    def complete(line: str) -> set[str]:
        shell.send(f"{line}\t\x14")
        shell.expect(r"\|shown")
        text = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]|\r|'", " ", shell.before.replace("\b", ""))
        return set(text.replace("=", " ").split())

    yield complete
    shell.close(force=True)


@pytest.fixture(scope="module", params=[in_bash, in_fish, in_zsh], ids=["bash", "fish", "zsh"])
def complete(request: pytest.FixtureRequest, world: World) -> Iterator[Complete]:
    """Give a line, get what TAB offers behind it."""
    yield from request.param(world)


MODELS = {"qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b", "qwen2.5-0.5b", "smollm2-135m"}


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("shellmate ", {"model", "prompt", "config", "cache", "digest"}, {"--lang", "pull"}),
        ("shellmate --la", {"--lang"}, {"--json"}),
        ("shellmate -", {"--explain", "--json", "-x", "--max-tokens"}, {"--no-prime"}),
        ("shellmate -l ", {"auto", "shell", "python"}, {"model"}),
        ("shellmate --lang=", {"auto", "shell", "python"}, {"model"}),
        ("shellmate --color a", {"auto", "always"}, {"never"}),
        ("shellmate count lines --js", {"--json"}, {"--lang"}),
        ("shellmate -p ", {"docker", "broken", "shell", "python"}, {"model"}),
        ("shellmate -p doc", {"docker"}, {"shell"}),
        ("shellmate -m ", MODELS | {"other.gguf"}, {"pull", "docker"}),
        ("shellmate -m folder/", {"folder/deep.bin"}, MODELS),
        ("shellmate model ", {"list", "pull", "rm"}, {"cache", "show"}),
        ("shellmate model pull --", {"--offline", "--no-prime"}, {"--lang"}),
        ("shellmate model pull smollm2-135m qwen2.5-coder-", {"qwen2.5-coder-0.5b", "qwen2.5-coder-1.5b"}, set()),
        ("shellmate model rm -y ", {"smollm2-135m"}, {"qwen2.5-coder-0.5b"}),
        ("shellmate prompt show d", {"docker"}, {"shell"}),
        ("shellmate cache prime -m smol", {"smollm2-135m"}, {"shell"}),
        ("shellmate config get ", {"lang", "keep_input"}, {"model.gguf"}),
        ("shellmate config set lang ", {"auto", "shell", "python"}, {"keep_input"}),
        ("shellmate config set offline ", {"true", "false"}, {"auto"}),
        ("shellmate -- mod", set(), {"model"}),
        ("shellmate why mod", set(), {"model"}),
    ],
)
def test_tab(complete: Complete, line: str, offered: set[str], not_offered: set[str]) -> None:
    found = complete(line)
    # What is alone is put on the line itself; zsh shows the folder of many files once.
    assert all(word in found or Path(word).name in found for word in offered), found
    assert not not_offered & found


def test_a_terminal_of_bash(world: World) -> None:
    """readline itself: the words in the file, the names from the program, files with their slashes and blanks."""
    cwd, env = world
    (cwd / "my models").mkdir()
    (cwd / "my models" / "big one.bin").touch()
    shell = pexpect.spawn(need("bash"), ["--norc", "-i"], cwd=cwd, env=env, encoding="utf-8", timeout=20)
    shell.delaybeforesend = None
    shell.sendline(f"source {COMPLETIONS}/shellmate.bash; PS1='$ '; shellmate() {{ printf '<%s>' \"$@\"; echo; }}")
    shell.expect("echo; }")
    for typed, words in {
        "shellmate --la\tpy\t": "<--lang><python>",
        "shellmate --lang=py\t": "<--lang=python>",
        "shellmate mod\tpu\tsmo\t": "<model><pull><smollm2-135m>",
        "shellmate -p doc\tstop all": "<-p><docker><stop><all>",
        "shellmate -m ./my\tbig\t": "<-m><./my models/big one.bin>",
        "shellmate -m oth\t": "<-m><other.gguf>",
        "shellmate what is in no\t": "<what><is><in><notes.txt>",
        "shellmate -- mod\t": "<--><mod>",
    }.items():
        shell.sendline(typed)
        shell.expect_exact(words)
    shell.close(force=True)


@pytest.mark.parametrize(
    ("shell", "before", "behind"),
    [("bash", "", "true"), ("fish", "", "true"), ("zsh", COMPINIT, "true"), ("zsh", "true", COMPINIT)],
    ids=["bash", "fish", "zsh, compinit before", "zsh, compinit behind"],
)
def test_what_init_prints_is_enough(tmp_path: Path, shell: str, before: str, behind: str) -> None:
    """The line of the README in the startup file, and a key for the program's names as well as for the file's words."""
    terminal = Terminal(shell, need(shell), tmp_path, setup=before, real=True)
    terminal.send(f"{behind}; shellmate judge ls\r")
    terminal.wait(lambda: "safe" in terminal.text(), "shellmate is called as before")
    terminal.send("shellmate mod\tpu\tsmol\t")
    terminal.wait(lambda: "shellmate model pull smollm2-135m" in terminal.text(), "TAB completes")
    terminal.close()


@pytest.mark.parametrize(
    ("shell", "file"),
    [
        ("bash", "bash-completion/completions/shellmate"),
        ("zsh", "zsh/site-functions/_shellmate"),
        ("fish", "fish/vendor_completions.d/shellmate.fish"),
    ],
)
def test_an_installed_program_finds_what_was_installed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str, file: str
) -> None:
    """As pipx links it, and away from a checkout."""
    monkeypatch.setattr("shellmate.shell.init.__file__", str(tmp_path / "lib" / "shellmate" / "shell" / "init.py"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "nothing"))
    program, link = tmp_path / "its own" / "bin" / "shellmate", tmp_path / "shellmate"
    installed = tmp_path / "its own" / "share" / file
    link.symlink_to(program)
    assert find_completions(shell, str(link)) == ""
    for each in (program, installed):
        each.parent.mkdir(parents=True)
        each.touch()
    assert find_completions(shell, str(link)) == str(installed)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_sourcing_is_silent(world: World, shell: str) -> None:
    file = {"bash": "shellmate.bash", "zsh": "_shellmate", "fish": "shellmate.fish"}[shell]
    first = "autoload -Uz compinit && compinit -D -u;" if shell == "zsh" else ""
    assert run(world, need(shell), "-c", f"{first} source {COMPLETIONS / file}") == ""


def test_shellcheck_finds_nothing(world: World) -> None:
    assert run(world, need("shellcheck"), str(COMPLETIONS / "shellmate.bash")) == ""
