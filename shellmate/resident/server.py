"""The process that keeps a model: its lock, its sockets, and what ends it."""

import asyncio
import fcntl
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from time import monotonic

import uvicorn
from starlette.types import ASGIApp

from shellmate.core.environment import Environment
from shellmate.core.errors import ShellmateError
from shellmate.core.paths import PRIVATE_FILE, reason
from shellmate.prompt.prompt import Message
from shellmate.resident.address import (
    Address,
    check_length,
    identity_of,
    make_current,
    make_runtime_directory,
    remove_current,
)
from shellmate.resident.peers import OwnPeersOnly
from shellmate.resident.pool import Pool

CURRENT = "current.sock"  # beside the sockets: a link to the one that was opened last
_FIRST_ACTIVATED = 3  # the file descriptor, sd_listen_fds(3)
_BACKLOG = 256  # who asks when there is no room there works alone
_GRACE = 1  # seconds that answers have to end in, at the end


class RunningError(ShellmateError):
    """Another process has the lock."""


@dataclass(frozen=True)
class Service:
    """`idle` is in seconds: after so many without a question the model is given back, and with `ends_when_idle` the
    process ends. It is warmed with a prefix. `tcp` is a host and a port to listen at as well. What it is to say once it
    listens is `announce`."""

    address: Address
    idle: float
    ends_when_idle: bool
    announce: Callable[[], None]
    warm_with: tuple[Message, ...] = ()
    tcp: tuple[str, int] | None = None


def serve(service: Service, app: ASGIApp, pool: Pool, env: Environment, forks: AbstractContextManager[None]) -> None:
    """Answer until a signal ends it, or idleness. Raises RunningError where another process does so already, and
    ShellmateError where there is no place to listen at. `forks` is entered by who is alone, while it has one thread."""
    make_runtime_directory(service.address.socket.parent)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn has its own handler, and raises what it has seen once more
    with _locked(service.address) as is_known, forks, _listening(service, env) as sockets:
        service.announce()
        asyncio.run(_serve(service, app, pool, sockets, is_known))


async def _serve(
    service: Service, app: ASGIApp, pool: Pool, sockets: list[socket.socket], is_known: Callable[[], bool]
) -> None:
    config = uvicorn.Config(
        app,
        http=OwnPeersOnly,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # a traceback may have what was asked in it
        access_log=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE,
    )
    # So may what asyncio would log; and where no file can be opened any more it has thousands of lines a second.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    server = uvicorn.Server(config)
    tasks = [
        asyncio.ensure_future(_watch(service, pool, server, is_known)),
        asyncio.ensure_future(pool.warm(service.warm_with)),
    ]
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a terminal that closes is not the end of what was begun there
    try:
        await server.serve(sockets)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await pool.unload()


async def _watch(service: Service, pool: Pool, server: uvicorn.Server, is_known: Callable[[], bool]) -> None:
    """Have the model given back when nobody has asked for long, and the process end that nobody finds any more."""
    while True:
        await asyncio.sleep(min(service.idle / 4, 5.0))
        if pool.busy or pool.waiting:
            continue
        if not (is_known() or service.tcp):
            server.should_exit = True
        if monotonic() - pool.last_used < service.idle:
            continue
        await pool.unload()
        if service.ends_when_idle:
            server.should_exit = True


@contextmanager
def _locked(address: Address) -> Iterator[Callable[[], bool]]:
    """Be the one process at an address, and say in the lock which. It ends with the process, however that ends; what is
    given says whether the lock is still there for others, whom a folder that was removed has lost."""
    try:
        lock = os.open(address.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError as error:
        raise ShellmateError(f"cannot write {address.lock}: {reason(error)}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunningError(f"{address.name} is resident already") from None
        with suppress(OSError):  # a full disk: `status` and `stop` have no number then, and all else works
            os.ftruncate(lock, 0)
            os.pwrite(lock, json.dumps({"pid": os.getpid()}).encode(), 0)
        held = os.fstat(lock)
        yield lambda: identity_of(address.lock) == (held.st_dev, held.st_ino)
    finally:
        os.close(lock)


@contextmanager
def _listening(service: Service, env: Environment) -> Iterator[list[socket.socket]]:
    """The sockets, that which systemd hands over or one that is made here, and one for TCP where that is wanted."""
    activated = _activated_socket(env)
    place = service.address.socket
    with suppress(FileNotFoundError):
        if not activated:
            place.unlink()  # of a process that was killed: who has the lock is alone
    sockets = [activated or _bind(service.address)]
    made = identity_of(place)
    try:
        if service.tcp:
            sockets.append(_bind_tcp(*service.tcp))
        make_current(place, CURRENT)
        yield sockets
    finally:
        for each in sockets:
            each.close()
        if not activated:
            remove_current(place, CURRENT, made)


def _activated_socket(env: Environment) -> socket.socket | None:
    """sd_listen_fds(3): the first socket, where this process was started for it."""
    if env.variables.get("LISTEN_PID") != str(os.getpid()) or env.variables.get("LISTEN_FDS") in (None, "0"):
        return None
    return socket.socket(fileno=_FIRST_ACTIVATED)


def _bind(address: Address) -> socket.socket:
    check_length(address)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        listener.bind(str(address.socket))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ShellmateError(f"cannot listen at {address.socket}: {reason(error)}") from error
    finally:
        os.umask(old)
    return listener


def _bind_tcp(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise ShellmateError(f"cannot listen at {host}:{port}: {reason(error)}", "take another --tcp") from error
