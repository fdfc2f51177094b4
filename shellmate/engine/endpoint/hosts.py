"""The hosts that words go to: which are this very machine, and which the user has been told of."""

import ipaddress
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.core.paths import make_private_directory, write_whole


def address_of(base_url: str) -> str:
    """An address as it may be shown: without a password, a query and a slash at its end. Raises UsageError where it is
    none."""
    parts = urlsplit(base_url.strip())
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in ("http", "https") or not host or not base_url.isprintable():
        raise UsageError("base_url is no address of an API", "give one such as http://localhost:8080/v1")
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether what goes to a host stays on this machine."""
    host = host.rstrip(".").lower()
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def stays_here(base_url: str) -> bool:
    """Whether what goes to an address stays on this machine. Raises UsageError where it is no address."""
    return is_loopback(urlsplit(address_of(base_url)).hostname or "")


def tell_once(state: Path, base_url: str, say: Callable[[str], None]) -> None:
    """Say that words leave this machine, the first time that they go to a host. The hosts are kept in the file `hosts`
    in the folder `state`; where that cannot be written it is said each time. Raises UsageError as `address_of`."""
    host = urlsplit(address_of(base_url)).hostname or ""
    if is_loopback(host):
        return
    file, known = state / "hosts", ""
    with suppress(OSError, UnicodeDecodeError):
        known = file.read_text(encoding="utf-8")
    if host in known.split("\n"):
        return
    say(f"shellmate: words and what is piped in go to {host} from now on (engine = http); said once")
    with suppress(OSError, ShellmateError):
        make_private_directory(state)
        with write_whole(file) as new:
            new.write(f"{known.rstrip()}\n{host}\n".lstrip("\n").encode())
