"""Logs: how lines are stamped, how many there are of each level, which errors."""

import re
from collections import Counter

from shellmate.request.digests.digest import BlockDigester, Digest, Query
from shellmate.request.digests.fitting import cut, decode, first_lines, last_lines, number
from shellmate.request.digests.linesearch import find_lines
from shellmate.request.digests.query import ACCESS, query_access_log, query_log
from shellmate.request.digests.timestamps import find_timestamp

HARMLESS = ("TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING")
FAULTS = ("ERROR", "ERR", "CRITICAL", "CRIT", "SEVERE", "FATAL", "PANIC", "EMERG", "ALERT")
LEVELS = (*HARMLESS, *FAULTS)
LEVEL = re.compile(rf"(?:^|(?<=[\s\[|=:<\"/]))({'|'.join(LEVELS)})(?=[\s\]|:,>\"/]|$)", re.I)
ALWAYS_SOUGHT = {"WARN", "ERROR", "CRITICAL", "FATAL"}
SAMPLED, SHARE = 200, 0.5
LEVELLED = 0.2  # so many of the lines have a level where levels are used at all
MOST_TOLD = 100_000  # error lines that are told apart: in a long log of many the others are only counted
MOST_SHAPES, LONGEST_SHAPE = 500, 400
DIGITS = bytes(ord("#") if chr(n).isdigit() and n < 128 else n for n in range(256))
FAULT_WORDS = (b"error", b"fail", b"fatal", b"panic", b"denied")
FAULT = re.compile(rb"(?<![\w-])(?:errors?|fail(?:ed|ure|s)?|fatal|panic|denied)(?![\w-])", re.I)


def is_log(lines: list[str]) -> bool:
    """Whether most of these lines begin with a timestamp or a level."""
    filled = [line for line in lines if line.strip()][:SAMPLED]
    stamped = sum(find_timestamp(line) is not None or _leads_with_level(line) for line in filled)
    if len(filled) == 1:
        return bool(stamped) and LEVEL.search(filled[0]) is not None
    return bool(filled) and stamped >= SHARE * len(filled)


class LogDigester(BlockDigester):
    """Levels are counted, and errors told apart, in the whole stream: each in the surroundings that it has at first."""

    def __init__(self, budget: int) -> None:
        super().__init__(budget)
        self._levels: Counter[bytes] = Counter()
        self._shapes: Counter[bytes] = Counter()
        self._faults = self._told = self._others = 0
        self._needles: dict[bytes, bytes] | None = None

    def take(self, block: bytes) -> None:
        if self._needles is None:
            self._needles = _find_needles(first_lines(block, 20 * SAMPLED))
        if any(needle.startswith(b"\n") for needle in self._needles):
            block = b"\n" + block  # so that the first line begins as the others do
        faults, count = [], 0
        for needle, level in self._needles.items():
            if found := block.count(needle):
                self._levels[level] += found
                if level.decode() in FAULTS:
                    faults.append(needle)
                    count += found
        self._faults += count
        if faults and not self._others and self._told < MOST_TOLD:
            self._tell_apart(find_lines(block, faults, count))
        elif not self._needles:
            lowered = block.lower()
            words = {word: found for word in FAULT_WORDS if (found := lowered.count(word))}
            if words:
                lines = [x for x in find_lines(block, list(words), sum(words.values()), lowered) if FAULT.search(x)]
                self._faults += len(lines)
                self._tell_apart(lines)

    def describe(self) -> Digest:
        sample = [line for line in first_lines(self.head, SAMPLED) if line.strip()]
        stamps = [stamp for stamp in map(find_timestamp, sample) if stamp]
        lines = [f"log, {number(self.lines, 'line')}"]
        if stamps:
            name = Counter(stamp[0] for stamp in stamps).most_common(1)[0][0]
            example = next(stamp[1] for stamp in stamps if stamp[0] == name)
            lines.append(f"timestamps: {name} such as {example}")
        if self._levels:
            counts = sorted(self._levels.items(), key=lambda item: LEVELS.index(item[0].decode()))
            lines.append("levels: " + ", ".join(f"{level.decode()} {count:,}" for level, count in counts))
        first, last = (cut(part[0]) if part else "" for part in (sample, last_lines(self.tail.rstrip(b"\n"), 1)))
        ends = ["first line:", first]
        if self.lines > 1:
            ends += ["last line:", last]
        room = self.budget - sum(len(line) + 1 for line in [*lines, *ends])
        faults, shown = self._describe_faults(room)
        more = sample[1:4] if not faults else []
        for line in map(cut, more):
            if len(line) + 1 <= room:
                ends.insert(2 + more.index(line) if line in more else 2, line)
                room -= len(line) + 1
        seen = len(ends) - (2 if self.lines > 1 else 1)
        left_out = [f"{self.lines - seen:,} of {number(self.lines, 'line')}"] if self.lines > seen else []
        if len(self._shapes) + bool(self._others) > shown:
            left_out.append(f"{len(self._shapes) - shown:,} kinds of error")
        return Digest(
            "log",
            "\n".join([*lines, *faults, *ends]),
            left_out=" and ".join(left_out),
            query=_query(sample, stamps, self._levels),
        )

    def _tell_apart(self, lines: list[bytes]) -> None:
        """Count error lines by their shape, in which every digit is blanked so that repeated ones fall together.

        Where there are too many shapes nothing falls together, and the lines behind are only counted.
        """
        if self._others:
            return
        self._told += len(lines)
        for shape, count in Counter(b"\n".join(lines).translate(DIGITS).split(b"\n")).items():
            shape = shape[:LONGEST_SHAPE]
            if shape in self._shapes or len(self._shapes) < MOST_SHAPES:
                self._shapes[shape] += count
            else:
                self._others += count

    def _describe_faults(self, room: int) -> tuple[list[str], int]:
        """The commonest kinds of error that fit, with their counts; and how many of the shapes they stand for."""
        kinds: Counter[str] = Counter()
        shapes: Counter[str] = Counter()
        for shape, count in self._shapes.items():
            kind = _shorten(decode(shape))
            kinds[kind] += count
            shapes[kind] += 1
        if not kinds:
            return [], 0
        told = f" in the first {self._told:,}" if self._told < self._faults else ""
        title = f"error lines: {self._faults:,}, numbers blanked, by kind{told}:"
        room -= len(title) + 1
        lines, shown = [], 0
        for kind, count in kinds.most_common():
            line = f"{count:,} x {cut(kind, 200)}"
            if len(line) + 1 > room:
                break
            lines.append(line)
            shown += shapes[kind]
            room -= len(line) + 1
        return ([title, *lines] if lines else []), shown


def _query(sample: list[str], stamps: list[tuple[str, str, int]], levels: Counter[bytes]) -> Query | None:
    """The table of the lines: those of web servers, and those that begin with stamps of one length."""
    if sum(ACCESS.match(line) is not None for line in sample) > SHARE * len(sample):
        return query_access_log()
    lengths = {len(stamp[1]) for stamp in stamps}
    if len(lengths) != 1 or len(stamps) < len(sample) or any(stamp[2] for stamp in stamps):
        return None
    seen = [level for level in LEVELS if level.encode() in levels]
    return query_log(seen, stamps[0][1])


def _leads_with_level(line: str) -> bool:
    found = LEVEL.search(line[:40])
    if found is None or line[: found.start()].strip("[<( "):
        return False
    return line[found.end() : found.end() + 1] not in ("", ",")  # else it is a cell of a table


def _find_needles(lines: list[str]) -> dict[bytes, bytes]:
    """Each level in the surroundings that most lines give it, such as ` ERROR ` or `[error]`, to its name.

    Levels that the first lines have not are sought only where they would tell of something bad.
    """
    around: Counter[tuple[str, str, int]] = Counter()
    seen: set[str] = set()
    for line in lines:
        stamp = find_timestamp(line)
        begin = stamp[2] + len(stamp[1]) if stamp else 0
        found = LEVEL.search(line, begin, begin + 120)
        if found and (stamp or found.start() < 4):
            before = line[found.start() - 1] if found.start() else "\n"
            word, after = found.group(1), line[found.end() : found.end() + 1]
            around[before, after, 0 if word.isupper() else 1 if word.islower() else 2] += 1
            seen.add(word.upper())
    needles, total = {}, sum(around.values())
    if total < LEVELLED * len(lines):
        return {}
    for (before, after, case), count in around.most_common(3):
        if count * 10 < total:
            break
        for level in LEVELS:
            if level in seen or level in ALWAYS_SOUGHT:
                word = (level, level.lower(), level.capitalize())[case]
                needles[f"{before}{word}{after}".encode("utf-8", "replace")] = level.encode()
    return needles


def _shorten(shape: str) -> str:
    """Runs of blanked digits as one, without the timestamp in front."""
    short = re.sub(r"#+", "#", shape)
    return re.sub(r"^[\[(<]?#[-#:.,/TZ+ ]*#[\])>Z]*\s*", "", short).strip() or short
