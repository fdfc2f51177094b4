"""Perl, Ruby, JavaScript, PHP, Lua and awk on a command line: the shell commands in them, and what they delete."""

import re
from collections.abc import Iterator

from shellmate.answer.judging.findings import CAUTION, DANGER, Finding
from shellmate.answer.judging.paths import all_of

_CALLS = re.compile(
    r"\b(?:system|exec|execSync|spawnSync|spawn|popen|Popen|shell_exec|passthru|proc_open|os\.execute|io\.popen|qx|execFileSync"
    r"|do shell script|shell-command|shell-command-to-string)\b\s*[({\[]?\s*"
)
_RUNS_DECODED = re.compile(
    r"\b(system|exec|execSync|popen|shell_exec|passthru|execute)\b.{0,20}\b(decode\w*|\w*base64\w*|atob|pack|unpack)\b",
    re.DOTALL,
)
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|\{([^{}]*)\}|`([^`]*)`|/([^/]*)/")
_BACKTICKS = re.compile(r"`([^`]+)`")
_PIPE = re.compile(r"[|>]\s*\"([^\"]*)\"|\"([^\"]*)\"\s*\|\s*getline")
_DELETES = re.compile(
    r"\b(unlink|rmtree|remove_tree|rm_rf|rm_r|rmdir_recursive|File\.delete|FileUtils\.\w*rm\w*|Dir\.rmdir|rmSync|rmdirSync|unlinkSync"
    r"|fs\.(rm|rmdir|unlink|promises\.rm)|rimraf|os\.remove|file_put_contents|fs\.truncateSync|removeSync)\b"
)
_SOCKETS = re.compile(
    r"\b(socket|Socket|TCPSocket|fsockopen|net\.(connect|createConnection|Socket)|IO::Socket)\b|/inet/(tcp|udp)/"
)
_SHELLS = re.compile(r"/bin/(ba|da|z|k)?sh|cmd\.exe|\bsh -i|shell>|\|& *getline")
_FORKS = re.compile(r"\bfork\b\W{0,6}(while|until)\b|\b(while|until|loop|for)\b[^;]{0,40}\bfork\b")
_EVALUATES = re.compile(
    r"\b(eval|exec|instance_eval|assert)\b.{0,40}\b(http|open|fetch|get|LWP|base64|atob|unpack|decode)", re.DOTALL
)


def shell_commands_in(code: str) -> Iterator[str]:
    """The texts that code hands to a shell, as far as they are written out in it."""
    for call in _CALLS.finditer(code):
        parts = list(_strings_from(code, call.end()))
        yield from parts[:1]
        if len(parts) > 1:
            yield " ".join(parts)
    yield from (found[1] for found in _BACKTICKS.finditer(code))
    yield from (found[1] or found[2] for found in _PIPE.finditer(code) if found[1] or found[2])


def _strings_from(code: str, at: int) -> Iterator[str]:
    """The strings that follow one another as arguments."""
    for _ in range(16):
        found = _STRING.match(code, at)
        if not found:
            return
        yield re.sub(r"\\(.)", r"\1", next((group for group in found.groups() if group is not None), ""))
        gap = re.compile(r"[\s,\[\]]*").match(code, found.end())
        at = gap.end() if gap else found.end()


def find_in_script(code: str) -> Iterator[Finding]:
    """What code does by itself, its shell commands left out."""
    if _SOCKETS.search(code) and _SHELLS.search(code):
        yield Finding(DANGER, "hands a shell to another machine")
    if _FORKS.search(code):
        yield Finding(DANGER, "starts copies of itself without end")
    if _EVALUATES.search(code) or _RUNS_DECODED.search(code):
        yield Finding(DANGER, "runs what it downloads or decodes, unseen")
    for found in _DELETES.finditer(code):
        targets = [t for groups in _STRING.findall(code[found.end() : found.end() + 200]) for t in groups[:2] if t]
        places = [place for target in targets if (place := all_of(target))]
        if places and re.search(r"tree|rm", found[1]):
            yield Finding(DANGER, f"deletes all of {places[0]}")
        else:
            yield Finding(CAUTION, "deletes or overwrites files")
