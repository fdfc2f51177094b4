"""Commands that only read, tried unseen in a sandbox, to learn whether they end in an error of their own."""

import re
from collections.abc import Mapping
from pathlib import Path

from shellmate.answer.trying.readonly import only_reads
from shellmate.answer.trying.sandbox import run_sealed

_FAULT = re.compile(
    r"(invalid|unrecognized|unknown|illegal|ambiguous) (option|predicate|argument|mode|zero-length|number|range|suffix"
    r"|.*-size type|character|field|byte|line|date|conversion)|(missing|extra|unexpected) (argument|operand|conversion)"
    r"|paths must precede|syntax error|unterminated|unmatched|unexpected (EOF|end)|^usage:|requires an argument"
    r"|only one .* may be|mutually exclusive|not a valid identifier|command not found|must be specified|must specify",
    re.IGNORECASE | re.MULTILINE,
)
_MISSING = re.compile(r"(?P<path>[^'‘’:\s]+)['’]?(?: for reading)?: No such file or directory")
_GLOB = re.compile(r"[*?\[]")  # that finds nothing here


def find_error(code: str, words: str, cwd: Path, variables: Mapping[str, str]) -> str:
    """What a command does wrong, in the words of its tool; empty where it does nothing wrong, or may not be tried.

    That a path is missing is a fault where the command names it and the question does not.
    """
    if not only_reads(code):
        return ""
    ran = run_sealed(["bash", "--norc", "--noprofile", "-c", code], cwd, variables)
    if ran is None or not ran.output:
        return ""
    faults = [line.strip() for line in ran.output.splitlines() if _FAULT.search(line)]
    missing = [found[0] for found in _MISSING.finditer(ran.output) if _is_made_up(found["path"], words, code)]
    return next(iter([*faults, *missing]), "")


def _is_made_up(path: str, words: str, code: str) -> bool:
    """Whether a path stands in a command by name, and not in the words: what a command came upon, such as a process
    that has ended, it did not make up."""
    name = Path(path.strip("'‘’")).name
    return not _GLOB.search(path) and name in code and name not in words
