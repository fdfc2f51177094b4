"""Programs that hand something to another machine, or let others reach this one."""

import re
from collections.abc import Iterator

from shellmate.answer.judging.call import Call
from shellmate.answer.judging.deleting import rsync
from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import SECRET, reveal
from shellmate.answer.judging.paths import is_secret
from shellmate.answer.judging.places import find_in_places

_HERE = re.compile(r"127\.\d+\.\d+\.\d+|localhost|::1")
_SHELL = re.compile(r"(^| )-\w*[ec]\w* ?(\S*/)?(\w*sh|cmd(\.exe)?)\b|--(sh-)?exec|(exec|system):", re.IGNORECASE)
_UPLOADS = (
    "-d", "-F", "-T", "--data", "--data-binary", "--data-raw", "--data-urlencode", "--form", "--upload-file",
    "--post-file", "--post-data", "--body-file", "--body-data", "--json",
)  # fmt: skip
_SERVERS = ("http.server", "SimpleHTTPServer", "pyftpdlib")


def download(call: Call) -> Iterator[Finding]:
    """curl, wget and http: what they send, delete and write over."""
    if (call.program not in ("curl", "wget") or call.has(*_UPLOADS) or SECRET in call.text) and _tells_secrets(call):
        yield Finding(DANGER, "sends secrets to another machine")
    if (
        (call.value_of("-X", "--request", "--method") or "").upper() == "DELETE"
        or call.values[:1] == ["DELETE"]
        or "_delete_by_query" in call.text
    ):
        yield Finding(CAUTION, "deletes something on a server")
    saved = call.value_of("-O", "--output-document") if call.program == "wget" else call.value_of("-o", "--output")
    if saved:
        yield from find_in_places(call, [saved], "overwrites")


def copy_away(call: Call) -> Iterator[Finding]:
    """scp, sftp and rsync."""
    operands = call.operands(("-i", "-P", "-o", "-F", "-e"))
    sends = len(operands) > 1 and ":" in reveal(operands[-1])
    own = [operand for operand in operands[:-1] if ":" not in reveal(operand) and not reveal(operand).endswith(".pub")]
    if sends and any(is_secret(operand) for operand in own):
        yield Finding(DANGER, "sends secrets to another machine")
    if call.program == "rsync":
        yield from rsync(call)


def send_mail(call: Call) -> Iterator[Finding]:
    if _tells_secrets(call):
        yield Finding(DANGER, "sends secrets to another machine")


def log_in(call: Call) -> Iterator[Finding]:
    """ssh, mostly to a machine of one's own."""
    if SECRET in (call.stdin or ""):
        yield Finding(CAUTION, "sends secrets to another machine")


def look_up(call: Call) -> Iterator[Finding]:
    """dig, ping and their kind, which tell a name to another machine."""
    if SECRET in call.text:
        yield Finding(DANGER, "sends secrets to another machine")


def connect(call: Call) -> Iterator[Finding]:
    """nc, socat and telnet."""
    listening = [value for value in call.values if "listen" in value.lower()]
    if _SHELL.search(call.text):
        yield Finding(DANGER, "hands a shell to another machine")
    elif _tells_secrets(call):
        yield Finding(DANGER, "sends secrets to another machine")
    elif (listening or call.has("-l")) and not _HERE.search(" ".join(listening) or call.text):
        yield Finding(CAUTION, "can be reached from the network")


def serve(call: Call) -> Iterator[Finding]:
    """Programs that may be told to serve files or an application."""
    bound = call.value_of("-b", "--bind", "--host", "--address", "-S") or ""
    serves_files = any(value in _SERVERS for value in call.values) and not _HERE.search(bound)
    if serves_files or "0.0.0.0" in call.text:
        yield Finding(CAUTION, "can be reached from the network")


def _tells_secrets(call: Call) -> bool:
    names = [re.sub(r"^\S*?[=@]+@?|^@|;.*$", "", value) for value in call.values]
    told = any(is_secret(name) for name in [*call.values, *names] if "/" in name or "." in name)
    return told or SECRET in (call.stdin or "") or SECRET in call.text
