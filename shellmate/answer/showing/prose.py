"""Prose on its way out: explanations, and answers of prompts that write no code."""

from collections.abc import Callable, Iterable, Iterator

from shellmate.answer.showing.sanitise import make_visible

_LEAST_REPEATED = 12  # characters: shorter lines, such as a fence, come twice in sound prose


def write_prose(pieces: Iterable[str], write: Callable[[str], None], *, for_people: bool) -> str:
    """Write the pieces as they come, safe for a terminal if `for_people`, with one final newline; the whole text."""
    text = ""
    for piece in until_repeated(pieces):
        fresh = piece if text else piece.lstrip()
        text += fresh
        if fresh:
            write(make_visible(fresh) if for_people else fresh)
    if text and not text.endswith("\n"):
        write("\n")
    return text.strip()


def first_paragraph(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces up to the first line feed behind some text."""
    begun = False
    for piece in pieces:
        text = piece if begun else piece.lstrip()
        line, feed, _ = text.partition("\n")
        begun = begun or bool(text)
        if line:
            yield line
        if feed:
            return


def until_repeated(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces up to a line that was there before: a small model that repeats itself does so to the end.

    A line is held back for as long as it could become one of those.
    """
    lines: set[str] = set()
    line, given = "", 0
    for piece in pieces:
        for part in piece.splitlines(keepends=True):
            line += part
            if not line.endswith("\n"):
                if not any(earlier.startswith(line) for earlier in lines):
                    yield line[given:]
                    given = len(line)
                continue
            if line.rstrip() in lines:
                return
            if len(line.rstrip()) >= _LEAST_REPEATED:
                lines.add(line.rstrip())
            yield line[given:]
            line, given = "", 0
    if line[given:] and line.rstrip() not in lines:
        yield line[given:]
