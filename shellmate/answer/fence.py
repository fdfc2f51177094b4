"""The fence parser: a state machine that turns streamed pieces of an answer into prose and code events."""

import re
from dataclasses import dataclass

OPENING = re.compile(r"( *)(`{3,}|~{3,})([^\n]*)")
LANGUAGE = re.compile(r"[\w+#][\w+#.-]*")
DEEPEST_INDENT = 3


@dataclass(frozen=True)
class Prose:
    """Text outside fences."""

    text: str


@dataclass(frozen=True)
class Opened:
    """A fence opened; `language` is the info string's first word in lower case, "" where there is none."""

    language: str


@dataclass(frozen=True)
class Code:
    """Text inside a fence, without blank lines at its beginning and end."""

    text: str


@dataclass(frozen=True)
class Closed:
    """The fence was closed. A fence that the answer's end cut off gets no such event."""


Event = Prose | Opened | Code | Closed


class FenceParser:
    """Feed it pieces cut anywhere, down to single characters; the events do not depend on the cuts.

    Held back is only what can still turn out to be a fence, a blank line at the code's end, or half of a CRLF.
    A fence may be indented as deeply as a list wants it; then its code is taken out of that indentation.
    """

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._line = ""  # the beginning of a line that may still be a fence or blank
        self._decided = False  # this line is text, whatever follows
        self._carriage_return = False
        self._fence = ""  # the fence that is open
        self._indent = 0
        self._blank_lines = ""  # code may go on behind them
        self._code_begun = False

    def feed(self, piece: str) -> list[Event]:
        """What is certain after this piece."""
        for char in piece:
            self._take(char)
        return self._hand_out()

    def finish(self) -> list[Event]:
        """What the answer's end decides. A fence cut off in its middle is dropped, not shown as code."""
        if self._line and not self._decided:
            self._decide_line_without_end()
        self._carriage_return, self._line, self._blank_lines = False, "", ""
        return self._hand_out()

    def _take(self, char: str) -> None:
        if self._carriage_return and char != "\n":
            self._take_within_line("\r")
        self._carriage_return = char == "\r"
        if char == "\n":
            self._end_line()
        elif char != "\r":
            self._take_within_line(char)

    def _take_within_line(self, char: str) -> None:
        if self._decided:
            self._emit(char)
            return
        self._line += char
        if not (self._may_close() if self._fence else self._may_open()):
            self._decide_for_text()

    def _may_open(self) -> bool:
        marks = self._line.lstrip(" ")
        run = marks[:3]
        if run in ("", "`", "``", "~", "~~"):
            return True
        return run == "~~~" or (run == "```" and "`" not in marks.lstrip("`"))

    def _may_close(self) -> bool:
        marks = self._line.lstrip(" ")
        if not marks.strip():
            return True
        run = marks.rstrip()
        is_whole = len(run) >= len(self._fence)
        return set(run) == {self._fence[0]} and (is_whole or run == marks) and self._is_shallow()

    def _closes(self) -> bool:
        return self._may_close() and len(self._line.strip()) >= len(self._fence)

    def _is_shallow(self) -> bool:
        return len(self._line) - len(self._line.lstrip(" ")) <= self._indent + DEEPEST_INDENT

    def _end_line(self) -> None:
        if self._decided:
            self._emit("\n")
        elif self._fence:
            self._end_undecided_code_line()
        elif not self._open():
            self._emit(self._line + "\n")
        self._line, self._decided = "", False

    def _end_undecided_code_line(self) -> None:
        if not self._line.strip():
            self._blank_lines += self._line + "\n"
        elif self._closes():
            self._close()
        else:
            self._decide_for_text()
            self._emit("\n")

    def _decide_line_without_end(self) -> None:
        if not self._fence:
            if not self._open():
                self._emit(self._line)
        elif self._closes():
            self._close()

    def _decide_for_text(self) -> None:
        line = self._line
        if self._fence:
            surplus = min(self._indent, len(line) - len(line.lstrip(" ")))
            blank_lines = self._blank_lines if self._code_begun else ""
            line, self._blank_lines, self._code_begun = blank_lines + line[surplus:], "", True
        self._line, self._decided = "", True
        self._emit(line)

    def _open(self) -> bool:
        opening = OPENING.fullmatch(self._line)
        if not opening or (opening[2][0] == "`" and "`" in opening[3]):
            return False
        language = LANGUAGE.search(opening[3])
        self._fence, self._indent = opening[2], len(opening[1])
        self._blank_lines, self._code_begun = "", False
        self._events.append(Opened(language[0].lower() if language else ""))
        return True

    def _close(self) -> None:
        self._fence = self._blank_lines = ""
        self._events.append(Closed())

    def _emit(self, text: str) -> None:
        kind = Code if self._fence else Prose
        last = self._events[-1] if self._events else None
        if isinstance(last, kind):
            self._events[-1] = kind(last.text + text)
        elif text:
            self._events.append(kind(text))

    def _hand_out(self) -> list[Event]:
        events, self._events = self._events, []
        return events
