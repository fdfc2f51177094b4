"""Which terminal it is: the same for all that one shell starts, another for every other shell."""

import os
import pty
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from shellmate.session.place import terminal_key

CHECKOUT = Path(__file__).parents[2]
STAT = "{pid} ({name}) S 1 {pid} {pid} {terminal} 99 4194560 1 2 3 4 5 6 7 8 20 0 1 0 {started} 7 8 9\n"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Appends the key to the file that is its argument, so that all its streams may be anything."""
    script = tmp_path / "key"
    script.write_text(
        f"#!{sys.executable}\nimport sys; sys.path[:0] = [{str(CHECKOUT)!r}]\n"
        "from shellmate.session.place import terminal_key\n"
        "open(sys.argv[1], 'a').write(terminal_key() + '\\n')\n"
    )
    script.chmod(0o755)
    return script


@pytest.fixture
def shell(tmp_path: Path) -> Iterator:
    """A shell in a terminal of its own that runs lines and gives the keys that they wrote."""
    shells: list[pexpect.spawn] = []

    def begin():
        child = pexpect.spawn("bash", ["--norc", "--noprofile"], env=os.environ | {"PS1": "$ "}, timeout=20)
        shells.append(child)
        file = tmp_path / f"keys{len(shells)}"

        def run(*lines: str) -> list[str]:
            file.write_text("")
            for line in lines:
                # In one line: what is typed while a program runs that program may read.
                child.sendline(line.format(key=f"{tmp_path}/key {file}") + "; echo do''ne")
                child.expect_exact("done")
            return file.read_text().splitlines()

        return run

    yield begin
    for child in shells:
        child.close(force=True)


def test_it_is_the_same_for_all_that_a_shell_starts(program, shell, tmp_path):
    run = shell()
    (tmp_path / "script").write_text('$1 $2; bash -c "$1 $2"\n')
    keys = run(
        "{key}",
        'x="$({key})"',
        "echo x | {key} | cat",
        "{key} < /dev/null > /dev/null 2>&1",
        "x=$(echo x | {key} 2> /dev/null)",
        "bash " + str(tmp_path / "script") + " {key}",
        "({key} &) ; {key} & wait",
        "nohup {key} < /dev/null > /dev/null 2>&1",
        "{key} <&- >&- 2>&-",
    )
    assert len(keys) == 11
    assert len(set(keys)) == 1


def test_it_is_another_in_another_terminal(program, shell):
    first, second = shell(), shell()
    one, two = first("{key}", "{key} 2> /dev/null"), second("{key}")
    assert len({*one, *two}) == 2
    assert first("{key}") == one[:1]


def test_it_is_another_in_a_terminal_within_the_terminal(program, shell, tmp_path):
    """As in tmux and screen."""
    run = shell()
    inner = tmp_path / "inner"
    inner.write_text("import pty, sys; pty.spawn(sys.argv[1:])\n")
    keys = run("{key}", f"{sys.executable} {inner} {{key}}", "{key}")
    assert keys[0] == keys[2] != keys[1]


def test_there_is_one_without_a_terminal(program, tmp_path):
    keys = tmp_path / "keys"
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os.spawnv(os.P_WAIT, program, ["key", str(keys)])
            os.spawnv(os.P_WAIT, program, ["key", str(keys)])
            os._exit(0)
        os.waitpid(pid, 0)
    first, again, *other = keys.read_text().splitlines()
    assert first == again
    assert len(set(other)) == 1 and first not in other


def write_proc(proc: Path, name: bytes = b"bash", started: int = 4711, terminal: int = 34816, boot: str = "b1") -> Path:
    leader = os.getsid(0)
    (proc / str(leader)).mkdir(parents=True, exist_ok=True)
    stat = STAT.format(pid=leader, name="NAME", terminal=terminal, started=started)
    (proc / str(leader) / "stat").write_bytes(stat.encode().replace(b"NAME", name))
    (proc / "sys/kernel/random").mkdir(parents=True, exist_ok=True)
    (proc / "sys/kernel/random/boot_id").write_text(boot)
    return proc


@pytest.mark.parametrize(
    "changed", [{"started": 4712}, {"terminal": 34817}, {"boot": "b2"}], ids=["pid used again", "terminal", "boot"]
)
def test_what_makes_it_another_shell_makes_another_key(tmp_path, changed):
    first = terminal_key(write_proc(tmp_path))
    assert terminal_key(write_proc(tmp_path)) == first
    assert terminal_key(write_proc(tmp_path, **changed)) != first


@pytest.mark.parametrize("name", [b"a b", b"tmux: (1) 2 3", b") R 1 2 3", b"(((", b"\xff\n)"])
def test_a_programs_name_does_not_get_into_it(tmp_path, name):
    assert terminal_key(write_proc(tmp_path, name)) == terminal_key(write_proc(tmp_path))


def in_terminal_without_proc(tmp_path: Path, redirect: str) -> str:
    """The key in a new session on a new terminal, where stat cannot be read, with some streams gone to a file."""
    reader, writer = os.pipe()
    pid, terminal = pty.fork()
    if pid == 0:
        for stream in map(int, redirect):
            os.dup2(os.open(tmp_path / "elsewhere", os.O_RDWR | os.O_CREAT), stream)
        os.write(writer, terminal_key(tmp_path / "none").encode())
        os._exit(0)
    os.close(writer)
    key = os.read(reader, 1000).decode()
    os.close(reader)
    os.waitpid(pid, 0)
    os.close(terminal)
    return key.removeprefix(f"{pid}/")


@pytest.mark.parametrize("redirect", ["", "0", "1", "2", "01", "02", "12"])
def test_without_proc_the_terminal_is_known_by_what_is_not_redirected(tmp_path, redirect):
    assert in_terminal_without_proc(tmp_path, redirect).startswith("//dev/")


def test_without_proc_and_streams_there_still_is_a_key(tmp_path):
    assert in_terminal_without_proc(tmp_path, "012") == "//"
