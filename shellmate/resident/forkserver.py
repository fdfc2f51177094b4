"""The process that has imported everything, and is forked for each command that asks for it: see forked.py."""

import gc
import os
import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from shellmate.core.process import become_process, kind_of_process
from shellmate.resident.address import identity_of, make_current, remove_current
from shellmate.resident.forked import ACCEPTED, LENGTH, LINK, STATUS
from shellmate.resident.peers import uid_of_peer

Work = Callable[[], object]
_SECONDS = 1.0  # in which who asks has to have said all
_MOST_DESCRIPTORS = 8
_MOST_BYTES = 1 << 26
_BACKLOG = 64


@contextmanager
def fork_server(place: Path, prepare: Work, work: Work) -> Iterator[None]:
    """Have a process listen at a socket, until the end and no longer than this process lives, which must have one
    thread. There `prepare` is done once, and `work` in a process of its own for each who asks. Without a place to
    listen at there is none, and who asks works alone."""
    lifeline, held = os.pipe()
    place.unlink(missing_ok=True)  # of a process that was killed
    server = os.fork()
    if not server:
        _be_server(place, lifeline, prepare, work)
    os.close(lifeline)
    try:
        yield
    finally:
        os.close(held)
        with suppress(ChildProcessError):
            os.waitpid(server, 0)


def _be_server(place: Path, lifeline: int, prepare: Work, work: Work) -> NoReturn:
    try:
        lifeline = _leave_all_but(lifeline)
        os.setsid()
        os.chdir("/")  # no folder is held on to
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # it ends with its parent
        prepare()
        gc.collect()
        gc.freeze()  # pages that the collector leaves alone stay shared
        with _listen(place) as listener:
            _Server(listener, lifeline, work).serve()
    finally:
        os._exit(0)


def _leave_all_but(descriptor: int) -> int:
    """Close all descriptors but one, which gets the first number behind the streams; nothing of what the parent holds,
    locks and pipes, is held on to."""
    empty = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(empty, stream)
    os.dup2(descriptor, 3, inheritable=False)
    os.closerange(4, os.sysconf("SC_OPEN_MAX") if not os.path.isdir("/proc/self/fd") else _highest_descriptor() + 1)
    return 3


def _highest_descriptor() -> int:
    return max(map(int, os.listdir("/proc/self/fd")))


@contextmanager
def _listen(place: Path) -> Iterator[socket.socket]:
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        os.umask(0o177)
        listener.bind(str(place))
        listener.listen(_BACKLOG)
        made = identity_of(place)
        make_current(place, LINK)
        try:
            yield listener
        finally:
            remove_current(place, LINK, made)


class _Server:
    def __init__(self, listener: socket.socket, lifeline: int, work: Work):
        self._listener, self._lifeline, self._work = listener, lifeline, work
        self._kind = kind_of_process()
        self._children: dict[int, socket.socket] = {}  # of a process, who asked for it
        self._woken, waking = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(waking, False)
        signal.set_wakeup_fd(waking)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Until the parent is gone; who is worked for then is worked for to the end."""
        is_open = True
        while is_open or self._children:
            waited_for: list[int | socket.socket] = [self._woken, *self._children.values()]
            waited_for += [self._lifeline, self._listener] if is_open else []
            ready, _, _ = select.select(waited_for, [], [])
            if self._lifeline in ready:
                is_open = False
                self._listener.close()
            elif self._listener in ready:
                self._accept()
            for child, connection in list(self._children.items()):
                if connection in ready:
                    self._pass_on(child, connection)
            self._reap()

    def _accept(self) -> None:
        with suppress(OSError, ValueError):
            connection, _ = self._listener.accept()
            try:
                self._fork(connection)
            except BaseException:
                connection.close()
                raise

    def _fork(self, connection: socket.socket) -> None:
        """Raises OSError and ValueError where it is not for whom this process can work."""
        connection.settimeout(_SECONDS)
        if uid_of_peer(connection) != os.getuid():
            raise ValueError("a stranger")
        if _receive_counted(connection, _receive(connection, LENGTH.size)) != self._kind:
            raise ValueError("another kind of process")
        connection.sendall(ACCEPTED)
        head, descriptors, _, _ = socket.recv_fds(connection, LENGTH.size, _MOST_DESCRIPTORS)
        try:
            if len(head) < LENGTH.size or len(descriptors) < 4:
                raise ValueError("it did not wait, and works alone")
            state = _receive_counted(connection, head)
            child = os.fork()
            if not child:
                connection.close()
                self._be_child(state, descriptors)
            with suppress(OSError):
                os.setpgid(child, child)  # here as well, since a signal may come at once
            self._children[child] = connection
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _be_child(self, state: bytes, descriptors: list[int]) -> NoReturn:
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for held in (self._listener, *self._children.values()):
                held.close()
            os.close(self._lifeline)
            become_process(state, descriptors)
            self._work()
        except SystemExit as error:
            os._exit(error.code if isinstance(error.code, int) else 1)
        finally:
            os._exit(1)

    def _pass_on(self, child: int, connection: socket.socket) -> None:
        """Signals, each a byte; who has gone away was killed, and so is what worked for it."""
        try:
            numbers = connection.recv(64) or bytes([signal.SIGKILL])
        except OSError:
            numbers = bytes([signal.SIGKILL])
        for number in numbers:
            with suppress(OSError):
                os.killpg(child, number)

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._woken, 64)
        with suppress(ChildProcessError):
            while True:
                child, status = os.waitpid(-1, os.WNOHANG)
                if not child:
                    return
                connection = self._children.pop(child)
                with suppress(OSError), connection:
                    connection.sendall(STATUS.pack(status))


def _receive_counted(connection: socket.socket, head: bytes) -> bytes:
    (length,) = LENGTH.unpack(head)
    if length > _MOST_BYTES:
        raise ValueError("too long")
    return _receive(connection, length)


def _receive(connection: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        more = connection.recv(length - len(received))
        if not more:
            raise ValueError("it is not all there")
        received += more
    return bytes(received)
