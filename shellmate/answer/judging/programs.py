"""The programs whose arguments have to be weighed, and what weighs them."""

import re
from collections.abc import Callable, Iterator

from shellmate.answer.judging import deleting, network
from shellmate.answer.judging.call import Call
from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.marks import reveal
from shellmate.answer.judging.places import find_in_places
from shellmate.answer.judging.rights import change_rights

_FILE = re.compile(
    r".*\.(py|js|ts|tsx|c|h|cpp|rs|go|rb|java|md|txt|json|ya?ml|toml|sh|css|html|lock|xml|ini|cfg)|.*/|\.|\*.*|\./.*|:/.*"
)
_FORCED = re.compile(r"-s ?(9|KILL|SIGKILL)\b|--signal[= ](9|\w*KILL)")
Rule = Callable[[Call], Iterator[Finding]]


def find_in_program(call: Call) -> Iterator[Finding]:
    rule = _RULES.get(call.program)
    if rule:
        yield from rule(call)
    elif call.program.startswith(("mkfs", "mke2fs", "newfs", "mkswap", "mkntfs")):
        yield from deleting.destroy(call)


def has_rule(program: str) -> bool:
    return program in _RULES


def _kill(call: Call) -> Iterator[Finding]:
    if {"-l", "-L", "--list", "-0"} & set(call.values) or call.values[:2] == ["-s", "0"]:
        return
    numbers = [value for value in call.values if re.fullmatch(r"-?\d+", value)]
    has_signal = len(call.values) > 1 and call.values[0].startswith("-") and numbers[:1] == call.values[:1]
    processes = numbers[1:] if has_signal else numbers
    if "-1" in processes:
        yield Finding(DANGER, "ends all processes")
    elif "1" in processes:
        yield Finding(CAUTION, "ends the first process, which all others hang on")
    elif call.has("-9", "-KILL", "-SIGKILL") or _FORCED.search(call.text):
        yield Finding(CAUTION, "ends a process without letting it clean up")


def _crontab(call: Call) -> Iterator[Finding]:
    if call.has("-r") and not call.has("-l"):
        yield Finding(CAUTION, "deletes all scheduled commands")
    elif call.operands(("-u",)) or (call.stdin is not None and not call.has("-l", "-e")):
        yield Finding(CAUTION, "replaces the commands that are run by the clock")


def _mount(call: Call) -> Iterator[Finding]:
    """What is mounted over files of the system hides them."""
    if call.has("--bind", "--rbind", "-B") or re.search(r"\b(r?bind|tmpfs|overlay)\b", call.text):
        yield from find_in_places(call, call.operands(("-t", "-o"))[-1:], "hides")


def _git(call: Call) -> Iterator[Finding]:
    operands = [reveal(word) for word in call.operands(("-C", "-c", "--git-dir", "--work-tree", "--namespace"))]
    if operands[:1] != ["checkout"]:
        return
    if call.has("-b", "-B", "--orphan", "-t", "--track", "--detach"):
        loses = call.has("-B")
    else:
        paths = "--" in call.values[:-1] or any(_FILE.fullmatch(operand) for operand in operands[1:])
        loses = paths or call.has("-f", "--force", "-p", "--pathspec-from-file")
    if loses:
        yield Finding(CAUTION, "loses changes that are not committed")


_RULES: dict[str, Rule] = {
    **dict.fromkeys(("rm", "grm", "srm", "rmdir", "unlink", "wipe"), deleting.rm),
    **dict.fromkeys(("shred", "blkdiscard", "wipefs", "badblocks", "scrub", "nwipe"), deleting.destroy),
    **dict.fromkeys(("dd", "dcfldd", "dc3dd"), deleting.dd),
    **dict.fromkeys(("cp", "mv", "tee", "install", "gcp", "gmv", "pv"), deleting.copy),
    **dict.fromkeys(("qemu-img", "ddrescue", "dd_rescue", "bmaptool", "partclone.restore"), deleting.write_image),
    **dict.fromkeys(("find", "gfind"), deleting.find),
    **dict.fromkeys(("sed", "gsed", "perl", "ruby", "awk", "gawk"), deleting.edit_in_place),
    **dict.fromkeys(("tar", "bsdtar", "gtar"), deleting.archive),
    **dict.fromkeys(("unzip", "bsdunzip", "7z", "7za", "7zz", "cpio", "pax"), deleting.unpack),
    **dict.fromkeys(("ed", "red", "ex", "vi", "vim", "nvim"), deleting.edit),
    **dict.fromkeys(("chmod", "chown", "chgrp", "gchmod", "gchown"), change_rights),
    **dict.fromkeys(("curl", "wget", "http", "https", "ftp"), network.download),
    **dict.fromkeys(("scp", "rsync", "sftp"), network.copy_away),
    **dict.fromkeys(("nc", "ncat", "netcat", "socat", "telnet"), network.connect),
    **dict.fromkeys(("python", "python2", "python3", "php", "flask", "uvicorn", "gunicorn"), network.serve),
    **dict.fromkeys(("mail", "mailx", "sendmail", "mutt", "swaks"), network.send_mail),
    **dict.fromkeys(("dig", "host", "nslookup", "ping", "drill", "traceroute"), network.look_up),
    **dict.fromkeys(("ssh", "autossh", "rsh"), network.log_in),
    "sort": deleting.sort,
    "ln": deleting.link,
    "truncate": deleting.truncate,
    "kill": _kill,
    "crontab": _crontab,
    "git": _git,
    "mount": _mount,
}
