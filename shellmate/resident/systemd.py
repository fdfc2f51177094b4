"""Units for systemd's user instance, which listens itself and starts the engine when somebody asks."""

import shlex
from collections.abc import Sequence

from shellmate.resident.address import Address

_UNITS = """\
# {folder}/shellmate.socket
[Unit]
Description=shellmate's resident engine

[Socket]
ListenStream={socket}
SocketMode=0600
DirectoryMode=0700

[Install]
WantedBy=sockets.target

# {folder}/shellmate.service
[Unit]
Description=shellmate's resident engine
Requires=shellmate.socket

[Service]
ExecStart={command}
Environment=GOMP_SPINCOUNT=1000
NoNewPrivileges=yes
"""


def write_units(address: Address, command: Sequence[str]) -> str:
    """Two files, each behind its name."""
    escaped = " ".join(shlex.quote(word).replace("%", "%%") for word in command)
    return _UNITS.format(
        folder="~/.config/systemd/user", socket=str(address.socket).replace("%", "%%"), command=escaped
    )
