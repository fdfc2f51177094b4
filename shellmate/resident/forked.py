"""Have the work of this process done by one that is forked from a process which has imported everything already.

Python's imports take as long as all else that a question needs of this side. The process that is forked has this one's
streams, folder, variables and limits, and gets its signals; this one waits and ends as it does.
"""

import os
import signal
import socket
import stat
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType

from shellmate.core.names import COMMANDS
from shellmate.core.places import runtime_directory
from shellmate.core.process import kind_of_process, take_process

LINK = "current.fork"  # in the runtime directory: where the server that was started last is asked
ACCEPTED = b"y"
LENGTHS = struct.Struct("=II")  # of what kind of process it is, and of what it has
STATUS = struct.Struct("=i")  # as of waitpid
_FAILED = 1 << 8  # exit code 1, as waitpid has it
_SECONDS = 1.0  # in which it has to be accepted
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGWINCH, signal.SIGCONT)


def run_forked(arguments: Sequence[str], variables: Mapping[str, str]) -> int | None:
    """The wait status of the process that did the work; None where nobody does it, and nothing has happened."""
    if variables.get("SHELLMATE_RESIDENT") == "never" or not _needs_no_session(arguments):
        return None
    try:
        connection = _connect(runtime_directory(variables))
    except OSError:
        return None
    with connection:
        if not _is_accepted(connection):
            return None
        _pass_signals_on(connection)
        told = connection.recv(STATUS.size)
        if len(told) == STATUS.size:
            return int(STATUS.unpack(told)[0])
        os.write(2, b"shellmate: the resident process was killed; ask again\n")
        return _FAILED


def _needs_no_session(arguments: Sequence[str]) -> bool:
    """Whether it is a question, of which nothing is run at the terminal: who runs something there has to be of its
    session."""
    if not arguments:
        return not os.isatty(0)
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return arguments[0] not in COMMANDS and not any(map(_may_run, options))


def _may_run(option: str) -> bool:
    return option in ("--run", "--sandbox") or (option[:1] == "-" and option[:2] != "--" and "r" in option)


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
    descriptors: list[int] = []
    try:
        state, descriptors = take_process()
        kind = kind_of_process()
        socket.send_fds(connection, [LENGTHS.pack(len(kind), len(state))], descriptors)
        connection.sendall(kind + state)
        is_accepted = connection.recv(1) == ACCEPTED
        connection.settimeout(None)
        return is_accepted
    except OSError:
        return False
    finally:
        for descriptor in descriptors[3:]:
            os.close(descriptor)


def _pass_signals_on(connection: socket.socket) -> None:
    def pass_on(number: int, _: FrameType | None) -> None:
        with suppress(OSError):  # it has ended meanwhile
            connection.send(bytes([number]))

    def stop(number: int, frame: FrameType | None) -> None:
        pass_on(signal.SIGSTOP, frame)
        os.kill(os.getpid(), signal.SIGSTOP)

    for number in _PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, pass_on)
    signal.signal(signal.SIGTSTP, stop)


def end_as(status: int) -> None:
    """End this process as another one has ended."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
