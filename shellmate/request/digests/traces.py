"""Python tracebacks and what compilers, linters and test runners print: the message and the place."""

import re
from collections import Counter

from shellmate.request.digests.digest import BlockDigester, Digest
from shellmate.request.digests.faults import find_fault
from shellmate.request.digests.fitting import cut, decode, fill, last_lines, number

MARK = "Traceback (most recent call last):"
CHAINS = ("The above exception was the direct cause", "During handling of the above exception")
FRAME = re.compile(r'^\s*File "(.+)", line (\d+)(?:, in (.+))?$')
INNERMOST = 3
MOST_TRACES = 8
CONTEXT = 4
MOST_SHOWN = 12
SAMPLED_LINES = 4000


def has_traceback(lines: list[str]) -> bool:
    """Whether a Python traceback is among the lines."""
    return any(line.strip().startswith(MARK) for line in lines)


def is_tool_output(lines: list[str]) -> bool:
    """Whether tools complain in these lines: enough of them, so that prose about errors is not meant."""
    found = sum(fault is not None and fault.severity in ("error", "warning") for fault in map(find_fault, lines))
    return found * 40 >= len(lines) and found > 0


def _outer_lines(tail: bytes, count: int) -> list[str]:
    """The last lines but those that are indented, which belong to something above them."""
    return [line for line in last_lines(tail.rstrip(), count) if line.strip() and not line.startswith((" ", "\t"))]


class TraceDigester(BlockDigester):
    """The last traceback, which ended the program, with those that it is chained to."""

    def __init__(self, budget: int) -> None:
        super().__init__(budget)
        self._traces: list[list[str]] = []
        self._open = False
        self._count = 0
        self._chained: list[str] = []

    def take(self, block: bytes) -> None:
        if not self._open and MARK.encode() not in block:
            return
        for line in decode(block).split("\n"):
            self._read(line[:1000].rstrip())

    def describe(self) -> Digest:
        lines = [f"Python traceback, {number(self.lines, 'line')}"]
        if self._count > 1:
            lines[0] = f"{self._count:,} Python tracebacks, {number(self.lines, 'line')}"
        traces = [self._summarise(trace) for trace in reversed(self._traces)]
        for shown, (trace, chained) in enumerate(zip(traces, reversed(self._chained), strict=True)):
            room = self.budget - sum(len(line) + 1 for line in lines) - 2
            block = fill([*([chained] if shown and chained else []), *trace], room)
            if len(block) < min(3, len(trace)):
                break
            lines += block
        room = self.budget - sum(len(line) + 1 for line in lines) - 14
        known = "\n".join(lines)
        around = [line for line in _outer_lines(self.tail, 3) if line.strip() not in known]
        if around and room > 0 and (rest := fill(around, room)):
            lines += ["last lines:", *rest]
        left_out = (
            f"{self.lines - len(lines) + 1:,} of {number(self.lines, 'line')}" if self.lines >= len(lines) else ""
        )
        return Digest("traceback", "\n".join(lines), left_out=left_out)

    def _read(self, line: str) -> None:
        if line.strip().startswith(MARK):
            self._traces.append([])
            self._chained.append("")
            self._count, self._open = self._count + 1, True
            if len(self._traces) > MOST_TRACES:
                del self._traces[0], self._chained[0]
        elif self._open and self._traces:
            trace = self._traces[-1]
            if line.strip() and (line.startswith((" ", "|")) or not FRAME.match(line)):
                trace.append(line.strip())
                if len(trace) > 400:
                    del trace[200:300]
            if line.strip() and not line.startswith((" ", "\t", "|")):
                self._open = False
        elif self._chained and line.startswith(CHAINS):
            self._chained[-1] = line.strip()

    @staticmethod
    def _summarise(trace: list[str]) -> list[str]:
        """The message, then the innermost frames, the innermost first: `file.py:12 in name: code`."""
        frames: list[str] = []
        for line in trace:
            if found := FRAME.match(line):
                place, code = f"{found.group(1)}:{found.group(2)}", found.group(3)
                frames.append(f"{place} in {code}" if code else place)
            elif frames and ": " not in frames[-1] and line != trace[-1] and not set(line) <= set("^~ "):
                frames[-1] += f": {line}"
        message = [trace[-1]] if trace else []
        inner = frames[-INNERMOST:][::-1]
        more = [f"... and {number(len(frames) - len(inner), 'outer frame')}"] if len(frames) > len(inner) else []
        return [*message, *(f"at {frame}" for frame in inner), *more]


class ToolDigester(BlockDigester):
    """The first errors with the lines behind them; how many there are, over the whole stream; the last lines."""

    def __init__(self, budget: int) -> None:
        super().__init__(budget)
        self._counts: Counter[str] = Counter()
        self._errors: list[list[str]] = []
        self._others: list[str] = []
        self._room = 0

    def take(self, block: bytes) -> None:
        for line in decode(block).split("\n"):
            fault = find_fault(line) if len(line) < 5000 else None
            if fault is not None:
                self._counts[fault.severity] += 1
                self._room = 0
                if fault.severity == "error" and len(self._errors) < MOST_SHOWN:
                    self._errors.append([cut(line.rstrip())])
                    self._room = CONTEXT
                elif len(self._others) < MOST_SHOWN and fault.severity == "warning":
                    self._others.append(cut(line.rstrip()))
            elif self._room and line.strip():
                self._room -= 1
                self._errors[-1].append(cut(line.rstrip()))

    def describe(self) -> Digest:
        counts = ", ".join(number(self._counts[s], s) for s in ("error", "warning") if self._counts[s])
        lines = [f"tool output, {number(self.lines, 'line')}: {counts or 'no errors'}"]
        last = fill(reversed(_outer_lines(self.tail, 2)), self.budget // 6)[::-1]
        room = self.budget - len(lines[0]) - sum(len(line) + 1 for line in last) - 16
        shown: list[str] = []
        for place, error in enumerate(self._errors):
            block = fill(error if place < 3 else error[:1], room)
            if not block:
                break
            shown += block
            room -= sum(len(line) + 1 for line in block)
        if not self._errors:
            shown = fill(self._others, room)
        rest = [line for line in last if line not in shown]
        lines += shown + (["last lines:", *rest] if rest else [])
        seen = len(shown) + len(rest)
        left_out = f"{self.lines - seen:,} of {number(self.lines, 'line')}" if self.lines > seen else ""
        return Digest("tool output", "\n".join(lines), left_out=left_out)
