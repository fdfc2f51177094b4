"""Code on a terminal: shown piece by piece, redrawn in place until its lines are released.

What is pending stands in rows of our own making (see `layout`), none wider than the screen, so that their
number is known and the cursor can go back to the first of them. What is released is written as it is, with its
tabs, and wrapped by the terminal, so that it can be copied. A "\n" relies on the terminal's own translation.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from shellmate.answer.showing.display import begins_with_released, with_final_newline
from shellmate.answer.showing.highlight import FAINT, RESET, Highlighter, paint
from shellmate.answer.showing.layout import Row, lay_out
from shellmate.answer.showing.sanitise import visible_characters
from shellmate.core.environment import Environment

ERASE_BELOW = "\x1b[J"
USUAL_SIZE = os.terminal_size((80, 24))


class TerminalDisplay:
    """A `Display` for a terminal that can move its cursor. `size` is asked anew at each redraw."""

    def __init__(
        self, env: Environment, language: str, colours: bool, size: Callable[[], os.terminal_size] | None = None
    ) -> None:
        self._env = env
        self._highlighter = Highlighter(language if colours else "")
        self._coloured = colours
        self._ask_size = size or (lambda: size_of(env))
        self._size = USUAL_SIZE
        self._code = ""  # the candidate as it was drawn last
        self._released = 0  # so many of its characters cannot be taken back
        self._rows: list[Row] = []  # what is pending, as it stands on the screen; the cursor is behind the last

    @property
    def released(self) -> str:
        self._note_size()
        return self._code[: self._released]

    def preview(self, code: str) -> None:
        """Show code that may not be the answer, faint where there are colours: none of it is released, so that it has
        to fit on the screen."""
        begins_with_released(code, self.released)
        shown = visible_characters(code)
        colours = [FAINT if self._coloured else ""] * len(shown)
        laid_out = lay_out(shown, colours, self._released, self._size.columns)
        rows = [replace(row, end=self._released) for row in laid_out]
        if len(rows) >= self._size.lines or rows == self._rows:
            return
        output = self._redraw(rows)
        self._rows = rows
        self._env.write(output)

    def update(self, code: str, checked: int) -> None:
        """Show the code; write its lines anew where they are released now, else redraw what has changed."""
        begins_with_released(code, self.released)
        self._code, shown, colours = code, visible_characters(code), self._highlighter.colours(code)
        output = ""
        if checked > self._released:
            output = self._erase() + _written(shown, colours, self._released, checked)
            self._released = checked
        rows = lay_out(shown, colours, self._released, self._size.columns)
        output += self._redraw(rows)
        self._rows = rows
        self._release_scrolled()
        if output:
            self._env.write(output)

    def retract(self) -> None:
        """Erase what is pending; what has scrolled off meanwhile is released."""
        self._note_size()
        output = self._erase()
        self._code = self._code[: self._released]
        if output:
            self._env.write(output)

    def finish(self, code: str) -> None:
        """Write what is pending as it is, in place of the rows."""
        begins_with_released(code, self.released)
        code = with_final_newline(code, self.released)
        output = self._erase()
        output += _written(visible_characters(code), self._highlighter.colours(code), self._released, len(code))
        self._code, self._released = code, len(code)
        if output:
            self._env.write(output)

    def abandon(self) -> None:
        """Leave what is on the screen, in the terminal's own colours, with the cursor below it."""
        output = RESET if self._coloured and self._code else ""
        if self._rows and self._rows[-1].columns:
            output += "\n"
        self._rows = []
        if output:
            self._env.write(output)

    def _erase(self) -> str:
        """Back to where the pending rows begin, with nothing below."""
        back = self._back_to(0)
        self._rows = []
        return back + ERASE_BELOW if back else ""

    def _redraw(self, rows: Sequence[Row]) -> str:
        """Change the rows on the screen into these; mostly that is a few characters at the end."""
        old, new = [row.text for row in self._rows], [row.text for row in rows]
        if not old:
            return "\n".join(new)
        last = min(len(old), len(new)) - 1
        same = next((at for at in range(last) if old[at] != new[at]), last)
        if same == len(old) - 1 and new[same].startswith(old[same]):
            return "\n".join([new[same].removeprefix(old[same]), *new[same + 1 :]])
        return self._back_to(same) + ERASE_BELOW + "\n".join(new[same:])

    def _back_to(self, row: int) -> str:
        """The cursor to the beginning of a row, over as many rows of the screen as the terminal made of ours."""
        if not self._rows or (len(self._rows) == 1 and not self._rows[0].columns):
            return ""
        up = sum(self._height_of(each) for each in self._rows[row:]) - 1
        return (f"\x1b[{up}A" if up else "") + "\r"

    def _height_of(self, row: Row) -> int:
        """More than 1 only where the terminal has become narrower since, and has wrapped the row itself."""
        return max(1, -(-row.columns // self._size.columns))

    def _note_size(self) -> None:
        size = self._ask_size()
        if size.columns < 1 or size.lines < 1:
            size = USUAL_SIZE
        if size == self._size:
            return
        self._size = size
        self._release_scrolled()

    def _release_scrolled(self) -> None:
        """Rows above the screen's top are out of reach: the cursor cannot go there to erase them."""
        height = 0
        for at in range(len(self._rows) - 1, -1, -1):
            height += self._height_of(self._rows[at])
            if height > self._size.lines:
                self._released = max(self._released, self._rows[at].end)
                self._rows = self._rows[at + 1 :]
                return


def _written(shown: Sequence[str], colours: Sequence[str], start: int, end: int) -> str:
    return paint(zip(shown[start:end], colours[start:end], strict=True))


def size_of(env: Environment) -> os.terminal_size:
    """The size of the terminal on stdout, the usual one where it cannot be asked."""
    try:
        return os.get_terminal_size(env.stdout.fileno())
    except (OSError, ValueError):
        return USUAL_SIZE
