"""`!COMMAND`: run in the user's own shell, on the terminal, with what it prints kept for a question about it."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import tty
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial

from shellmate.core.environment import Environment
from shellmate.core.errors import ShellmateError
from shellmate.repl.tty import keeping_modes

MOST_KEPT = 1 << 18  # bytes, the last ones


@dataclass(frozen=True)
class Outcome:
    """`output` is the end of what a command printed on both streams; `status` is negative for a signal."""

    command: str
    output: bytes
    status: int


def run_command(env: Environment, command: str) -> Outcome:
    """Run it to its end; Ctrl-C is the command's own. Raises ShellmateError where it cannot be started."""
    arguments = [env.variables.get("SHELL") or "/bin/sh", "-c", command]
    kept = bytearray()
    try:
        run = _run_on_terminal if env.stdin_is_terminal and env.stdout_is_terminal else _run_plainly
        status = run(env, arguments, kept)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ShellmateError(f"{arguments[0]} cannot be run: {error}", "set SHELL to a shell") from error
    return Outcome(command, bytes(kept), status)


def _run_on_terminal(env: Environment, arguments: list[str], kept: bytearray) -> int:
    """On a terminal of its own, so that editors and colours work, and yet all of it can be read."""
    assert env.stdin
    keys, (master, slave) = env.stdin.fileno(), pty.openpty()
    with ExitStack() as stack:
        stack.callback(os.close, master)
        try:
            termios.tcsetattr(slave, termios.TCSANOW, termios.tcgetattr(keys))
            _copy_size(keys, master)
            process = subprocess.Popen(
                arguments,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                preexec_fn=partial(fcntl.ioctl, 0, termios.TIOCSCTTY, 0),
            )
        finally:
            os.close(slave)
        before = signal.signal(signal.SIGWINCH, lambda *_: _copy_size(keys, master))
        stack.callback(signal.signal, signal.SIGWINCH, before)
        with keeping_modes(keys):
            tty.setraw(keys, termios.TCSADRAIN)
            _connect(keys, master, env.stdout.fileno(), kept)
    return process.wait()


def _copy_size(keys: int, master: int) -> None:
    fcntl.ioctl(master, termios.TIOCSWINSZ, fcntl.ioctl(keys, termios.TIOCGWINSZ, b"\0" * 8))


def _connect(keys: int, master: int, screen: int, kept: bytearray) -> None:
    """Hand on what is typed and what is printed, until the command has closed its terminal."""
    listened, typed = [keys, master], b""
    os.set_blocking(master, False)  # what is typed may wait, and what is printed must not wait for it
    while True:
        readable, writable, _ = select.select(listened, [master] if typed else [], [])
        if master in readable:
            data = _read(master)
            if not data:
                return
            _keep(kept, data)
            while data:
                data = data[os.write(screen, data) :]
        if keys in readable:
            data = _read(keys)
            typed += data
            if not data:
                listened.remove(keys)
        if writable:
            with suppress(BlockingIOError):
                typed = typed[os.write(master, typed) :]


def _read(descriptor: int) -> bytes:
    """Nothing at the end; a terminal that has gone away gives an error instead."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def _run_plainly(env: Environment, arguments: list[str], kept: bytearray) -> int:
    with subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout
        while data := os.read(process.stdout.fileno(), 65536):
            _keep(kept, data)
            env.stdout.write(data)
            env.stdout.flush()
    return process.returncode


def _keep(kept: bytearray, data: bytes) -> None:
    kept += data
    del kept[:-MOST_KEPT]
