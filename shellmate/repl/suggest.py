"""The grey end of a message that is being typed: from the history, else from an engine."""

import asyncio
from collections.abc import Awaitable, Callable

from prompt_toolkit.auto_suggest import AutoSuggest, AutoSuggestFromHistory, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

Suggest = Callable[[str, bool], Awaitable[str]]  # what was typed, and whether that is words and no command

_SHORTEST = 4  # characters
_PAUSE = 0.1  # seconds without a key, so that nobody is asked at each
_LOOK = 0.02  # seconds between two looks at whether a key came


class MessageSuggester(AutoSuggest):
    """`suggest` knows how a line probably ends. It is left alone at the next key."""

    def __init__(self, suggest: Suggest):
        self._history = AutoSuggestFromHistory()
        self._suggest = suggest

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        return self._history.get_suggestion(buffer, document)

    async def get_suggestion_async(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """Raises nothing: who types is not told of what they have not asked for."""
        if found := self.get_suggestion(buffer, document):
            return found
        typed, is_words = read_message(document)
        if len(typed) < _SHORTEST:
            return None
        await asyncio.sleep(_PAUSE)
        if buffer.document != document:
            return None
        asking = asyncio.ensure_future(self._suggest(typed, is_words))
        try:
            while not asking.done() and buffer.document == document:
                await asyncio.wait([asking], timeout=_LOOK)
            return Suggestion(asking.result()) if asking.done() else None
        finally:
            asking.cancel()


def read_message(document: Document) -> tuple[str, bool]:
    """What may be gone on with, and whether it is words: the beginning of a line, of a question or behind the `!` of a
    command."""
    text = document.text
    if "\n" in text or not document.is_cursor_at_the_end or text.startswith("/"):
        return "", True
    return (text[1:].lstrip(), False) if text.startswith("!") else (text.lstrip(), True)
