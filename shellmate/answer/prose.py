"""Prose on its way out: explanations, and answers of prompts that write no code."""

from collections.abc import Callable

from shellmate.answer.sanitise import make_visible
from shellmate.engine.engine import Generation


def write_prose(generation: Generation, write: Callable[[str], None], *, for_people: bool) -> str:
    """Write the pieces as they come, safe for a terminal if `for_people`, with one final newline; the whole text."""
    text = ""
    for piece in generation:
        fresh = piece if text else piece.lstrip()
        text += fresh
        if fresh:
            write(make_visible(fresh) if for_people else fresh)
    if text and not text.endswith("\n"):
        write("\n")
    return text.strip()
