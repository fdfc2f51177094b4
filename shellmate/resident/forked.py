"""Have the work of this process done by one that is forked from a process which has imported everything already.

Python's imports take as long as all else that a question needs of this side. The process that is forked has this one's
streams, folder, variables and limits, and gets its signals; this one waits and ends as it does.
"""

import os
import signal
import socket
import stat
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from shellmate.core.names import COMMANDS
from shellmate.core.places import runtime_directory
from shellmate.core.process import HANDED_BACK, kind_of_process, take_process

LINK = "current.fork"  # in the runtime directory: where the server that was started last is asked
ACCEPTED = b"y"
LENGTH = struct.Struct("=I")  # of what kind of process it is, and of what it has
STATUS = struct.Struct("=i")  # as of waitpid
_FAILED = 1 << 8  # exit code 1, as waitpid has it
_SECONDS = 1.0  # in which it has to be accepted
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGWINCH, signal.SIGCONT)


def run_forked(arguments: Sequence[str], variables: Mapping[str, str]) -> int | None:
    """The wait status of the process that did the work; None where nobody does it, and nothing has happened."""
    if variables.get("SHELLMATE_RESIDENT") == "never" or not _is_question(arguments):
        return None
    try:
        connection = _connect(runtime_directory(variables))
    except OSError:
        return None
    with connection:
        if not _is_accepted(connection):
            return None
        with _passing_signals_on(connection):
            told = connection.recv(STATUS.size)
    if len(told) < STATUS.size:
        os.write(2, b"shellmate: the resident process was killed; ask again\n")
        return _FAILED
    status = int(STATUS.unpack(told)[0])
    return None if status == HANDED_BACK << 8 else status


def _is_question(arguments: Sequence[str]) -> bool:
    """Whether it may be one; what turns out to need the terminal's session is handed back."""
    if not arguments:
        return not os.isatty(0)
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return next((word for word in options if not word.startswith("-")), "") not in COMMANDS


def _connect(folder: str) -> socket.socket:
    """Raises OSError where nobody listens, or the folder is another user's."""
    if os.lstat(folder).st_uid != os.getuid() or not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise PermissionError(folder)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_SECONDS)
        connection.connect(f"{folder}/{LINK}")
    except OSError:
        connection.close()
        raise
    return connection


def _is_accepted(connection: socket.socket) -> bool:
    """Whether the other side lives and can work for this process, which then is handed over. Not before that: what is
    sent stays open until it is received, and whoever reads this one's stdout would wait for its end."""
    descriptors: list[int] = []
    try:
        state, descriptors = take_process()
        kind = kind_of_process()
        connection.sendall(LENGTH.pack(len(kind)) + kind)
        if connection.recv(1) != ACCEPTED:
            return False
        connection.settimeout(None)
        socket.send_fds(connection, [LENGTH.pack(len(state))], descriptors)
        connection.sendall(state)
        return True
    except OSError:
        return False
    finally:
        for descriptor in descriptors[3:]:
            os.close(descriptor)


@contextmanager
def _passing_signals_on(connection: socket.socket) -> Iterator[None]:
    def pass_on(number: int, _: FrameType | None) -> None:
        with suppress(OSError):  # it has ended meanwhile
            connection.send(bytes([number]))

    def stop(number: int, frame: FrameType | None) -> None:
        pass_on(signal.SIGSTOP, frame)
        os.kill(os.getpid(), signal.SIGSTOP)

    handlers = dict.fromkeys(_PASSED_ON, pass_on) | {signal.SIGTSTP: stop}
    before = {number: signal.getsignal(number) for number in handlers}
    for number, handler in handlers.items():
        if before[number] != signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def end_as(status: int) -> None:
    """End this process as another one has ended."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
