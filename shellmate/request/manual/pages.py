"""What a man page, or a program's own help, says about the program, its options and its other words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from shellmate.request.manual.optiontexts import Entry, read_entries, shorten

_NAME_LINE = re.compile(r"(?P<names>\S.*?)\s+[-‐–—]+\s+(?P<text>\S.*)")
_USAGE = r"\s*(?:usage|or|用法)\s*[:：]"
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Page:
    """`source` is man, --help, bash or fish; `lines` are the page's, clean of everything a terminal would obey."""

    source: str
    lines: tuple[str, ...]

    @cached_property
    def about(self) -> str:
        """What the program is, in one sentence; empty where the page does not say."""
        if self.source == "man":
            found = _NAME_LINE.fullmatch(_BLANKS.sub(" ", " ".join(self._section(0))).strip())
            return shorten(found["text"]) if found else ""
        return shorten(" ".join(_first_prose(self.lines)))

    @cached_property
    def synopsis(self) -> tuple[str, ...]:
        """The ways to call it, each on its line."""
        if self.source == "man":
            return tuple(_join_continued([line.strip() for line in self._section(1) if line.strip()]))
        if self.source == "bash":
            return (self.lines[0].partition(": ")[2],)
        usage = re.compile(rf"{_USAGE}\s*(.*)", re.IGNORECASE)
        found = (usage.match(line) for line in self.lines[:20])
        return tuple(match[1] for match in found if match and match[1])

    def _section(self, number: int) -> Sequence[str]:
        """The lines of a man page's section; 0 is NAME, 1 SYNOPSIS, in whatever language."""
        heads = [at for at, line in enumerate(self.lines) if at and line[:1].strip()]
        return self.lines[heads[number] + 1 : heads[number + 1]] if len(heads) > number + 1 else ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(read_entries(self.lines, self.source == "man"))

    def find_option(self, name: str) -> Entry | None:
        """The entry for an option as it is written, its dashes included."""
        return self._options.get(name)

    def complete_option(self, name: str) -> Entry | None:
        """The entry of the only long option that begins so, as getopt has it."""
        found = {id(e): e for n, e in self._options.items() if n.startswith(name)} if len(name) > 2 else {}
        return next(iter(found.values())) if len(found) == 1 else None

    def find_word(self, word: str) -> Entry | None:
        """The entry whose tag begins with a word, such as a command of systemctl, dd's `if=` or an `a` of ps."""
        return self._words.get(word)

    def find_operator(self, word: str) -> Entry | None:
        """The entry with a word anywhere in its tag, such as find's `expr1 -o expr2`, or test's `arg1 OP arg2`."""
        for entry in self.entries:
            if len(entry.words) <= 3 and word in entry.words:
                return entry
            if "OP" in entry.words and re.search(rf"(?<!\S){re.escape(word)}(?![^\s,.])", entry.text):
                return entry
        return None

    @cached_property
    def _options(self) -> dict[str, Entry]:
        return _first_with_text((name, entry) for entry in self.entries for name in entry.names)

    @cached_property
    def _words(self) -> dict[str, Entry]:
        tagged = [(entry.words[0], entry) for entry in self.entries if entry.words]
        return _first_with_text((word.partition("=")[0] + "=" if "=" in word else word, e) for word, e in tagged)


def _join_continued(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a synopsis, where each call begins with the program's name, the commonest first word."""
    firsts = [line.split()[0] for line in lines]
    program = max(firsts, key=firsts.count) if firsts else ""
    call = ""
    for line, first in zip(lines, firsts, strict=True):
        if first == program and call:
            yield call
            call = ""
        if call or first == program:
            call = f"{call} {line}".strip()
    if call:
        yield call


def _first_with_text(pairs: Iterator[tuple[str, Entry]]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for key, entry in pairs:
        if key not in found or (entry.text and not found[key].text):
            found[key] = entry
    return found


def _first_prose(lines: Sequence[str]) -> Iterator[str]:
    """The first paragraph of a help text that is no usage line."""
    begun = False
    for line in lines[:40]:
        if line.lstrip().startswith("-"):
            return
        if re.match(rf"{_USAGE}|\S+: \S+ ", line, re.IGNORECASE) or line.lstrip().startswith("["):
            if begun:
                return
        elif line.strip() and not line.rstrip().endswith(":"):
            begun = True
            yield line
            if line.rstrip().endswith("."):
                return
        elif begun:
            return
