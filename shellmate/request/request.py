"""A question, whole and frozen."""

from dataclasses import dataclass

from shellmate.request.stdin import Input


@dataclass(frozen=True)
class Request:
    """`language` is auto, shell or python; `input` is what was piped in, None where nothing was."""

    words: str
    language: str
    input: Input | None = None


def join_words(words: tuple[str, ...]) -> str:
    """The words as one question. Bytes of the command line that are no UTF-8 become U+FFFD."""
    return " ".join(words).encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
