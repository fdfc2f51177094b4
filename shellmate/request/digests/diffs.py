"""Unified diffs, git's or others': the files, the hunks, the changed lines."""

import re
from dataclasses import dataclass, field

from shellmate.request.digests.digest import BlockDigester, Digest
from shellmate.request.digests.fitting import cut, decode, fill, join_fitting, number

HUNK = re.compile(r"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@(.*)")
BEGIN = re.compile(r"^(?:diff --git .*|--- .*\n\+\+\+ .*\n@@ -\d)", re.MULTILINE)
SEARCHED = 1 << 16
LONGEST_CHANGE = 160
LEAST_SHARE = 250  # characters of a file's changes: a few files that can be read are better than all that cannot
MOST_FILES, MOST_KEPT = 2000, 60
STATES = {"new file mode": "new", "deleted file mode": "deleted", "Binary files": "binary", "rename from": "renamed"}


def is_diff(head: bytes) -> bool:
    """Whether text that begins like this is a diff; a commit's message may stand in front."""
    return BEGIN.search(decode(head[:SEARCHED])) is not None


@dataclass
class File:
    """`changes` are the first hunk headers and changed lines."""

    path: str
    state: str = ""
    added: int = 0
    removed: int = 0
    changes: list[str] = field(default_factory=list)

    def describe(self) -> str:
        return f"{self.path} {f'({self.state}) ' if self.state else ''}+{self.added} -{self.removed}"


class DiffDigester(BlockDigester):
    """Changed lines are told from headers by the lengths that the hunks announce."""

    def __init__(self, budget: int) -> None:
        super().__init__(budget)
        self._files: list[File] = []
        self._file: File | None = None
        self._intro: list[str] = []
        self._count = self._old = self._new = self._all_added = self._all_removed = 0

    def take(self, block: bytes) -> None:
        for line in decode(block.removesuffix(b"\n")).split("\n"):
            if self._old > 0 or self._new > 0:
                self._read_change(line)
            else:
                self._read_header(line)

    def describe(self) -> Digest:
        files = self._files
        lines = [f"diff, {number(self._count, 'file')}, +{self._all_added:,} -{self._all_removed:,} lines"]
        lines += fill((line for line in self._intro if line.strip()), self.budget // 6)
        room = self.budget - sum(len(line) + 1 for line in lines)
        named, _ = join_fitting([cut(file.describe(), 120) for file in files], room // 3, "and {} more files")
        lines.append(f"files: {named}")
        room = self.budget - sum(len(line) + 1 for line in lines)
        shown = 0
        for n, file in enumerate(files):
            if not file.changes:
                continue
            share = min(room, max(LEAST_SHARE, room // max(1, len(files) - n)))
            block = fill([f"{cut(file.path, 100)}:", *file.changes], share, LONGEST_CHANGE)
            if len(block) > 1:
                lines += block
                room -= sum(len(line) + 1 for line in block)
                shown += sum(line[0] in "+-" for line in block[1:] if line)
        total = self._all_added + self._all_removed
        left_out = f"{total - shown:,} of {number(total, 'changed line')}" if total > shown else ""
        return Digest("diff", "\n".join(lines), left_out=left_out)

    def _read_change(self, line: str) -> None:
        file = self._file or self._begin("?")
        mark = line[:1]
        self._old -= mark in ("-", " ", "")
        self._new -= mark in ("+", " ", "")
        if mark in ("+", "-"):
            file.added += mark == "+"
            file.removed += mark == "-"
            self._all_added += mark == "+"
            self._all_removed += mark == "-"
            self._keep(line)

    def _read_header(self, line: str) -> None:
        if hunk := HUNK.match(line):
            self._old, self._new = (int(length or 1) for length in hunk.group(1, 2))
            self._keep(f"@@{hunk.group(3)}" if hunk.group(3) else cut(line, 60))
        elif line.startswith("diff --git "):
            self._begin(line.split(" b/", 1)[-1] if " b/" in line else line[11:])
        elif line.startswith("--- "):
            if self._file is None or self._file.changes or self._file.added or self._file.removed:
                self._begin(_path(line))
        elif line.startswith("+++ "):
            if self._file is not None and _path(line) != "/dev/null":
                self._file.path = _path(line)
        elif self._file is None and len(self._intro) < 12 and not line.startswith("index "):
            self._intro.append(line.strip())
        elif self._file is not None:
            for begin, state in STATES.items():
                if line.startswith(begin):
                    self._file.state = state

    def _begin(self, path: str) -> File:
        self._file = File(cut(path, LONGEST_CHANGE))
        self._count += 1
        if len(self._files) < MOST_FILES:
            self._files.append(self._file)
        return self._file

    def _keep(self, line: str) -> None:
        if self._file is not None and len(self._file.changes) < MOST_KEPT:
            self._file.changes.append(cut(line.rstrip(), LONGEST_CHANGE))


def _path(line: str) -> str:
    path = line[4:].split("\t")[0].rstrip()
    return path[2:] if path.startswith(("a/", "b/")) else path
