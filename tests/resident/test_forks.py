"""The command, done by a process that was forked for it: nobody can tell, but by the time it takes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from shellmate.resident.forked import LENGTH
from tests.programs import need
from tests.shell.terminal import ARGUMENTS, Terminal

pytestmark = pytest.mark.model
FAST = ("--effort", "fast")
LONG = (*FAST, "--py", "a class for a bank account with deposit, withdraw, balance and history")


def begin(resident, *words, **given):
    return subprocess.Popen(
        [sys.executable, "-m", "shellmate", *words], env=resident.variables, stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "bufsize": 0} | given,
    )  # fmt: skip


def modules_of(resident, *words, **variables):
    """What the command's own process imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "shellmate", *words],
        env={**resident.variables, **variables}, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in lines}


def servers_of(resident):
    """The processes that commands are forked from."""
    children = Path(f"/proc/{resident.process.pid}/task/{resident.process.pid}/children").read_text()
    return [int(child) for child in children.split()]


def workers_of(resident):
    (server,) = servers_of(resident)
    return Path(f"/proc/{server}/task/{server}/children").read_text().split()


def test_the_command_itself_imports_next_to_nothing(resident):
    assert not modules_of(resident, *FAST, "list files") & {
        "click",
        "json",
        "pathlib",
        "tomllib",
        "typing",
        "dataclasses",
    }
    assert "click" in modules_of(resident, *FAST, "list files", SHELLMATE_RESIDENT="never")


@pytest.mark.parametrize(
    "words", [("status",), ("--no-config", "explain", "ls"), ("-r", *FAST, "list files"), ("-qr", "list files")]
)
def test_what_needs_the_terminal_or_the_server_is_done_here(resident, words):
    assert "click" in modules_of(resident, *words)


@pytest.mark.parametrize(
    ("words", "given", "code", "told"),
    [
        (("--nosuch", "x"), {}, 2, "No such option"),
        (("-p", "nosuch", "x"), {}, 2, "nosuch"),
        ((*FAST,), {"input": "city,price\nbonn,2\n"}, 0, ""),
        ((*FAST, "--timeout", "0.01", "list files"), {}, 124, "has passed"),
        ((*FAST, "--model", "nosuch", "list files"), {}, 2, "nosuch"),
        (("--version",), {}, 0, ""),
    ],
)  # fmt: skip
def test_it_ends_and_says_as_it_would(resident, words, given, code, told):
    given = {"stdin": None} | given if given else given
    done, alone = resident.run(*words, **given), resident.run(
        *words, **given, env={**resident.variables, "SHELLMATE_RESIDENT": "never"}
    )  # fmt: skip
    assert done.returncode == code == alone.returncode and told in done.stderr
    assert (done.stdout, done.stderr) == (alone.stdout, alone.stderr)


def test_the_folder_the_variables_and_the_mask_are_the_users(resident, tmp_path):
    folder = tmp_path / "ordner ü"
    folder.mkdir()
    variables = {**resident.variables, "SHELLMATE_CONFIG_DIR": "config", "SHELLMATE_STATE_DIR": str(tmp_path / "state")}
    (folder / "config").mkdir()
    (folder / "config" / "config.toml").write_text("nosuch = 1\n")
    done = resident.run(*FAST, "list files", cwd=folder, env=variables)
    assert done.returncode == 2 and "nosuch" in done.stderr
    variables["SHELLMATE_CONFIG_DIR"] = resident.variables["SHELLMATE_CONFIG_DIR"]
    command = f"umask 002; ulimit -f 0; exec {sys.executable} -m shellmate --effort fast list files"
    done = subprocess.run(["sh", "-c", command], cwd=folder, env=variables, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout, "the answer is told"
    assert "log" in done.stderr, "and that it could not be kept, with no room for a file"


def test_a_folder_that_is_gone_and_a_stream_that_is_closed_do_no_harm(resident, tmp_path):
    gone = tmp_path / "gone"
    command = f"mkdir {gone}; cd {gone}; rmdir {gone}; exec {sys.executable} -m shellmate --effort fast list files"
    for line in (command, f"exec {sys.executable} -m shellmate --effort fast list files <&-"):
        done = subprocess.run(["sh", "-c", line], env=resident.variables, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "") and done.stdout


def test_a_reader_that_goes_away_ends_it(resident):
    process = begin(resident, *LONG)
    process.stdout.read(1)
    process.stdout.close()
    assert process.wait(30) == -signal.SIGPIPE
    resident.wait_for(lambda health: health["busy"] == 0, 5)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143), (signal.SIGHUP, -signal.SIGHUP), (signal.SIGKILL, -signal.SIGKILL)],
)  # fmt: skip
def test_signals_end_it_and_what_works_for_it(resident, number, code):
    process = begin(resident, *LONG)
    assert process.stdout.read(1)
    process.send_signal(number)
    assert process.wait(30) == code
    resident.wait_for(lambda health: health["busy"] == 0, 5)
    end = time.monotonic() + 5
    while workers_of(resident):
        assert time.monotonic() < end
        time.sleep(0.02)
    if number != signal.SIGKILL:
        assert b"Traceback" not in process.stderr.read()


def test_what_is_ignored_stays_ignored(resident):
    process = begin(resident, *LONG, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    first = process.stdout.read(1)
    process.send_signal(signal.SIGHUP)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and first + rest == resident.run(*LONG).stdout.encode()


def test_it_stops_and_goes_on(resident):
    process = begin(resident, *LONG)
    first = process.stdout.read(1)
    process.send_signal(signal.SIGTSTP)
    assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
    os.set_blocking(process.stdout.fileno(), False)
    time.sleep(0.5)
    first += process.stdout.read() or b""
    time.sleep(0.7)
    assert process.stdout.read() is None, "nothing comes while it is stopped"
    os.set_blocking(process.stdout.fileno(), True)
    process.send_signal(signal.SIGCONT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and first + rest == resident.run(*LONG).stdout.encode()


def test_many_at_once_each_get_their_own(resident):
    numbers = range(6)
    processes = [begin(resident, *FAST, "--max-tokens", "30", "--py", f"print the number {n}{n}{n}") for n in numbers]
    for number, process in zip(numbers, processes, strict=True):
        code, errors = process.communicate(timeout=120)
        assert f"{number}{number}{number}" in code.decode(), errors


def test_what_was_asked_in_a_terminal_is_gone_on_with_there(resident, tmp_path):
    variables = {
        **resident.variables,
        "SHELLMATE_STATE_DIR": str(tmp_path / "state"),
        "SHELLMATE_EFFORT": "fast",
        "PS1": "$ ",
    }
    shell = pexpect.spawn("bash", ["--norc", "--noprofile"], env=variables, encoding="utf-8", timeout=30)
    ask = f"{sys.executable} -m shellmate --sh"
    for words in ("list files", "-c now with sizes"):
        shell.sendline(f"{ask} {words}; echo en''ded $?")
        shell.expect("ended 0")
    shell.sendline(f"SHELLMATE_RESIDENT=never {sys.executable} -m shellmate log -n 1 --json; echo en''ded")
    shell.expect("ended")
    assert "now with sizes" in shell.before
    shell.close(force=True)
    other = resident.run(*FAST, "-c", "and now", env=variables)
    assert other.returncode == 2 and "in this terminal" in other.stderr


def test_the_key_shows_on_the_terminal_what_is_written(resident):
    command = f"printf '0\\0\\0list the largest files\\0\\0' | {sys.executable} -m shellmate __line --shell bash > /dev/null; echo en''ded $?"
    shown = pexpect.spawn(
        "sh", ["-c", command], env={**resident.variables, "TERM": "xterm"}, encoding="utf-8", timeout=60
    )
    shown.expect("\\.\\.\\.")
    shown.expect("ended 0")


@pytest.mark.parametrize("words", [(), ("--sh",), ("-m", "qwen2.5-coder-0.5b", "--effort", "fast")])
def test_a_chat_is_in_the_session_of_its_terminal(resident, words):
    command = " ".join((sys.executable, "-m", "shellmate", *words))
    chat = pexpect.spawn("bash", ["--norc", "-c", command], env={**resident.variables, "TERM": "xterm"}, timeout=30)
    try:
        chat.expect_exact("»".encode())
        leader = Path(f"/proc/{chat.pid}/stat").read_text().rpartition(")")[2].split()
        assert int(leader[3]) == chat.pid, "it leads the session that its terminal is of"
        assert workers_of(resident) == [], "and nothing works for it elsewhere"
        chat.send("\x04")
        chat.expect(pexpect.EOF)
    finally:
        chat.close(force=True)


def test_who_did_not_wait_is_not_worked_for(resident):
    """Else it would be answered twice: by itself, and by the process that came too late."""
    (server,) = servers_of(resident)
    os.kill(server, signal.SIGSTOP)  # too busy, for all that who asks can see
    try:
        done = resident.run(*FAST, "--sh", "list files")
        assert done.returncode == 0 and done.stdout.count("\n") == 1
    finally:
        os.kill(server, signal.SIGCONT)
    for hangs_up_at_once in (True, False):
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(resident.fork))
            if not hangs_up_at_once:
                asking.sendall(LENGTH.pack(10) + b"other kind")
                assert asking.recv(1) == b""
    assert "click" not in modules_of(resident, *FAST, "list files"), "it works on for the others"


@pytest.fixture(params=ARGUMENTS)
def shell(request, resident, tmp_path):
    settings = {name: value for name, value in resident.variables.items() if name.startswith("SHELLMATE_")}
    opened = Terminal(
        request.param, need(request.param), tmp_path, real=True, **settings | {"SHELLMATE_EFFORT": "fast"}
    )
    yield opened
    opened.close()


def test_the_key_in_the_real_shells(shell):
    words = "列出大于 100MB 的文件"
    shell.send(words)
    shell.press()
    shell.read(0.05)
    shell.send("\x03")
    shell.settle()
    if shell.line()[1] == "":  # it came before the widget had begun
        shell.send(words)
    shell.wait(lambda: shell.line()[1] == words, "Ctrl-C leaves the words")
    shell.press()
    shell.wait(lambda: "100M" in shell.line()[1] and shell.line()[1] != words, "the words become a command", 60)


def test_without_the_server_everything_goes_on(another, run, primed):
    server = another().start()
    answer = server.run(*FAST, "list files")
    (forks,) = servers_of(server)
    os.kill(forks, signal.SIGKILL)
    assert "click" in modules_of(server, *FAST, "list files")
    assert server.run(*FAST, "list files").stdout == answer.stdout
    server.stop()
    server.start()
    assert "click" not in modules_of(server, *FAST, "list files")
    server.process.kill()
    server.process.wait()
    assert server.run(*FAST, "list files").stdout == answer.stdout
    server.start()
    assert "click" not in modules_of(server, *FAST, "list files")
    server.stop()
    assert not server.fork.is_symlink() and not Path(server.socket).with_suffix(".fork").exists()


def test_another_kind_of_interpreter_works_alone(resident):
    done = subprocess.run(
        [sys.executable, "-O", "-m", "shellmate", *FAST, "list files"],
        env=resident.variables, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    assert done.stdout == resident.run(*FAST, "list files").stdout
