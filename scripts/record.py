"""A screenshot of a real conversation: `python -m scripts.record > docs/chat.svg`, with the model and pyte.

The command runs on a pseudo-terminal, is typed at, and what its screen shows at the end becomes an SVG.
"""

import os
import sys
import tempfile
import time
from html import escape
from itertools import groupby

import pexpect
import pyte
from wcwidth import wcswidth

COLUMNS, ROWS = 84, 46
SAID = (
    "a function that reads a CSV file and takes a column's mean",
    "what about missing values?",
    "raise an error instead",
)
THEN = "/diff"
LONGEST_WAIT = 120  # seconds for an answer
PROMPT = "\u00bb "
CELL, LINE, MARGIN = 8.4, 18, 16  # pixels: the width of a character, the height of a line, what is around them
GROUND, INK, FAINT = "#16181d", "#d7dae0", "#7f8694"
COLOURS = {"magenta": "#c792ea", "cyan": "#56b6c2", "green": "#98c379", "red": "#e06c75", "brightblack": FAINT}


def record() -> pyte.Screen:
    """The screen after the conversation."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    with tempfile.TemporaryDirectory() as state:
        variables = {**os.environ, "TERM": "xterm-256color", "SHELLMATE_STATE_DIR": state}
        variables.pop("NO_COLOR", None)
        command = pexpect.spawn(
            sys.executable, ["-m", "shellmate"], env=variables, encoding="utf-8", dimensions=(ROWS, COLUMNS)
        )
        _wait(command, screen, stream)
        for line in (*SAID, THEN):
            command.send(line)
            time.sleep(0.3)
            command.send("\r")
            _wait(command, screen, stream)
        command.close(force=True)
    return screen


def _wait(command: pexpect.spawn, screen: pyte.Screen, stream: pyte.Stream) -> None:
    """Show what is written until the next prompt has stood for a second; answer where the cursor is asked for."""
    end, still = time.monotonic() + LONGEST_WAIT, 0
    while still < 10:
        if time.monotonic() > end:
            raise TimeoutError("no answer came")
        try:
            written = command.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            still = still + 1 if _is_asked(screen) else 0
            continue
        still = 0
        stream.feed(written)
        if "\x1b[6n" in written:
            command.send(f"\x1b[{screen.cursor.y + 1};{screen.cursor.x + 1}R")


def _is_asked(screen: pyte.Screen) -> bool:
    """Whether a prompt without words is there, with the toolbar below it."""
    below = "".join(screen.display[screen.cursor.y + 1 :])
    return screen.display[screen.cursor.y].rstrip() == PROMPT.rstrip() and bool(below.strip())


def draw(screen: pyte.Screen) -> str:
    """The screen as an SVG, without the empty lines below what is written."""
    written = max(y for y, line in enumerate(screen.display) if line.strip()) + 1
    rows = [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(written)]
    width, height = 2 * MARGIN + screen.columns * CELL, 2 * MARGIN + len(rows) * LINE
    lines = [_draw_row(row, MARGIN + (y + 0.75) * LINE) for y, row in enumerate(rows)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">',
            f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{GROUND}"/>',
            *(line for line in lines if line),
            "</svg>\n",
        ]
    )


def _draw_row(row: list[pyte.screens.Char], baseline: float) -> str:
    """Runs of one look, each as wide as its cells, whatever the reader's font is."""
    parts, at = [], 0
    for look, run in groupby(row, key=lambda cell: (cell.fg, cell.bold, cell.reverse)):
        cells = list(run)
        text = "".join(cell.data for cell in cells)
        start, at = at, at + len(cells)
        if text.strip():
            parts.append(_draw_run(text, start, baseline, *look))
    return "".join(parts)


def _draw_run(text: str, start: int, baseline: float, colour: str, bold: bool, reverse: bool) -> str:
    blanks = len(text) - len(text.lstrip())
    text, start = text.strip(), start + blanks
    fill = FAINT if reverse else COLOURS.get(colour, f"#{colour}" if len(colour) == 6 else INK)
    weight = ' font-weight="bold"' if bold else ""
    width = wcswidth(text) * CELL
    return (
        f'<text x="{MARGIN + start * CELL:g}" y="{baseline:g}" fill="{fill}"{weight} textLength="{width:g}" '
        f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{escape(text)}</text>'
    )


if __name__ == "__main__":
    sys.stdout.write(draw(record()))
