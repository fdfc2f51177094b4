"""Which shell this is: what it was asked in one terminal is not gone on with in another."""

import os
from contextlib import suppress
from pathlib import Path

from shellmate.core.process import session_leader

_DEVICE, _STARTED = 7, 22  # fields of /proc/PID/stat, as proc(5) counts them


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
    return f"{leader}/{started}/{terminal}/{_name_boot(proc)}"


def _fields_of(stat: bytes) -> dict[int, str]:
    """The fields behind the program's name, which may hold blanks and parentheses itself."""
    return dict(enumerate(stat.rpartition(b")")[2].decode("ascii", "replace").split(), 3))


def _name_boot(proc: Path) -> str:
    """Pids and starts begin anew with every boot, and a home directory may be shared by machines."""
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
