"""Units for systemd's user instance, which listens itself and starts the engine when somebody asks."""

import re
from collections.abc import Mapping, Sequence

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
{variables}
NoNewPrivileges=yes
"""
_PLAIN = re.compile(r"[\w@%+=:,./-]+", re.ASCII)


def write_units(address: Address, command: Sequence[str], variables: Mapping[str, str]) -> str:
    """Two files, each behind its name; the engine gets some variables, since systemd knows none of a shell's."""
    variables = {"GOMP_SPINCOUNT": "1000"} | dict(variables)
    return _UNITS.format(
        folder="~/.config/systemd/user",
        socket=str(address.socket).replace("%", "%%"),
        command=" ".join(_quote(word).replace("$", "$$") for word in command),
        variables="\n".join(f"Environment={_quote(f'{name}={value}')}" for name, value in variables.items()),
    )


def _quote(word: str) -> str:
    """systemd.syntax(7): in quotes where it is not plain, each % twice."""
    if not _PLAIN.fullmatch(word):
        escaped = word.replace("\\", "\\\\").replace('"', '\\"')
        word = f'"{escaped}"'
    return word.replace("%", "%%")
