"""Lines in which tools say what is wrong and where."""

import re
from dataclasses import dataclass

PLACE = r"(?:[A-Za-z]:)?[^\s:(][^\s:(]*"
LOCATED = re.compile(rf"^\s*(?:ERROR in |-->\s*)?({PLACE})(?::(\d+)(?::(\d+))?|\((\d+),(\d+)\)): *(.+)$")
DELIMITER = re.compile(r"[,;|\t]")  # in front of a time of day it is that of a table: `Oslo,59.9,2024-01-05T06:00:00Z`
SEVERITY = re.compile(r"^(?:fatal |internal compiler )?(error|warning|note|info|hint|remark)\b", re.I)
RUST = re.compile(r"^(error|warning)(?:\[[A-Z]\d+\])?: .+")
OTHERS = (
    re.compile(r"^make(?:\[\d+\])?: \*\*\* .+"),
    re.compile(r"^(?:\S*/)?(?:ld|collect2|cc1\w*|gcc|clang|lld|ninja|cmake|npm|cargo|error)(?:: | ERR! ).*", re.I),
    re.compile(r"^CMake Error.*"),
    re.compile(r".*: undefined reference to .+"),
    re.compile(r"^(?:FAILED|ERROR) \S+.*"),
    re.compile(r"^(?:FAILED|ERROR):? .+"),
    re.compile(r"^E  +\S.*"),
    re.compile(r"^\[ERROR\] .+"),
    re.compile(r"^(?:bash|sh|zsh|dash): .+: .+"),
    re.compile(r"^(?:Segmentation fault|Killed|Aborted)\b(?![,;|\t]).*"),
    re.compile(r"^(?:fatal|panic|Error|[A-Z]\w+Error): .+"),
)


@dataclass(frozen=True)
class Fault:
    """`place` is file:line as far as it is told."""

    severity: str
    line: str
    place: str = ""


def find_fault(line: str) -> Fault | None:
    """What a line of a tool's output complains of, if it does."""
    line = line[:2000].rstrip()
    if found := LOCATED.match(line):
        severity = SEVERITY.match(found.group(6))
        looks_like_file = "." in found.group(1) or "/" in found.group(1) or found.group(1) == "Makefile"
        is_cell = severity is None and DELIMITER.search(found.group(1)) is not None
        if looks_like_file and not is_cell and not found.group(1).endswith("//"):
            place = f"{found.group(1)}:{found.group(2) or found.group(4)}"
            return Fault(severity.group(1).lower() if severity else "error", line, place)
    if found := RUST.match(line):
        return Fault(found.group(1), line)
    return Fault("error", line) if any(pattern.match(line) for pattern in OTHERS) else None
