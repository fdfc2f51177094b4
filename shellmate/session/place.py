"""Which shell this is: what it was asked in one terminal is not gone on with in another."""

import os
from contextlib import suppress
from pathlib import Path

from shellmate.core.process import session_leader

_DEVICE, _STARTED = 7, 22  # fields of /proc/PID/stat, as proc(5) counts them
_OUTSIDE = "0"  # what getsid(2) gives for a leader that is not of this PID namespace, as in some containers
_ELSEWHERE = 7 * 24 * 3600.0  # seconds for which what was used out of sight, or before a boot, counts as open


def terminal_key(proc: Path = Path("/proc")) -> str:
    """A text that is the same for all that one shell starts in its terminal, in pipes, scripts and `$(...)` too.

    It is made of what the leader of the session is and cannot pass on: its pid and start, its terminal, the boot of
    the machine. Without a /proc the start is not known and the terminal only by what is not redirected.
    """
    leader = session_leader()
    try:
        fields = _fields_of((proc / str(leader) / "stat").read_bytes())
        started, terminal = fields[_STARTED], fields[_DEVICE]
    except (OSError, KeyError):
        started, terminal = "", _name_terminal()
    return f"{leader}/{started}/{terminal}/{name_boot(proc)}"


def may_be_open(key: str, idle: float, boot: str, proc: Path = Path("/proc")) -> bool:
    """Whether a terminal that `terminal_key` told of, and that was last used so many seconds ago, is still there.
    `boot` is the name of this machine's."""
    leader, started, rest = [*key.split("/", 2), "", ""][:3]
    if rest.rpartition("/")[2] != boot or leader == _OUTSIDE:
        return idle < _ELSEWHERE
    try:
        return _fields_of((proc / leader / "stat").read_bytes())[_STARTED] == started
    except (OSError, KeyError):
        return not started and _is_running(leader)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (ValueError, OverflowError, OSError):
        return False
    return True


def _fields_of(stat: bytes) -> dict[int, str]:
    """The fields behind the program's name, which may hold blanks and parentheses itself."""
    return dict(enumerate(stat.rpartition(b")")[2].decode("ascii", "replace").split(), 3))


def name_boot(proc: Path = Path("/proc")) -> str:
    """What this boot of the machine is called, empty where that is not known. Pids and starts begin anew with every
    boot, and a home directory may be shared by machines."""
    with suppress(OSError):
        return (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii", errors="replace").strip()
    return ""


def _name_terminal() -> str:
    # Opened, /dev/tty would say no more than that name; and a stream may be the terminal of somebody else.
    for stream in (2, 0, 1):
        with suppress(OSError):
            os.tcgetpgrp(stream)  # fails but for the controlling terminal
            return os.ttyname(stream)
    return ""
