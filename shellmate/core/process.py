"""What a process has from whom started it: arguments, variables, folder, streams, limits.

It can be taken from one process and put upon another, which then works for it as if it had been started in its place.
Importing this takes a millisecond: the first thing a process does may be to look for another one that does its work.
"""

import io
import marshal
import os
import resource
import signal
import sys
from contextlib import suppress

import shellmate

TERMINAL = "/dev/tty"
HANDED_BACK = 199  # the exit code of a process that leaves the work to whom it works for
_LIMITS = tuple(getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_"))
_IGNORABLE = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_DEFAULT = (signal.SIGCHLD, signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH, signal.SIGALRM)

_worked_for = 0  # a process, where it is not this one
_terminal = -1  # its terminal, opened


def kind_of_process() -> bytes:
    """What has to be the same in two processes for one to work for the other: user, code, interpreter, locale, and the
    file systems that it sees."""
    try:
        mounts = os.stat("/proc/self/ns/mnt").st_ino
    except OSError:
        mounts = 0
    code = shellmate.__version__, shellmate.__file__, sys.version, sys.executable
    flags = sys.flags.optimize, sys.flags.dev_mode, sys.flags.utf8_mode
    locale = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()
    return repr((code, flags, locale, mounts, os.getuid(), os.getgid())).encode("utf-8", "backslashreplace")


def take_process() -> tuple[bytes, list[int]]:
    """All that `become_process` needs of this process, and descriptors: its three streams, and two more that are the
    caller's to close, its folder and, where there is one, its terminal. Raises OSError where a stream is closed or the
    folder is gone."""
    if not (sys.stdin and sys.stdout and sys.stderr):
        raise OSError("a stream is closed")
    descriptors = [0, 1, 2, os.open(".", os.O_RDONLY | os.O_DIRECTORY)]
    with suppress(OSError):
        descriptors.append(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    mask = os.umask(0o077)
    os.umask(mask)
    state = (
        sys.argv,
        dict(os.environb),
        mask,
        [resource.getrlimit(limit) for limit in _LIMITS],
        [signal.getsignal(number) == signal.SIG_IGN for number in _IGNORABLE],
        [(stream.encoding, stream.errors) for stream in (sys.stdin, sys.stdout, sys.stderr)],
        os.getpid(),
    )
    return marshal.dumps(state), descriptors


def become_process(state: bytes, descriptors: list[int]) -> None:
    """Go on as if this process had been started in place of the one that was taken; the descriptors are this one's
    from now on. Raises OSError where that cannot be."""
    global _worked_for, _terminal
    arguments, variables, mask, limits, ignored, encodings, _worked_for = marshal.loads(state)
    for stream in range(3):
        os.dup2(descriptors[stream], stream)
    os.fchdir(descriptors[3])
    _terminal = descriptors[4] if len(descriptors) > 4 else -1
    for descriptor in descriptors[:4]:
        os.close(descriptor)
    os.umask(mask)
    for limit, (soft, hard) in zip(_LIMITS, limits, strict=True):
        _lower_limit(limit, soft, hard)
    for number, is_ignored in zip(_IGNORABLE, ignored, strict=True):
        signal.signal(number, signal.SIG_IGN if is_ignored else signal.SIG_DFL)
    for number in _DEFAULT:
        signal.signal(number, signal.SIG_DFL)
    sys.argv = arguments
    os.environ.clear()
    os.environb.update(variables)
    sys.stdin, sys.stdout, sys.stderr = (_open_stream(n, *encodings[n]) for n in range(3))


def need_session() -> None:
    """To be called before anything is read or written, by what runs something at the terminal and so has to be of its
    session: a process that works for another, which has a session of its own, ends here and hands the work back."""
    if _worked_for:
        os._exit(HANDED_BACK)


def open_terminal() -> int:
    """The terminal that the process belongs to, whatever its streams are, as a descriptor to read and to write. Raises
    OSError where it has none."""
    return os.dup(_terminal) if _terminal >= 0 else os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)


def session_leader() -> int:
    """The process that leads the session of the one that is worked for."""
    return os.getsid(_worked_for)


def _lower_limit(limit: int, soft: int, hard: int) -> None:
    _, highest = resource.getrlimit(limit)
    if highest != resource.RLIM_INFINITY:
        hard = highest if hard == resource.RLIM_INFINITY else min(hard, highest)
        soft = hard if soft == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(limit, (soft, hard))


def _open_stream(descriptor: int, encoding: str, errors: str) -> io.TextIOWrapper:
    """As the interpreter opens its own."""
    raw = io.FileIO(descriptor, "r" if descriptor == 0 else "w", closefd=False)
    buffered = io.BufferedReader(raw) if descriptor == 0 else io.BufferedWriter(raw)
    is_by_line = descriptor == 2 or raw.isatty()
    return io.TextIOWrapper(buffered, encoding=encoding, errors=errors, line_buffering=is_by_line)
